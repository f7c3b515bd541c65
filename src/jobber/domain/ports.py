"""What the use cases need from outside, in the field's words: small roles, each for one purpose.

An engine adapter gives an `Engine`, which bundles the roles of one engine. Adapters raise the errors of
`jobber.domain.errors`, never those of an SDK, and translate the engine's objects at one place each.

References given to an adapter are as the user knows them (`mnist:latest`); what the engine wants to hear
(`localhost/mnist:latest` on Podman) is the adapter's business, both ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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
    from jobber.domain.credentials import Credentials
    from jobber.domain.engine import EngineDescription
    from jobber.domain.events import JobEvent, Output, Signalled
    from jobber.domain.image import Image
    from jobber.domain.options import ContainerOptions
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
        """Remove a tag, and the image with its last one; by id, the image. Raises `ImageNotFound`."""

    def references(self) -> Sequence[str]:
        """The tags of all images, as the user knows them: for shells to complete."""


class Registry(Protocol):
    """The way from an engine to the registries."""

    def pull(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> Image:
        """Bring an image from its registry. Raises `PullRefused`, also for an error inside the stream."""

    def push(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> str:
        """Send a tag to its registry and return the digest (`sha256:HEX`). Raises `PushRefused`."""


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

    def take(self) -> Signalled | None:
        """The next signal that waits, if any."""

    def abortable(self) -> AbstractContextManager[None]:
        """Inside, a signal raises `Interrupted` at once: for steps that can be given up without a trace."""


class Attachment(Protocol):
    """The wire to one job: made before it starts, so that nothing it says is missed."""

    def next(self, *, deadline: float | None = None) -> JobEvent:
        """Wait for the next event, until `deadline` on the clock's `monotonic`.

        Passes the job's input on meanwhile. Raises `EngineLost` where the wire broke and could not be mended.
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

    def attach(self, container: ContainerId, *, stdin: JobInput | None, interruptions: Interruptions) -> Attachment:
        """Get hold of a created container's input and output. Raises `ContainerNotFound`."""

    def start(self, container: ContainerId) -> None:
        """Start the job. Raises `JobNotStarted` with the status that `docker run` would give."""

    def signal(self, container: ContainerId, *, signal: str) -> None:
        """Send the job a signal by name; no error where it has ended. Raises `ContainerNotFound`."""

    def logs(self, container: ContainerId, *, sink: BinaryIO) -> None:
        """Write the job's whole output so far to `sink`. Raises `ContainerNotFound`."""

    def commit(self, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
        """Make an image of an exited container's file system, with `log` as `/run.log` in it.

        `log` is seekable. Raises `ContainerNotFound`, `EngineFailed`; then no image is left behind.
        """

    def remove(self, container: ContainerId) -> None:
        """Kill and remove a container with its anonymous volumes; no error where it is gone already."""


class InputStore(Protocol):
    """Directories of images, made ready to be mounted read-only."""

    def provide(self, image: Image, *, source: str, destination: str, progress: Progress) -> ImageMount | VolumeMount:
        """Mount a directory of an image where the engine can, else share a whole copy in a volume.

        `image.references` and the id name it in errors. Raises `SourceNotFound`.
        """


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
    def inputs(self) -> InputStore:
        """The role of that name."""

    @property
    def builder(self) -> Builder:
        """The role of that name."""

    def describe(self) -> EngineDescription:
        """What the engine is."""

    def close(self) -> None:
        """Let go of the engine; what runs there goes on. Closing twice is no error."""


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


class Console(Protocol):
    """Where the job's output goes, and where its input comes from."""

    @property
    def stdin(self) -> JobInput | None:
        """The job's standard input; None for none."""

    def write(self, output: Output) -> None:
        """Pass a piece of the job's output on; a reader that has gone away is no error."""

    def spool(self) -> BinaryIO:
        """A new empty place, seekable and gone when closed, for output of any size."""


class SourceTree(Protocol):
    """Version control of a build context."""

    def revision(self) -> str | None:
        """The commit, with `-dirty` where something is not committed; None outside a work tree."""

    def origin(self) -> str | None:
        """The remote's address without credentials; None where there is none."""
