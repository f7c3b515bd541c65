"""Builds on Podman, by its own API."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.build_context import link_out
from jobber.adapters.engine_api.build_warnings import BuildWarnings
from jobber.adapters.engine_api.pull_push import build_authorization
from jobber.adapters.engine_api.registry_errors import build_failure
from jobber.adapters.podman.context import PodmanContext
from jobber.adapters.podman.labels import labels_parameter, with_labels
from jobber.adapters.podman.translate import image_id
from jobber.domain.errors import BuildFailed
from jobber.domain.images.build_request import check_podman_build

if TYPE_CHECKING:
    from jobber.adapters.podman.images import PodmanImages
    from jobber.adapters.wire import Response, Wire
    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports.progress import Progress

_WARNING = re.compile(r"\[Warning\] (one or more build args were not consumed: .*)").fullmatch
_STEP = re.compile(r"(\[\d+/\d+\] )?STEP \d+(/\d+)?: .*")
_IS_ID = re.compile(r"[0-9a-f]{64}").fullmatch
_CACHE_IS_STALE = ("checking if cached image exists from a previous build", "layer not known")
"""Podman looks through all images for a cached step, and fails where one of them is removed meanwhile."""
_TRIES = 2
"""Builds before the last one, which takes no step from the cache where that was the trouble."""
_RUNTIME_IS_KILLED = "while running runtime: signal: killed"
"""The runtime of a step goes with the thread that has started it, which now and then ends before."""
_TAKES_LINKS_OUT = 5
"""Podman 4.3 unpacks no archive with links that lead out of it, 5.8 does."""
_PLACE = r"/\S*/libpod_builder\d+/build"
"""Where Podman has unpacked a context."""
_LINK_OUT = re.compile(rf'invalid symlink "{_PLACE}/(.*)" -> "(.*)"')
_DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
"""Without a format Podman 4.3 looks for no step in its cache; OCI's own has no HEALTHCHECK, SHELL and ONBUILD."""
_NAMELESS_ARGUMENT = re.compile(rb"(?<!\\\n)^[ \t]*ARG[ \t]*$", re.IGNORECASE | re.MULTILINE)
"""A line of which Podman's service dies (4.3), and with it whatever else is being built or pulled."""


class PodmanBuilder:
    """The builder behind a wire."""

    def __init__(self, wire: Wire, *, images: PodmanImages, major: int) -> None:
        self._wire = wire
        self._images = images
        self._major = major

    def build(self, request: BuildRequest, *, progress: Progress) -> ImageId:
        """Build an image, untagged. Raises `BuildFailed`."""
        is_stale = False
        for _ in range(_TRIES):
            try:
                return self._build(request, progress)
            except BuildFailed as error:
                is_stale = any(sign in error.why for sign in _CACHE_IS_STALE)
                if not is_stale and _RUNTIME_IS_KILLED not in error.why:
                    raise
        return self._build(replace(request, no_cache=request.no_cache or is_stale), progress)

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
            "httpproxy": True,  # those of the service's environment, as `podman build` has them
            "layers": True,
            "rm": True,
            "forcerm": True,
        }
        with self._wire.call(
            "POST",
            "/build",
            query=query,
            stream=context.chunks(labelled or context.text),
            headers={"Content-Type": "application/x-tar", **build_authorization(request.credentials)},
        ) as response:
            return self._images.inspect(_follow(response, request, progress, context=context)).id


def _check(text: bytes, *, name: str) -> None:
    """Refuse what Podman's service would not survive. Raises `BuildFailed`."""
    if found := _NAMELESS_ARGUMENT.search(text):
        line = text.count(b"\n", 0, found.start()) + 1
        raise BuildFailed(why=f"{name} line {line}: ARG needs the name of a variable")


def _without_place(why: str, context: PodmanContext) -> str:
    """Return Podman's message with the user's names of files."""
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
        raise BuildFailed(why="the engine did not say what it built", log=b"".join(log), step=step)
    return image_id(built)
