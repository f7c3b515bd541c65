"""What the use cases need from outside, in the field's words: small roles, each for one purpose.

An engine adapter gives an `Engine`, which bundles the roles of one engine. Adapters raise the errors of
`jobber.domain.errors`, never those of an SDK, and translate the engine's objects at one place each.

References given to an adapter are as the user knows them (`mnist:latest`); what the engine wants to hear
(`localhost/mnist:latest` on Podman) is the adapter's business, both ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import BinaryIO

    from jobber.domain.build import BuildRequest
    from jobber.domain.container import (
        Container,
        ContainerId,
        ContainerSpecification,
        ImageMount,
        Snapshot,
        Terminal,
        VolumeMount,
    )
    from jobber.domain.copied import Copied
    from jobber.domain.credentials import Credentials
    from jobber.domain.engine import EngineDescription
    from jobber.domain.events import JobEvent, Output, Resized, Signalled
    from jobber.domain.image import Image, ListedImage
    from jobber.domain.image_path import SourcePath
    from jobber.domain.leftover import InputCopy, Leftover
    from jobber.domain.options import ContainerOptions
    from jobber.domain.policy import Outcome
    from jobber.domain.progress import Progress
    from jobber.domain.reference import ImageId, ImageReference


class ImageStore(Protocol):
    """The images that an engine has."""

    def inspect(self, name: ImageReference | ImageId | str) -> Image:
        """Look an image up; a bare `str` is a text that may be an id, cut short or whole.

        Raises `ImageNotFound`.
        """

    def tag(self, image: ImageId, *, reference: ImageReference) -> None:
        """Give an image a tag, taking it from any other image. Raises `ImageNotFound`."""

    def claim(self, image: ImageId, *, reference: ImageReference) -> None:
        """Give an image a tag that no other image has: of two that claim at once, one gets it.

        Claiming again for the same image is no error. Raises `TagTaken`, `ImageNotFound`.
        """

    def remove(self, name: ImageReference | ImageId) -> None:
        """Remove a tag, and the image with its last one; by id, the image with all its tags.

        An image that a container uses stays as it is. Raises `ImageNotFound`, `EngineFailed`.
        """

    def archive(self, image: ImageId, *, path: str) -> Generator[bytes]:
        """A file or a directory of an image, links followed, as the pieces of a tar archive.

        The first member is the file or directory itself, by whatever name; the others' names begin with that name.
        Close the generator where not all of it is wanted. Raises `ImageNotFound`, `PathNotFound`, at the first piece.
        """

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[ListedImage]:
        """All images with these labels, those without a tag and those that others are made from included.

        None stands for any value of a label.
        """

    def references(self) -> Sequence[str]:
        """The tags of all images, as the user knows them: for shells to complete."""


class Registry(Protocol):
    """The way from an engine to the registries."""

    def pull(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> Image:
        """Bring an image from its registry. Raises `PullRefused`, also for an error inside the stream."""

    def push(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> str:
        """Send a tag to its registry and return the digest (`sha256:HEX`). Raises `PushRefused`."""


class RemoteImages(Protocol):
    """What registries tell of images without pulling them, by their own API."""

    def inspect(self, reference: ImageReference, *, credentials: Credentials | None) -> Image:
        """Read an image's description; its id is the digest of its configuration, its digest is of this repository.

        Raises `ImageNotFound`, `RegistryFailed`.
        """

    def archive(self, reference: ImageReference, *, path: str, credentials: Credentials | None) -> Generator[bytes]:
        """A file or a directory of an image as a tar archive, as `ImageStore.archive` gives it.

        Raises `ImageNotFound`, `PathNotFound`, `RegistryFailed`, at the first piece.
        """

    def tags(self, reference: ImageReference, *, credentials: Credentials | None) -> Sequence[str]:
        """The tags of a reference's repository. Raises `ImageNotFound`, `RegistryFailed`."""


class JobInput(Protocol):
    """What the caller gives the job to read: its standard input."""

    def fileno(self) -> int:
        """The descriptor to wait on."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes that are there now; empty at the end."""


