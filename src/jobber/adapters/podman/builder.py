"""Builds on Podman, by its own API."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.context import PODMAN_IGNORE_FILES, ContextStream
from jobber.adapters.podman.translate import image_id
from jobber.adapters.refusals import build_failure
from jobber.adapters.registry_events import build_authorization
from jobber.domain.build import check_podman_build
from jobber.domain.errors import BuildFailed

if TYPE_CHECKING:
    from jobber.adapters.podman.images import PodmanImages
    from jobber.adapters.wire import Response, Wire
    from jobber.domain.build import BuildRequest
    from jobber.domain.progress import Progress
    from jobber.domain.reference import ImageId

_STEP = re.compile(r"(\[\d+/\d+\] )?STEP \d+(/\d+)?: .*")
_IS_ID = re.compile(r"[0-9a-f]{64}").fullmatch
_CACHE_IS_STALE = ("checking if cached image exists from a previous build", "layer not known")
"""Podman looks through all images for a cached step, and fails where one of them is removed meanwhile."""
_RUNTIME_IS_KILLED = "while running runtime: signal: killed"
"""The runtime of a step goes with the thread that has started it, which now and then ends before."""
_EXPANDS_LABELS = 5
"""From this version on labels of a build are lines of its Dockerfile, in which variables are put in."""
_DOLLAR = "${jobber_has_no_such_variable:-$}"
_NAMELESS_ARGUMENT = re.compile(rb"(?<!\\\n)^[ \t]*ARG[ \t]*$", re.IGNORECASE | re.MULTILINE)
"""A line of which Podman's service dies (4.3), and with it whatever else is being built or pulled."""


class PodmanBuilder:
    """The builder behind a wire."""

    def __init__(self, wire: Wire, *, images: PodmanImages, major: int) -> None:
        self._wire = wire
        self._images = images
        self._expands_labels = major >= _EXPANDS_LABELS

    def build(self, request: BuildRequest, *, progress: Progress) -> ImageId:
        """Build an image, untagged. Raises `BuildFailed`."""
        try:
            return self._build(request, progress)
        except BuildFailed as error:
            is_stale = any(sign in error.why for sign in _CACHE_IS_STALE)
            if not is_stale and _RUNTIME_IS_KILLED not in error.why:
                raise
        return self._build(replace(request, no_cache=request.no_cache or is_stale), progress)

    def _labels(self, request: BuildRequest) -> dict[str, str]:
        if not self._expands_labels:
            return dict(request.labels)
        return {name: value.replace("$", _DOLLAR) for name, value in request.labels.items()}

    def _build(self, request: BuildRequest, progress: Progress) -> ImageId:
        check_podman_build(request)
        _check(Path(request.dockerfile))
        context = ContextStream(Path(request.context), Path(request.dockerfile), PODMAN_IGNORE_FILES)
        query = {
            "dockerfile": context.name,
            "labels": json.dumps(self._labels(request)),
            "buildargs": json.dumps({k: v for k, v in request.arguments.items() if v is not None}),
            "target": request.target,
            "platform": request.platform,
            "nocache": request.no_cache,
            "pull": request.pull or None,
            "httpproxy": True,  # those of the service's environment, as `podman build` has them
            "layers": True,
            "rm": True,
            "forcerm": True,
        }
        with self._wire.call(
            "POST",
            "/build",
            query=query,
            stream=context.chunks(),
            headers={"Content-Type": "application/x-tar", **build_authorization(request.credentials)},
        ) as response:
            return self._images.inspect(_follow(response, request, progress)).id


def _check(dockerfile: Path) -> None:
    """Refuse what Podman's service would not survive. Raises `BuildFailed`."""
    with suppress(OSError):  # whoever sends it tells
        text = dockerfile.read_bytes()
        if found := _NAMELESS_ARGUMENT.search(text):
            line = text.count(b"\n", 0, found.start()) + 1
            raise BuildFailed(why=f"{dockerfile.name} line {line}: ARG needs the name of a variable")


def _follow(response: Response, request: BuildRequest, progress: Progress) -> ImageId:
    """Read the build's stream to its end. Raises `BuildFailed` with the output of the step that failed."""
    secrets = request.credentials.values()
    if not response.ok:
        raise build_failure(response.why(), secrets)
    built = ""
    step: str | None = None
    log: list[bytes] = []
    for event in response.json_lines():
        if why := event.get("error") or (event.get("errorDetail") or {}).get("message"):
            raise build_failure(str(why), secrets, log=b"".join(log), step=step)
        if text := event.get("stream"):
            octets = text.encode()
            progress.build_output(octets)
            if _STEP.fullmatch(text.strip()):
                step, log = text.strip(), []
                progress.step(step)
            log.append(octets)
            built = text.strip() if _IS_ID(text.strip()) else built
    if not built:
        raise BuildFailed(why="the engine did not say what it built", log=b"".join(log), step=step)
    return image_id(built)
