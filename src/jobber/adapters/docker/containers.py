"""Job containers on Docker."""

from __future__ import annotations

from contextlib import closing, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archives.paths import check_askable
from jobber.adapters.archives.tar_reader import first_bytes
from jobber.adapters.docker.archives import open_archive
from jobber.adapters.docker.commit import commit
from jobber.adapters.docker.committing import keeps_configuration
from jobber.adapters.docker.create_body import check_options, create_body
from jobber.adapters.docker.create_host import NVIDIA
from jobber.adapters.docker.helper_containers import remove_helper
from jobber.adapters.docker.job import DockerJob
from jobber.adapters.docker.translate import container_of, not_started
from jobber.adapters.docker.translate_errors import docker_call
from jobber.adapters.engine_api.calls import CONFLICT, NOT_FOUND, listed, with_labels
from jobber.adapters.engine_api.sparse_files import sparse_files
from jobber.adapters.job_stream.attachment import StreamAttachment
from jobber.adapters.job_stream.frames import copy_frames
from jobber.domain.containers.container import ContainerId, ContainerState, VolumeMount
from jobber.domain.errors import ContainerNotFound, EngineFailed, ImageNotFound, InputGone, JobberError, NameTaken
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from jobber.adapters.docker.client import DockerClient
    from jobber.domain.containers.container import Container, ContainerSpecification, Terminal
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.files.file_tree import Tree
    from jobber.domain.files.sparse_file import SparseFile
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import Interruptions, JobInput
    from jobber.domain.runs.snapshot import Snapshot


class DockerContainers:
    """The containers of a Docker engine."""

    def __init__(self, client: DockerClient, *, api_version: tuple[int, int], environment: Mapping[str, str]) -> None:
        self._client = client
        self._api_version = api_version
        self._environment = environment
        self._facts: dict[str, Any] = {}
        """The inspect response of the last container that was inspected."""

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
        runtimes = [*(self._info().get("Runtimes") or ())] if specification.runtime == NVIDIA else ()
        query, body = create_body(specification, api_version=self._api_version, runtimes=runtimes)
        name = specification.options.name
        taken = NameTaken(name) if name is not None else None
        try:
            with docker_call("create the container", conflict=taken):
                container = ContainerId(self._client.create_container_from_config(body, **query)["Id"])
        except EngineFailed as error:
            if error.status == NOT_FOUND and "no such image" in error.why.lower():
                raise ImageNotFound(specification.image) from None
            raise
        self._check_inputs(container, specification)
        return container

    def inspect(self, container: ContainerId) -> Container:
        """Inspect a container."""
        with docker_call("inspect the container", missing=ContainerNotFound(container)):
            self._facts = self._client.inspect_container(container)
        return container_of(self._facts)

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
        job = DockerJob(self._client, container)
        return StreamAttachment(None, job, stdin=stdin, interruptions=interruptions, since=since)

    def start(self, container: ContainerId) -> None:
        """Start the job."""
        try:
            with docker_call("start the container"):
                self._client.start(container)
        except EngineFailed as error:
            raise not_started(error.why) from None

    def signal(self, container: ContainerId, *, signal: str) -> None:
        """Send a signal to the job by name; a job that has ended is not an error."""
        with docker_call(f"send {signal}", missing=ContainerNotFound(container), ignores=(CONFLICT,)):
            self._client.kill(container, signal)

    def logs(self, container: ContainerId, *, sink: BinaryIO, since: datetime | None = None) -> None:
        """Write the job's output so far to `sink`."""
        job = DockerJob(self._client, container)
        with job.open_log(since=since) as response:
            copy_frames(response.chunks(), sink=sink, multiplexed=not job.has_terminal)

    def read(self, container: ContainerId, *, path: str, limit: int) -> bytes:
        """Return the first bytes of a file of a container that has ended."""
        name = f"container {container[:12]}"
        with closing(open_archive(self._client, container, path, of=name)) as pieces:
            return first_bytes(pieces, path=path, of=name, limit=limit)

    def tree(self, container: ContainerId, *, path: str) -> Tree:
        """Return a directory or a file of a container that has ended as a file tree."""
        from jobber.adapters.archives.file_tree import read_tree

        check_askable(path)
        return read_tree(open_archive(self._client, container, path, of=f"container {container[:12]}"))

    def sparse_files(self, container: ContainerId) -> Sequence[SparseFile]:
        """List the sparse files that a container has written, if its layer is accessible."""
        with suppress(JobberError):  # the result is used only for a warning
            return sparse_files(self._client.endpoint, self._ended(container))
        return ()

    def commit(self, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
        """Create an image from an exited container's file system."""
        facts = self._ended(container)
        try:
            return commit(self._client, facts, snapshot=snapshot, log=log, keeps_configuration=self.keeps_configuration)
        except EngineFailed as error:
            if error.status == NOT_FOUND:
                self.inspect(container)  # the container may have been removed meanwhile
            raise

    def keeps_configuration(self) -> bool:
        """Return whether results get exactly their code image's configuration; with containerd's store they do not."""
        return keeps_configuration(self._info())

    def remove(self, container: ContainerId) -> None:
        """Kill and remove a container with its anonymous volumes."""
        remove_helper(self._client, container)

    def _ended(self, container: ContainerId) -> dict[str, Any]:
        """Return the inspect response for a container that has ended, which does not change any more."""
        if self._facts.get("Id") != container or container_of(self._facts).state is not ContainerState.EXITED:
            self.inspect(container)
        return self._facts

    def _check_inputs(self, container: ContainerId, specification: ContainerSpecification) -> None:
        """Raise `InputGone` for an input volume removed meanwhile: Docker has created a new, empty one in its place."""
        for mount in specification.inputs:
            if isinstance(mount, VolumeMount) and not self._is_input(mount.volume):
                self.remove(container)
                with suppress(EngineFailed), docker_call("remove a volume"):
                    self._client.remove_volume(mount.volume)
                raise InputGone(mount.volume)

    def _is_input(self, volume: str) -> bool:
        with suppress(EngineFailed), docker_call("inspect a volume"):
            return Label.INPUT in (self._client.inspect_volume(volume).get("Labels") or {})
        return False

    def _info(self) -> Mapping[str, Any]:
        """Return the engine's description of its setup; empty if it gives none."""
        with suppress(EngineFailed), docker_call("describe its configuration"):
            return self._client.info()
        return {}
