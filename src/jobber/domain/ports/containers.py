"""Containers of an engine, and the connection to a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from jobber.domain.containers.container import Container, ContainerId, ContainerSpecification, Terminal
    from jobber.domain.containers.events import JobEvent
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.files.file_tree import Tree
    from jobber.domain.files.sparse_file import SparseFile
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports.machine import Interruptions, JobInput
    from jobber.domain.runs.snapshot import Snapshot


class Attachment(Protocol):
    """The connection to one job. It is made before the job starts, so that no output is missed."""

    def next(self, *, deadline: float | None = None) -> JobEvent:
        """Wait for the next event, and forward input to the job meanwhile.

        If the connection breaks, the attachment reconnects. No byte is lost or duplicated, as far as the engine keeps a
        log.

        Args:
            deadline: The time of the clock's `monotonic`, in seconds, at which to stop waiting; None to wait without
                limit.

        Returns:
            The event; `DeadlinePassed` if there was none before the deadline.

        Raises:
            EngineLost: The connection could not be restored for a long time.
            ContainerNotFound: The container was removed.

        """

    def resize(self, terminal: Terminal) -> None:
        """Set the size of the job's terminal.

        Args:
            terminal: The new size, in characters.

        """

    def close(self) -> None:
        """Close the connection; the job continues. Closing twice is not an error."""


class Containers(Protocol):
    """The containers of jobs."""

    @property
    def client_environment(self) -> Mapping[str, str]:
        """Proxy variables that the engine's own client adds to every container."""

    def check(self, options: ContainerOptions, /) -> None:
        """Check that the engine supports all of the options, without creating anything.

        Args:
            options: The container options.

        Raises:
            OptionUnsupported: The engine does not support an option.

        """

    def create(self, specification: ContainerSpecification) -> ContainerId:
        """Create a container.

        Args:
            specification: The image, command, options, mounts and labels of the container.

        Returns:
            The ID of the container.

        Raises:
            ImageNotFound: The image does not exist.
            NameTaken: Another container has the name.
            OptionUnsupported: The engine does not support an option; raised before anything is created.
            EngineFailed: The engine could not create the container.

        """

    def inspect(self, container: ContainerId) -> Container:
        """Return the description of a container.

        Args:
            container: The ID of the container.

        Returns:
            The container.

        Raises:
            ContainerNotFound: The container does not exist.

        """

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[Container]:
        """Return all containers with these labels, running or not.

        Args:
            labels: The label values by name; None stands for any value.

        Returns:
            The containers.

        """

    def attach(
        self,
        container: ContainerId,
        *,
        stdin: JobInput | None,
        interruptions: Interruptions,
        terminal: Terminal | None = None,
    ) -> Attachment:
        """Attach to the input and output of a created container.

        Args:
            container: The ID of the container.
            stdin: The job's standard input; None for none.
            interruptions: The signals to report as events.
            terminal: The initial size of the job's terminal, set before the start if the engine supports that.

        Returns:
            The connection to the job.

        Raises:
            ContainerNotFound: The container does not exist.

        """

    def follow(
        self,
        container: ContainerId,
        *,
        since: datetime | None,
        stdin: JobInput | None,
        interruptions: Interruptions,
    ) -> Attachment:
        """Attach to a job that was started earlier.

        If the engine keeps no log, the output starts now, and the event `LOG_UNREADABLE` reports it.

        Args:
            container: The ID of the container.
            since: The moment from which to return the output; None for all of it.
            stdin: The standard input, for a job with a terminal; None for none.
            interruptions: The signals to report as events.

        Returns:
            The connection to the job.

        Raises:
            ContainerNotFound: The container does not exist.

        """

    def start(self, container: ContainerId) -> None:
        """Start the job.

        Args:
            container: The ID of the container.

        Raises:
            JobNotStarted: The job could not be started; the error has the exit status that `docker run` would have.

        """

    def signal(self, container: ContainerId, *, signal: str) -> None:
        """Send a signal to the job; an ended job is not an error.

        Args:
            container: The ID of the container.
            signal: The name of the signal, such as `SIGTERM`.

        Raises:
            ContainerNotFound: The container does not exist.

        """

    def logs(self, container: ContainerId, *, sink: BinaryIO, since: datetime | None = None) -> None:
        """Write the job's output so far to `sink`.

        Args:
            container: The ID of the container.
            sink: The file to write to.
            since: The moment from which to write the output; None for all of it.

        Raises:
            ContainerNotFound: The container does not exist.
            LogUnreadable: The engine keeps no log that can be read.

        """

    def read(self, container: ContainerId, *, path: str, limit: int) -> bytes:
        """Return the first bytes of a file of an exited container; links are followed.

        Args:
            container: The ID of the container.
            path: The absolute path of the file in the container.
            limit: The maximum number of bytes.

        Returns:
            The content, at most `limit` bytes.

        Raises:
            ContainerNotFound: The container does not exist.
            PathNotFound: The path does not exist.
            NotAFile: The path is not a file.
            EngineFailed: The engine could not read the file.

        """

    def tree(self, container: ContainerId, *, path: str) -> Tree:
        """Return a directory or a file of an exited container as a file tree; a link at the path is followed.

        Args:
            container: The ID of the container.
            path: The absolute path in the container.

        Returns:
            The tree. Files of mounts are included if the engine can read them.

        Raises:
            ContainerNotFound: The container does not exist.
            PathNotFound: The path does not exist.
            EngineFailed: The engine could not read the files.
            EngineLost: The archive of the files ended too early.

        """

    def sparse_files(self, container: ContainerId) -> Sequence[SparseFile]:
        """List the files with holes that an exited container has written, if that takes only a moment.

        A commit writes the holes out.

        Args:
            container: The ID of the container; a removed container is not an error.

        Returns:
            The files, those with the largest holes first; empty if they are not known, for example on a remote engine.

        """

    def commit(self, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
        """Create an image from an exited container's file system, with `log` as `/run.log` in it.

        The image gets the code image's configuration. If the engine cannot keep it, variables that the run added remain
        in the image without a value, and `Label.BLANK` names them. After an error, no image is left behind.

        Args:
            container: The ID of the container.
            snapshot: The configuration and labels of the image.
            log: The job's output, a seekable file.

        Returns:
            The ID of the image.

        Raises:
            ContainerNotFound: The container does not exist.
            EngineFailed: The engine could not create the image.

        """

    def keeps_configuration(self) -> bool:
        """Return whether the engine gives results exactly the configuration of their code image.

        Returns:
            False if variables that a run added may remain in its result without a value, and ports, volumes and labels
            of the run unchanged: on Docker with containerd's image store.

        """

    def remove(self, container: ContainerId) -> None:
        """Kill and remove a container with its anonymous volumes; a removed container is not an error.

        Args:
            container: The ID of the container.

        """
