"""Job containers on Docker."""

from __future__ import annotations

from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from jobber.adapters.archives.tar_reader import first_bytes
from jobber.adapters.docker.archives import open_archive
from jobber.adapters.docker.commit import commit
from jobber.adapters.docker.create_body import check_options, create_body
from jobber.adapters.docker.create_host import NVIDIA
from jobber.adapters.docker.job import DockerJob
from jobber.adapters.docker.parts import remove_helper
from jobber.adapters.docker.translate import container_of, not_started
from jobber.adapters.engine_api.calls import failed, listed, with_labels
from jobber.adapters.engine_api.sparse_files import sparse_files
from jobber.adapters.job_stream.attachment import StreamAttachment
from jobber.adapters.job_stream.frames import copy_frames
from jobber.domain.containers.container import ContainerId, VolumeMount
from jobber.domain.errors import ContainerNotFound, ImageNotFound, InputGone, NameTaken
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.engine_api.response import Response
    from jobber.domain.containers.container import Container, ContainerSpecification, Terminal
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.files.sparse_file import SparseFile
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import Interruptions, JobInput
    from jobber.domain.runs.snapshot import Snapshot

_MISSING = 404
_CONFLICT = 409
_NOT_MODIFIED = 304
_CONTAINERD = "io.containerd.snapshotter"
"""The driver type of a Docker engine that keeps its images in containerd's store."""


class DockerContainers:
    """The containers of a Docker engine."""

    def __init__(
        self, client: EngineConnection, *, api_version: tuple[int, int], environment: Mapping[str, str]
    ) -> None:
        self._client = client
        self._api_version = api_version
        self._environment = environment

    @cached_property
    def client_environment(self) -> Mapping[str, str]:
        """The proxy variables of the docker client's configuration."""
        from jobber.adapters.docker.proxies import client_proxies

        return client_proxies(self._environment, endpoint=self._client.endpoint)

    def check(self, options: ContainerOptions, /) -> None:
        """Check that this engine supports all of the options."""
        check_options(options, api_version=self._api_version)

    def create(self, specification: ContainerSpecification) -> ContainerId:
        """Create a container."""
        runtimes = self._runtimes() if specification.runtime == NVIDIA else ()
        query, body = create_body(specification, api_version=self._api_version, runtimes=runtimes)
        name = specification.options.name
        with self._client.call("POST", "/containers/create", query=query, body=body) as response:
            if response.status == _CONFLICT and name is not None:
                raise NameTaken(name)
            if not response.ok:
                error = failed("create the container", response)
                if response.status == _MISSING and "no such image" in error.why.lower():
                    raise ImageNotFound(specification.image)
                raise error
            container = ContainerId(response.json()["Id"])
        self._check_inputs(container, specification)
        return container

    def inspect(self, container: ContainerId) -> Container:
        """Inspect a container."""
        with self._client.call("GET", f"/containers/{container}/json") as response:
            self._found(container, response, "inspect the container")
            return container_of(response.json())

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[Container]:
        """List all containers with these labels, running or not."""
        containers = []
        for item in listed(self._client, "/containers/json", filters=with_labels(labels), everything=True):
            try:
                containers.append(self.inspect(ContainerId(item["Id"])))
            except ContainerNotFound:
                continue  # removed between the two calls
        return containers

    def attach(
        self,
        container: ContainerId,
        *,
        stdin: JobInput | None,
        interruptions: Interruptions,
        terminal: Terminal | None = None,  # noqa: ARG002 - Docker gets the terminal size at create or after the start
    ) -> StreamAttachment:
        """Attach to the input and output of a created container."""
        job = DockerJob(self._client, container)
        return StreamAttachment(job.attach(output=True), job, stdin=stdin, interruptions=interruptions)

    def follow(
        self,
        container: ContainerId,
        *,
        since: datetime | None,
        stdin: JobInput | None,
        interruptions: Interruptions,
    ) -> StreamAttachment:
        """Attach to a job that has already started; its output is read from the beginning, or from `since` on."""
        job = DockerJob(self._client, container, since=since)
        return StreamAttachment(None, job, stdin=stdin, interruptions=interruptions)

    def start(self, container: ContainerId) -> None:
        """Start the job."""
        with self._client.call("POST", f"/containers/{container}/start") as response:
            if not response.ok and response.status != _NOT_MODIFIED:
                raise not_started(response.why())

    def signal(self, container: ContainerId, *, signal: str) -> None:
        """Send a signal to the job by name; a job that has ended is not an error."""
        with self._client.call("POST", f"/containers/{container}/kill", query={"signal": signal}) as response:
            if response.status != _CONFLICT:
                self._found(container, response, f"send {signal}")

    def logs(self, container: ContainerId, *, sink: BinaryIO, since: datetime | None = None) -> None:
        """Write the job's output so far to `sink`."""
        job = DockerJob(self._client, container, since=since)
        with job.open_log(follow=False) as response:
            copy_frames(response.chunks(), sink=sink, multiplexed=not job.has_terminal)

    def read(self, container: ContainerId, *, path: str, limit: int) -> bytes:
        """Return the first bytes of a file of a container that has ended."""
        name = f"container {container[:12]}"
        with closing(open_archive(self._client, container, path, of=name)) as pieces:
            return first_bytes(pieces, path=path, of=name, limit=limit)

    def sparse_files(self, container: ContainerId) -> Sequence[SparseFile]:
        """List the sparse files that a container has written, if its layer is accessible."""
        return sparse_files(self._client, container)

    def commit(self, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
        """Create an image from an exited container's file system."""
        return commit(self._client, container, snapshot=snapshot, log=log, keeps_configuration=self.keeps_configuration)

    def keeps_configuration(self) -> bool:
        """Return whether results get exactly their code image's configuration; with containerd's store they do not."""
        with self._client.call("GET", "/info") as response:
            status = (response.json().get("DriverStatus") or ()) if response.ok else ()
        return not any(value.startswith(_CONTAINERD) for _, value in status)

    def remove(self, container: ContainerId) -> None:
        """Kill and remove a container with its anonymous volumes."""
        remove_helper(self._client, container)

    def _check_inputs(self, container: ContainerId, specification: ContainerSpecification) -> None:
        """Raise `InputGone` for an input volume removed meanwhile: Docker has created a new, empty one in its place."""
        for mount in specification.inputs:
            if isinstance(mount, VolumeMount) and not self._is_input(mount.volume):
                self.remove(container)
                with self._client.call("DELETE", f"/volumes/{mount.volume}") as response:
                    response.read()
                raise InputGone(mount.volume)

    def _is_input(self, volume: str) -> bool:
        with self._client.call("GET", f"/volumes/{volume}") as response:
            return response.ok and Label.INPUT in (response.json().get("Labels") or {})

    def _runtimes(self) -> Sequence[str]:
        with self._client.call("GET", "/info") as response:
            return [*(response.json().get("Runtimes") or ())] if response.ok else []

    def _found(self, container: ContainerId, response: Response, call: str) -> None:
        if response.status == _MISSING:
            raise ContainerNotFound(container)
        if not response.ok:
            raise failed(call, response)
