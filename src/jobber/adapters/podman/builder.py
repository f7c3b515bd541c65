"""Builds on Podman, over its own API."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.build_context import PODMAN_IGNORE_FILES, link_out, read_context
from jobber.adapters.engine_api.build_warnings import BuildWarnings
from jobber.adapters.engine_api.calls import TAR, platform_of
from jobber.adapters.engine_api.pull_push import build_authorization
from jobber.adapters.engine_api.registry_errors import build_failure
from jobber.adapters.podman.context import PodmanContext
from jobber.adapters.podman.labels import labels_parameter, with_labels
from jobber.adapters.podman.translate import image_id
from jobber.domain.errors import BuildFailed
from jobber.domain.images.build_request import check_podman_build

if TYPE_CHECKING:
    from jobber.adapters.engine_api.response import Response
    from jobber.adapters.podman.client import PodmanClient
    from jobber.adapters.podman.images import PodmanImages
    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.context_key import BuildContext
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports.progress import Progress

_WARNING = re.compile(r"\[Warning\] (one or more build args were not consumed: .*)").fullmatch
_STEP = re.compile(r"(\[\d+/\d+\] )?STEP \d+(/\d+)?: .*")
_IS_ID = re.compile(r"[0-9a-f]{64}").fullmatch
_CACHE_IS_STALE = ("checking if cached image exists from a previous build", "layer not known")
"""Phrases of Podman's error if an image is removed while Podman searches all images for a cached step."""
_TRIES = 2
"""The number of builds before the last one, which does not use the cache if the cache was the reason."""
_RUNTIME_IS_KILLED = "while running runtime: signal: killed"
"""Podman's error if the runtime of a step is killed because the thread that started it ended first, which is rare."""
_TAKES_LINKS_OUT = 5
"""The first major version that unpacks archives with links leading out of them: Podman 4.3 refuses, 5.8 unpacks."""
_PLACE = r"/\S*/libpod_builder\d+/build"
"""The directory to which Podman has unpacked a context."""
_LINK_OUT = re.compile(rf'invalid symlink "{_PLACE}/(.*)" -> "(.*)"')
_DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
"""The image format of builds.

Without a format Podman 4.3 does not use its cache. OCI's own format does not have HEALTHCHECK, SHELL and ONBUILD.
"""
_NAMELESS_ARGUMENT = re.compile(rb"(?<!\\\n)^[ \t]*ARG[ \t]*$", re.IGNORECASE | re.MULTILINE)
"""The pattern of a line that crashes Podman's service (4.3), and with it all other builds and pulls in progress."""


class PodmanBuilder:
    """The builder of a Podman engine."""

    def __init__(self, client: PodmanClient, *, images: PodmanImages, major: int) -> None:
        self._client = client
        self._images = images
        self._major = major

    def build(self, request: BuildRequest, *, progress: Progress) -> ImageId:
        """Build an image without a tag. Raises `BuildFailed`."""
        is_stale = False
        for _ in range(_TRIES):
            try:
                return self._build(request, progress)
            except BuildFailed as error:
                is_stale = any(sign in error.why for sign in _CACHE_IS_STALE)
                if not is_stale and _RUNTIME_IS_KILLED not in error.why:
                    raise
        return self._build(replace(request, no_cache=request.no_cache or is_stale), progress)

    def context(self, request: BuildRequest) -> BuildContext:
        """Return the files that a build would read. Raises `UsageError`, `BuildFailed`."""
        return read_context(Path(request.context), Path(request.dockerfile), ignore_names=PODMAN_IGNORE_FILES)

    def platform(self) -> str:
        """Return the platform of builds that name none."""
        return platform_of(self._client)

    def _build(self, request: BuildRequest, progress: Progress) -> ImageId:
        check_podman_build(request)
        context = PodmanContext(
            Path(request.context), Path(request.dockerfile), takes_links_out=self._major >= _TAKES_LINKS_OUT
        )
        _check(context.text, name=context.dockerfile.name)
        labelled = with_labels(context.text, request.labels, target=request.target)
        query = {
            "dockerfile": context.name,
            "excludes": json.dumps(context.excludes),
            "outputformat": _DOCKER_IMAGE,
            "labels": labels_parameter(request.labels, major=self._major) if labelled is None else None,
            "buildargs": json.dumps({k: v for k, v in request.arguments.items() if v is not None}),
            "target": request.target,
            "platform": request.platform,
            "nocache": request.no_cache,
            "pullpolicy": "always" if request.pull else "missing",
            "httpproxy": True,  # the proxies of the service's environment, as with `podman build`
            "layers": True,
            "rm": True,
            "forcerm": True,
        }
        with self._client.call(
            "POST",
            "/build",
            query=query,
            stream=context.chunks(labelled or context.text),
            headers={**TAR, **build_authorization(request.credentials)},
        ) as response:
            return self._images.inspect(_follow(response, request, progress, context=context)).id


def _check(text: bytes, *, name: str) -> None:
    """Refuse a Dockerfile that would crash Podman's service. Raises `BuildFailed`."""
    if found := _NAMELESS_ARGUMENT.search(text):
        line = text.count(b"\n", 0, found.start()) + 1
        raise BuildFailed(why=f"{name} line {line}: ARG needs the name of a variable")


def _without_place(why: str, context: PodmanContext) -> str:
    """Return Podman's message with the user's file names."""
    return re.sub(_PLACE, ".", why).replace(f"./{context.name}", f"./{context.dockerfile.name}")


def _follow(response: Response, request: BuildRequest, progress: Progress, *, context: PodmanContext) -> ImageId:
    """Read the build's stream to its end. Raises `BuildFailed` with the output of the step that failed."""
    secrets = request.credentials.values()
    if not response.ok:
        if refused := _LINK_OUT.search(response.why()):
            raise link_out(f"{context.root}/{refused[1]}", refused[2])
        raise build_failure(_without_place(response.why(), context), secrets)
    warnings = BuildWarnings(progress, secrets)
    built = ""
    step: str | None = None
    log: list[bytes] = []
    for event in response.json_lines():
        if why := event.get("error") or (event.get("errorDetail") or {}).get("message"):
            why = _without_place(str(why).strip(), context)
            raise build_failure(why, secrets, log=b"".join(log), step=step)
        if text := event.get("stream"):
            octets = text.encode()
            progress.build_output(octets)
            if warning := _WARNING(text.strip()):
                warnings.tell(warning[1])
            if _STEP.fullmatch(text.strip()):
                step, log = text.strip(), []
                progress.step(step)
            log.append(octets)
            built = text.strip() if _IS_ID(text.strip()) else built
    if not built:
        raise BuildFailed(why="the engine did not report the ID of the built image", log=b"".join(log), step=step)
    return image_id(built)
