"""The containers of jobs on Podman."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, BinaryIO

from jobber.adapters.attachment import StreamAttachment
from jobber.adapters.frames import copy_frames
from jobber.adapters.podman.commit import commit
from jobber.adapters.podman.create_body import create_body
from jobber.adapters.podman.parts import create_failed, remove_part
from jobber.adapters.podman.translate import container_of, failed, not_started
from jobber.adapters.wire import RawStream, WireBroken
from jobber.domain.container import ContainerId, ContainerSpecification, VolumeMount
from jobber.domain.errors import ContainerNotFound, EngineFailed, ImageNotFound, OptionUnsupported
from jobber.domain.label import Label
from jobber.domain.reference import ImageId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.adapters.wire import Pending, Response, Wire
    from jobber.domain.container import Container, Snapshot, Terminal
    from jobber.domain.options import ContainerOptions
    from jobber.domain.ports import Interruptions, JobInput

_MISSING = 404
_NOT_MODIFIED = 304
_ATTACH = {"stream": True, "stdin": True, "stdout": True, "stderr": True}
_TAKES_CONFIGURATION = (5,)
_POLL = "10ms"
"""Podman 4 looks every 250 ms whether a container has ended, unless it is told otherwise."""


class PodmanContainers:
    """The containers behind a wire."""

    def __init__(self, wire: Wire, *, version: str) -> None:
        self._wire = wire
        self._version = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())

    def check(self, options: ContainerOptions, /) -> None:
        """Check that this engine has all of the options."""
        create_body(ContainerSpecification(ImageId(""), options), version=self._version)

    def create(self, specification: ContainerSpecification) -> ContainerId:
        """Make a container."""
        body = create_body(specification, version=self._version)
        for mount in specification.inputs:
            if isinstance(mount, VolumeMount) and not self._is_input(mount.volume):
                raise EngineFailed("mount an input", why=f"volume {mount.volume} was removed meanwhile; run it again")
        for option in specification.options.mounts:
            if option.kind == "image" and not self._has_image(option.source):
                raise ImageNotFound(option.source)  # Podman would make a container that can't be removed
        with self._wire.call("POST", "/containers/create", body=body) as response:
            if not response.ok:
                error = failed("create the container", response)
                raise create_failed(error, image=specification.image, name=specification.options.name)
            container = ContainerId(response.json()["Id"])
        if "oci_runtime" in body:
            self._check_runtime(container, body["oci_runtime"])
        return container

    def inspect(self, container: ContainerId) -> Container:
        """Look a container up."""
        with self._wire.call("GET", f"/containers/{container}/json") as response:
            self._found(container, response, "inspect the container")
            return container_of(response.json())

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[Container]:
        """All containers, running or not, with these labels."""
        words = [name if value is None else f"{name}={value}" for name, value in labels.items()]
        query = {"all": True, "filters": json.dumps({"label": words})}
        with self._wire.call("GET", "/containers/json", query=query) as response:
            if not response.ok:
                raise failed("list containers", response)
            found = [ContainerId(item["Id"]) for item in response.json()]
        containers = []
        for container in found:
            try:
                containers.append(self.inspect(container))
            except ContainerNotFound:
                continue  # gone between the two calls
        return containers

    def attach(
        self, container: ContainerId, *, stdin: JobInput | None, interruptions: Interruptions
    ) -> StreamAttachment:
        """Get hold of a created container's input and output."""
        job = _Job(self._wire, container)
        terminal = job.has_terminal()
        stream = self._wire.upgrade(f"/containers/{container}/attach", query=_ATTACH)
        if not isinstance(stream, RawStream):
            with stream:
                if stream.status == _MISSING:
                    raise ContainerNotFound(container)
                raise not_started(stream.why())  # attaching sets the container up, as far as its command
        return StreamAttachment(stream, job, multiplexed=not terminal, stdin=stdin, interruptions=interruptions)

    def start(self, container: ContainerId) -> None:
        """Start the job."""
        with self._wire.call("POST", f"/containers/{container}/start") as response:
            if not response.ok and response.status != _NOT_MODIFIED:
                raise not_started(response.why())

    def signal(self, container: ContainerId, *, signal: str) -> None:
        """Send the job a signal by name; no error where it has ended."""
        with self._wire.call("POST", f"/containers/{container}/kill", query={"signal": signal}) as response:
            if response.ok:
                return
            error = failed(f"send {signal}", response)
        if error.status == _MISSING:
            raise ContainerNotFound(container)
        if "container state improper" not in error.why and "can only kill running" not in error.why:
            raise error

    def logs(self, container: ContainerId, *, sink: BinaryIO) -> None:
        """Write the job's whole output so far to `sink`."""
        terminal = _Job(self._wire, container).has_terminal()
        query = {"stdout": True, "stderr": True}
        with self._wire.call("GET", f"/containers/{container}/logs", query=query) as response:
            self._found(container, response, "read the container's log")
            copy_frames(response.chunks(), sink=sink, multiplexed=not terminal)

    def commit(self, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
        """Make an image of an exited container's file system."""
        takes_configuration = self._version >= _TAKES_CONFIGURATION
        return commit(self._wire, container, snapshot=snapshot, log=log, takes_configuration=takes_configuration)

    def remove(self, container: ContainerId) -> None:
        """Kill and remove a container with its anonymous volumes."""
        remove_part(self._wire, container)

    def _check_runtime(self, container: ContainerId, runtime: str) -> None:
        """Podman's API passes over a runtime that it does not have, and on some versions over any."""
        with self._wire.call("GET", f"/containers/{container}/json") as response:
            found = response.json().get("OCIRuntime") or "" if response.ok else runtime
        if found not in (runtime, runtime.rpartition("/")[2]):
            self.remove(container)
            raise OptionUnsupported(f"--runtime {runtime}", engine="this podman", why=f"it runs jobs with {found}")

    def _has_image(self, name: str) -> bool:
        with self._wire.call("GET", f"/images/{name}/exists") as response:
            return response.ok

    def _is_input(self, volume: str) -> bool:
        with self._wire.call("GET", f"/volumes/{volume}/json") as response:
            return response.ok and Label.INPUT in (response.json().get("Labels") or {})

    def _found(self, container: ContainerId, response: Response, call: str) -> None:
        if response.status == _MISSING:
            raise ContainerNotFound(container)
        if not response.ok:
            raise failed(call, response)


class _Job:
    """What the attachment asks of one container."""

    def __init__(self, wire: Wire, container: ContainerId) -> None:
        self._wire = wire
        self._container = container

    def wait(self) -> Pending:
        query = {"condition": "exited", "interval": _POLL}
        return self._wire.begin("POST", f"/containers/{self._container}/wait", query=query)

    def exit_status(self, answer: Response) -> int:
        if not answer.ok:
            raise WireBroken(answer.why())
        return int(answer.json())

    def exited(self) -> int | None:
        with self._wire.call("GET", f"/containers/{self._container}/json") as response:
            if response.status == _MISSING:
                raise ContainerNotFound(self._container)
            return container_of(response.json()).exit_status

    def has_terminal(self) -> bool:
        with self._wire.call("GET", f"/containers/{self._container}/json") as response:
            if response.status == _MISSING:
                raise ContainerNotFound(self._container)
            return bool(response.json()["Config"].get("Tty"))

    def resize(self, terminal: Terminal) -> None:
        query = {"h": terminal.rows, "w": terminal.columns}
        with self._wire.call("POST", f"/containers/{self._container}/resize", query=query) as response:
            response.read()  # a job that has just ended has no size any more