class Interruptions(Protocol):
    """Signals to jobber itself, kept until somebody takes them."""

    def fileno(self) -> int:
        """A descriptor that is readable while a signal waits; -1 where there is none."""

    def take(self) -> Signalled | Resized | None:
        """The next signal or change of the terminal's size that waits, if any."""

    def abortable(self) -> AbstractContextManager[None]:
        """Inside, a signal raises `Interrupted` at once: for steps that can be given up without a trace."""


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

    def commit(self, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
        """Make an image of an exited container's file system, with `log` as `/run.log` in it.

        `log` is seekable. Raises `ContainerNotFound`, `EngineFailed`; then no image is left behind.
        """

    def remove(self, container: ContainerId) -> None:
        """Kill and remove a container with its anonymous volumes; no error where it is gone already."""


class Claim(Protocol):
    """The right to finish one run, which one jobber has at a time."""

    def check(self) -> None:
        """Go on only if the right is still ours. Raises `ClaimLost`."""

    def release(self) -> None:
        """Give the right back. Releasing twice is no error."""


class RunStore(Protocol):
    """What jobbers tell each other about runs, by way of the engine alone."""

    def now(self) -> datetime:
        """The engine's clock, to the second."""

    def hold(self, run: str, *, image: ImageId) -> Claim:
        """The claim of the jobber that has watched the run to its end: nothing is made unless it takes long."""

    def claim(self, run: str, *, image: ImageId) -> Claim:
        """Claim a run. One process at a time has it, and one that is no more loses it. Raises `RunTaken`."""

    def holder(self, run: str) -> str:
        """Who has claimed a run, as `Label.PART` has it; empty where nobody has."""

    def note_end(self, run: str, *, image: ImageId, outcome: Outcome) -> None:
        """Note why a job is asked to end before it is; the first note of a run stays."""

    def noted_end(self, run: str) -> Outcome | None:
        """What was noted."""

    def results(self, run: str) -> Sequence[Image]:
        """The images that carry a run's record, a whole one: those with tags first, then as they were made."""

    def forget(self, run: str) -> None:
        """Remove the notes of a run."""

    def sweep(self) -> int:
        """Remove what jobbers that are no more left half-done, and how many things that were.

        Those are containers and notes of no run, copies of inputs without a marker, and images between two commits;
        never anything of a process that is alive, or may be.
        """

    def leftovers(self) -> Sequence[Leftover]:
        """What `sweep` would remove now."""


class InputStore(Protocol):
    """Directories of images, made ready to be mounted read-only."""

    def provide(self, image: Image, *, source: str, destination: str, progress: Progress) -> ImageMount | VolumeMount:
        """Mount a directory of an image where the engine can, else share a whole copy in a volume.

        `image.references` and the id name it in errors. Raises `SourceNotFound`.
        """

    def copies(self) -> Sequence[InputCopy]:
        """The whole copies that there are."""

    def discard(self, copy: InputCopy) -> bool:
        """Remove a copy unless a container has it mounted; whether it is gone."""


class Builder(Protocol):
    """What makes images out of Dockerfiles."""

    def build(self, request: BuildRequest, *, progress: Progress) -> ImageId:
        """Build an image, untagged. Raises `BuildFailed`; then nothing is left running."""


class Engine(Protocol):
    """One container engine, with all its roles."""

    @property
    def images(self) -> ImageStore:
        """The role of that name."""

    @property
    def registry(self) -> Registry:
        """The role of that name."""

    @property
    def containers(self) -> Containers:
        """The role of that name."""

    @property
    def runs(self) -> RunStore:
        """The role of that name."""

    @property
    def inputs(self) -> InputStore:
        """The role of that name."""

    @property
    def builder(self) -> Builder:
        """The role of that name."""

    def describe(self) -> EngineDescription:
        """What the engine is."""

    def close(self) -> None:
        """Let go of the engine; what runs there goes on. Closing twice is no error."""


class EngineConnector(Protocol):
    """What a package names in the entry point group `jobber.engines` to bring an engine."""

    def __call__(self, *, host: str | None, environment: Mapping[str, str], progress: Progress) -> Engine:
        """Connect to the engine; `host` is what `--host` said. Raises `EngineUnavailable`, `UsageError`."""


class Keyring(Protocol):
    """Who we are to which registry."""

    def credentials_for(self, reference: ImageReference) -> Credentials | None:
        """The credentials of the longest prefix of a reference; None where there are none."""


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The present moment, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""

    def sleep(self, seconds: float) -> None:
        """Let time pass; what is raised by a signal's handler ends it."""


class Console(Protocol):
    """Where the job's output goes, and where its input comes from."""

    @property
    def stdin(self) -> JobInput | None:
        """The job's standard input; None for none."""

    @property
    def terminal(self) -> Terminal | None:
        """The size of our terminal as it is now; None unless stdin and stdout are one, with us in front of it."""

    def raw(self) -> AbstractContextManager[None]:
        """Inside, keys go to the job as they are; afterwards the terminal is as it was, whatever happened."""

    def write(self, output: Output) -> None:
        """Pass a piece of the job's output on; a reader that has gone away is no error."""

    def spool(self) -> BinaryIO:
        """A new empty place, seekable and gone when closed, for output of any size."""


class Destination(Protocol):
    """Where files of an image are copied to."""

    def receive(
        self, pieces: Iterator[bytes], *, source: SourcePath, copied: Copied, on_file: Callable[[], None]
    ) -> None:
        """Copy what a tar archive holds, count it, and call `on_file` from time to time.

        Nothing is written anywhere else, whatever the archive says. Raises `NotWritten`, and what `pieces` raises;
        then what was copied before stays, and each file of it is whole.
        """


class SourceTree(Protocol):
    """Version control of a build context."""

    def revision(self) -> str | None:
        """The commit, with `-dirty` where something is not committed; None outside a work tree."""

    def origin(self) -> str | None:
        """The remote's address without credentials; None where there is none."""
