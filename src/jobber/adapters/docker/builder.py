"""Builds on Docker: with BuildKit if a client has it, otherwise with the engine's own builder."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.build_context import ContextStream, read_context
from jobber.adapters.docker.buildkit import build_with_client, find_client, is_switched_off
from jobber.adapters.docker.proxies import client_proxies
from jobber.adapters.engine_api.build_warnings import BuildWarnings
from jobber.adapters.engine_api.calls import TAR, platform_of
from jobber.adapters.engine_api.endpoint import Scheme
from jobber.adapters.engine_api.pull_push import build_authorization
from jobber.adapters.engine_api.registry_errors import build_failure
from jobber.domain.errors import BuildFailed, ImageNotFound, OptionUnsupported
from jobber.domain.images.reference import ImageId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.docker.buildkit import Client
    from jobber.adapters.docker.images import DockerImages
    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.engine_api.response import Response
    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.context_key import BuildContext
    from jobber.domain.ports.progress import Progress

_NEEDS_BUILDKIT = "it requires BuildKit: a local docker client with buildx, and DOCKER_BUILDKIT not set to 0"
_STEP = re.compile(r"Step \d+/\d+ : .*")
_RUNS = re.compile(r" ---> Running in [0-9a-f]+\n").fullmatch
_HAS_RUN = re.compile(r"( ---> )?(Removing|Removed) intermediate container [0-9a-f]+\n").fullmatch
_WARNING = re.compile(r"(?: ---> )?\[Warning\] (.*)\n").fullmatch


class DockerBuilder:
    """The builders of a Docker engine."""

    def __init__(self, client: EngineConnection, *, images: DockerImages, environment: Mapping[str, str]) -> None:
        self._client = client
        self._images = images
        self._environment = environment

    def build(self, request: BuildRequest, *, progress: Progress) -> ImageId:
        """Build an image without a tag. Raises `BuildFailed`."""
        client = self.client()
        if client is not None:
            progress.call("builder", kind="BuildKit", client=" ".join(client.words))
            return self._build_with_client(client, request, progress)
        if request.secrets:
            raise OptionUnsupported("--secret", engine="docker", why=_NEEDS_BUILDKIT)
        progress.call("builder", kind="the engine's own")
        return self._images.inspect(self._build(request, progress)).id

    def context(self, request: BuildRequest) -> BuildContext:
        """Return the files that a build would read. Raises `UsageError`, `BuildFailed`."""
        return read_context(Path(request.context), Path(request.dockerfile))

    def platform(self) -> str:
        """Return the platform of builds that name none."""
        return platform_of(self._client)

    def client(self, *, seconds: float | None = None) -> Client | None:
        """Return the client that builds with BuildKit, or None; wait `seconds` at most for each client's answer."""
        endpoint = self._client.endpoint
        # The docker client does not accept a socket behind ssh as a host.
        is_socket_behind_ssh = endpoint.scheme is Scheme.SSH and endpoint.path
        return None if is_socket_behind_ssh else find_client(self._environment, seconds=seconds)

    def is_switched_off(self) -> bool:
        """Return whether the user has switched BuildKit off."""
        return is_switched_off(self._environment)

    def _build_with_client(self, client: Client, request: BuildRequest, progress: Progress) -> ImageId:
        """Build the image; build it again if BuildKit returns an image from its cache that was removed meanwhile."""
        build = partial(
            build_with_client,
            client,
            endpoint=self._client.endpoint,
            environment=self._environment,
            progress=progress,
        )
        try:
            return self._images.inspect(build(request)).id
        except ImageNotFound:
            return self._images.inspect(build(replace(request, no_cache=True))).id

    def _build(self, request: BuildRequest, progress: Progress) -> ImageId:
        context = ContextStream(Path(request.context), Path(request.dockerfile))
        arguments = {**client_proxies(self._environment, endpoint=self._client.endpoint), **request.arguments}
        query = {
            "dockerfile": context.name,
            "labels": json.dumps(dict(request.labels)),
            "buildargs": json.dumps({name: value for name, value in arguments.items() if value is not None}),
            "target": request.target,
            "platform": request.platform,
            "nocache": request.no_cache,
            "pull": request.pull or None,
            "rm": True,
            "forcerm": True,
        }
        with self._client.call(
            "POST",
            "/build",
            query=query,
            stream=context.chunks(),
            headers={**TAR, **build_authorization(request.credentials)},
        ) as response:
            return _follow(response, request, progress)


def _follow(response: Response, request: BuildRequest, progress: Progress) -> ImageId:
    """Read the build's stream to its end. Raises `BuildFailed` with the output of the step that failed."""
    secrets = request.credentials.values()
    if not response.ok:
        raise build_failure(response.why(), secrets)
    warnings = BuildWarnings(progress, secrets)
    is_running = False
    built: ImageId | None = None
    step: str | None = None
    log: list[bytes] = []
    for event in response.json_lines():
        if why := event.get("error") or (event.get("errorDetail") or {}).get("message"):
            raise build_failure(str(why), secrets, log=b"".join(log), step=step)
        if text := event.get("stream"):
            octets = text.encode()
            progress.build_output(octets)
            is_running = bool(_RUNS(text)) or (is_running and not _HAS_RUN(text))
            if not is_running and (warning := _WARNING(text)):
                warnings.tell(warning[1])
            if _STEP.fullmatch(text.strip()):
                step, log, is_running = text.strip(), [], False
                progress.step(step)
            log.append(octets)
        if image := (event.get("aux") or {}).get("ID"):
            built = ImageId(image)
    if built is None:
        raise BuildFailed(why="the engine did not report the ID of the built image", log=b"".join(log), step=step)
    return built
