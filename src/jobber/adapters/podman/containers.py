"""Job containers on Podman."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archives.paths import check_askable
from jobber.adapters.engine_api.calls import NOT_FOUND, created_id, listed, missing_or_failed, perform, with_labels
from jobber.adapters.engine_api.description_size import PODMAN_LIMIT, check_size
from jobber.adapters.engine_api.sparse_files import sparse_files
from jobber.adapters.job_stream.attachment import StreamAttachment
from jobber.adapters.job_stream.frames import copy_frames
from jobber.adapters.podman.archives import mounted, open_archive, read_file
from jobber.adapters.podman.commit import commit
from jobber.adapters.podman.create_body import create_body
from jobber.adapters.podman.helper_containers import create_failed, remove_helper
from jobber.adapters.podman.job import PodmanJob
from jobber.adapters.podman.translate import container_of, not_started
from jobber.domain.containers.container import ContainerId, ContainerSpecification, ContainerState, VolumeMount
from jobber.domain.errors import (
    ContainerNotFound,
    EngineFailed,
    ImageNotFound,
    InputGone,
    JobberError,
    OptionUnsupported,
)
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from jobber.adapters.engine_api.response import Response
    from jobber.adapters.podman.client import PodmanClient
    from jobber.domain.containers.container import Container, Terminal
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.files.file_tree import Tree
    from jobber.domain.files.sparse_file import SparseFile
    from jobber.domain.ports import Interruptions, JobInput
    from jobber.domain.runs.snapshot import Snapshot

_TAKES_CONFIGURATION = (5,)
_REPORTS_MEMORY = (5,)
"""The first version with a reliable `State.OOMKilled`: 4.3 always reports false, 5.8 reports it correctly."""


class PodmanContainers:
    """The containers of a Podman engine."""

    def __init__(self, client: PodmanClient) -> None:
        self._client = client
        self._facts: dict[str, Any] = {}
        """The inspect response of the last container that was inspected."""
        self._version = client.version_numbers

    @property
    def client_environment(self) -> Mapping[str, str]:
        """An empty mapping: Podman's service adds the proxies of its own environment."""
        return {}

    def check(self, options: ContainerOptions, /) -> None:
        """Check that this engine supports all of the options."""
        create_body(ContainerSpecification(ImageId(""), options), version=self._version)

    def create(self, specification: ContainerSpecification) -> ContainerId:
        """Create a container."""
        body = create_body(specification, version=self._version)
        check_size(specification, limit=PODMAN_LIMIT, engine="podman")
        self._check_inputs(specification)
        for option in specification.options.mounts:
            if option.kind == "image" and not self._has_image(option.source):
                raise ImageNotFound(option.source)  # Podman would create a container that can't be removed
        try:
            made = perform(self._client, "POST", "/containers/create", call="create the container", body=body)
        except EngineFailed as error:
            raise create_failed(error, image=specification.image, name=specification.options.name) from None
        container = ContainerId(created_id(made))
        self._check_inputs(specification, container)
        if "oci_runtime" in body:
            self._check_runtime(container, body["oci_runtime"])
        return container

    def inspect(self, container: ContainerId) -> Container:
        """Inspect a container."""
        with self._client.call("GET", f"/containers/{container}/json") as response:
            self._found(container, response, "inspect the container")
            self._facts = response.json()
        return container_of(self._facts, reports_memory=self._version >= _REPORTS_MEMORY)

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
        terminal: Terminal | None = None,
    ) -> StreamAttachment:
        """Attach to the input and output of a created container."""
        job = PodmanJob(self._client, container)
        attachment = StreamAttachment(job.attach(output=True), job, stdin=stdin, interruptions=interruptions)
        if terminal is not None:
            attachment.resize(terminal)
        return attachment

    def follow(
        self,
        container: ContainerId,
        *,
        since: datetime | None,
        stdin: JobInput | None,
        interruptions: Interruptions,
    ) -> StreamAttachment:
        """Attach to a job that has already started; its output is read from the beginning, or from `since` on."""
        job = PodmanJob(self._client, container)
        return StreamAttachment(None, job, stdin=stdin, interruptions=interruptions, since=since)

    def start(self, container: ContainerId) -> None:
        """Start the job."""
        try:
            perform(self._client, "POST", f"/containers/{container}/start", call="start the container")
        except EngineFailed as error:
            raise not_started(error.why) from None

    def signal(self, container: ContainerId, *, signal: str) -> None:
        """Send a signal to the job by name; a job that has ended is not an error."""
        where, missing = f"/containers/{container}/kill", ContainerNotFound(container)
        try:
            perform(self._client, "POST", where, call=f"send {signal}", query={"signal": signal}, missing=missing)
        except EngineFailed as error:
            if "container state improper" not in error.why and "can only kill running" not in error.why:
                raise

    def logs(self, container: ContainerId, *, sink: BinaryIO, since: datetime | None = None) -> None:
        """Write the job's output so far to `sink`."""
        with PodmanJob(self._client, container).open_log(since=since) as response:
            copy_frames(response.chunks(), sink=sink, multiplexed=True)

    def read(self, container: ContainerId, *, path: str, limit: int) -> bytes:
        """Return the first bytes of a file of a container that has ended."""
        return read_file(self._client, container, path, of=f"container {container[:12]}", limit=limit)

    def tree(self, container: ContainerId, *, path: str) -> Tree:
        """Return a directory or a file of a container that has ended as a file tree."""
        from jobber.adapters.archives.file_tree import read_tree

        check_askable(path)
        with mounted(self._client, container):  # Podman may still be cleaning up after the job
            return read_tree(open_archive(self._client, container, path, of=f"container {container[:12]}"))

    def sparse_files(self, container: ContainerId) -> Sequence[SparseFile]:
        """List the sparse files that a container has written, if its layer is accessible."""
        with suppress(JobberError):  # the result is used only for a warning
            return sparse_files(self._client.endpoint, self._ended(container))
        return ()

    def commit(self, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
        """Create an image from an exited container's file system."""
        takes_configuration = self._version >= _TAKES_CONFIGURATION
        facts = self._ended(container)
        try:
            return commit(self._client, facts, snapshot=snapshot, log=log, takes_configuration=takes_configuration)
        except EngineFailed as error:
            if error.status == NOT_FOUND:
                self.inspect(container)  # the container may have been removed meanwhile
            raise

    def keeps_configuration(self) -> bool:
        """Return whether results get exactly their code image's configuration."""
        return True

    def remove(self, container: ContainerId) -> None:
        """Kill and remove a container with its anonymous volumes."""
        remove_helper(self._client, container)

    def _ended(self, container: ContainerId) -> dict[str, Any]:
        """Return the inspect response for a container that has ended, which does not change any more."""
        if self._facts.get("Id") != container or container_of(self._facts).state is not ContainerState.EXITED:
            self.inspect(container)
        return self._facts

    def _check_inputs(self, specification: ContainerSpecification, container: ContainerId | None = None) -> None:
        """Raise `InputGone` for an input volume removed meanwhile: Podman creates an empty one in its place.

        jobber checks before and after the create call.
        """
        for mount in specification.inputs:
            if isinstance(mount, VolumeMount) and not self._is_input(mount.volume):
                if container is not None:
                    self.remove(container)
                    with self._client.call("DELETE", f"/volumes/{mount.volume}") as response:
                        response.read()
                raise InputGone(mount.volume)

    def _check_runtime(self, container: ContainerId, runtime: str) -> None:
        """Raise `OptionUnsupported` if Podman uses another runtime.

        Podman's API ignores a runtime that the engine does not have, and some versions ignore every runtime.
        """
        with self._client.call("GET", f"/containers/{container}/json") as response:
            found = response.json().get("OCIRuntime") or "" if response.ok else runtime
        if found not in (runtime, runtime.rpartition("/")[2]):
            self.remove(container)
            raise OptionUnsupported(f"--runtime {runtime}", engine="this podman", why=f"it runs jobs with {found}")

    def _has_image(self, name: str) -> bool:
        with self._client.call("GET", f"/images/{name}/exists") as response:
            return response.ok

    def _is_input(self, volume: str) -> bool:
        with self._client.call("GET", f"/volumes/{volume}/json") as response:
            return response.ok and Label.INPUT in (response.json().get("Labels") or {})

    def _found(self, container: ContainerId, response: Response, call: str) -> None:
        if not response.ok:
            raise missing_or_failed(container, call, response)
