"""Containers of an engine, and the wire to a job in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from jobber.domain.containers.container import Container, ContainerId, ContainerSpecification, Terminal
    from jobber.domain.containers.events import JobEvent
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.files.sparse_file import SparseFile
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports.machine import Interruptions, JobInput
    from jobber.domain.runs.snapshot import Snapshot


class Attachment(Protocol):
    """The wire to one job: made before it starts, so that nothing it says is missed."""

    def next(self, *, deadline: float | None = None) -> JobEvent:
        """Wait for the next event, until `deadline` on the clock's `monotonic`.

        Passes the job's input on meanwhile. A wire that breaks is mended without a byte lost or doubled, as far as
        the engine keeps a log. Raises `EngineLost` where it could not be mended for a long time, and
        `ContainerNotFound` where somebody has removed the container.
        """

    def resize(self, terminal: Terminal) -> None:
        """Tell the job's terminal its new size."""

    def close(self) -> None:
        """Let go of the wire; the job goes on. Closing twice is no error."""


class Containers(Protocol):
    """The containers of jobs."""

    @property
    def client_environment(self) -> Mapping[str, str]:
        """Variables that the engine's own client gives every container beside those it is asked for: proxies."""

    def check(self, options: ContainerOptions, /) -> None:
        """Check that this engine has all of the options, and make nothing. Raises `OptionUnsupported`."""

    def create(self, specification: ContainerSpecification) -> ContainerId:
        """Make a container. Raises `ImageNotFound`, `NameTaken`, `OptionUnsupported`, `EngineFailed`.

        Raises `OptionUnsupported` before anything is made.
        """

    def inspect(self, container: ContainerId) -> Container:
        """Look a container up. Raises `ContainerNotFound`."""

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[Container]:
        """All containers, running or not, with these labels; None stands for any value."""

    def attach(
        self,
        container: ContainerId,
        *,
        stdin: JobInput | None,
        interruptions: Interruptions,
        terminal: Terminal | None = None,
    ) -> Attachment:
        """Get hold of a created container's input and output.

        `terminal` is the size that a job with a terminal finds, where the engine can set it before the start.
        Raises `ContainerNotFound`.
        """

    def follow(
        self,
        container: ContainerId,
        *,
        since: datetime | None,
        stdin: JobInput | None,
        interruptions: Interruptions,
    ) -> Attachment:
        """Get hold of a job that was started before: its output from the beginning, or since a moment.

        `stdin` reaches a job with a terminal. Where the engine keeps no log, the output begins now, and it is told.
        Raises `ContainerNotFound`.
        """

    def start(self, container: ContainerId) -> None:
        """Start the job. Raises `JobNotStarted` with the status that `docker run` would give."""

    def signal(self, container: ContainerId, *, signal: str) -> None:
        """Send the job a signal by name; no error where it has ended. Raises `ContainerNotFound`."""

    def logs(self, container: ContainerId, *, sink: BinaryIO, since: datetime | None = None) -> None:
        """Write the job's output so far to `sink`, all of it or since a moment.

        Raises `ContainerNotFound`, `LogUnreadable`.
        """

    def read(self, container: ContainerId, *, path: str, limit: int) -> bytes:
        """The first `limit` bytes of a file of a container that has ended, links followed.

        Raises `ContainerNotFound`, `PathNotFound`, `NotAFile`, `EngineFailed`.
        """

    def sparse_files(self, container: ContainerId) -> Sequence[SparseFile]:
        """List the files with holes that an exited container has written, where that takes a moment only.

        A commit writes the holes out.

        Args:
            container: The container; no error where it is gone.

        Returns:
            The files, the largest holes first. None where it is not known, as for an engine on another machine.

        """

    def commit(self, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
        """Make an image of an exited container's file system, with `log` as `/run.log` in it.

        Its configuration is the code image's. Where the engine can't keep that, variables that the run added are left
        in it without a value, and named in `Label.BLANK`.
        `log` is seekable. Raises `ContainerNotFound`, `EngineFailed`; then no image is left behind.
        """

    def keeps_configuration(self) -> bool:
        """Tell whether this engine gives results their code image's configuration exactly.

        Returns:
            False where variables that a run added may stay in its result without a value, and ports, volumes and
            labels of the run as they are: on Docker with containerd's image store.

        """

    def remove(self, container: ContainerId) -> None:
        """Kill and remove a container with its anonymous volumes; no error where it is gone already."""
