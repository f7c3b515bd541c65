"""An engine with all its roles, and the interface to connect to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.domain.containers.container import ImageMount, VolumeMount
    from jobber.domain.containers.engine import EngineDescription
    from jobber.domain.containers.leftovers import InputCopy
    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.context_key import BuildContext
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports.containers import Containers
    from jobber.domain.ports.images import ImageStore, Registry
    from jobber.domain.ports.progress import Progress
    from jobber.domain.ports.runs import RunStore


class InputStore(Protocol):
    """Directories of images, prepared to be mounted read-only."""

    def provide(self, image: Image, *, source: str, destination: str, progress: Progress) -> ImageMount | VolumeMount:
        """Mount a directory of an image if the engine supports that; otherwise share a complete copy in a volume.

        Args:
            image: The image; errors name it by its `references` and ID.
            source: The directory in the image.
            destination: The path in the container.
            progress: The receiver of messages.

        Returns:
            The mount.

        Raises:
            SourceNotFound: The image does not contain the directory.

        """

    def copies(self) -> Sequence[InputCopy]:
        """Return the complete copies on the engine.

        Returns:
            The copies.

        """

    def discard(self, copy: InputCopy) -> bool:
        """Remove a copy unless a container mounts it.

        Args:
            copy: The copy.

        Returns:
            True if the copy was removed or no longer exists.

        """


class Builder(Protocol):
    """The builder of images from Dockerfiles."""

    def build(self, request: BuildRequest, *, progress: Progress) -> ImageId:
        """Build an image without a tag, and report the builder's warnings as `build-warning`.

        Args:
            request: The context, the Dockerfile and the options of the build.
            progress: The receiver of messages and of the build's output.

        Returns:
            The ID of the image.

        Raises:
            BuildFailed: The build failed; no process of it is left running.

        """

    def context(self, request: BuildRequest) -> BuildContext:
        """Return the files that a build would read, without building.

        Args:
            request: The request for the build.

        Returns:
            The Dockerfile and the files of the context.

        Raises:
            UsageError: The Dockerfile or the ignore file cannot be read.
            BuildFailed: A file of the context cannot be read.

        """

    def platform(self) -> str:
        """Return the platform of builds that name none.

        Returns:
            The operating system and the architecture, such as `linux/amd64`.

        Raises:
            EngineFailed: The engine does not describe itself.

        """


class Engine(Protocol):
    """One container engine, with all its roles."""

    @property
    def images(self) -> ImageStore:
        """The images of the engine."""

    @property
    def registry(self) -> Registry:
        """The registries, accessed by the engine: pull and push."""

    @property
    def containers(self) -> Containers:
        """The containers of jobs."""

    @property
    def runs(self) -> RunStore:
        """The runs: claims, end notes and results."""

    @property
    def inputs(self) -> InputStore:
        """The directories of images to mount as inputs."""

    @property
    def builder(self) -> Builder:
        """The builder of images."""

    def describe(self) -> EngineDescription:
        """Return the name, version and capabilities of the engine.

        Returns:
            The description.

        """

    def close(self) -> None:
        """Close the connection to the engine; jobs on it continue. Closing twice is not an error."""


class EngineConnector(Protocol):
    """A function that connects to an engine; packages register it in the entry-point group `jobber.engines`."""

    def __call__(self, *, host: str | None, environment: Mapping[str, str], progress: Progress) -> Engine:
        """Connect to the engine.

        Args:
            host: The value of `--host`; None if it is not given.
            environment: The environment variables of the caller.
            progress: The receiver of messages.

        Returns:
            The engine.

        Raises:
            EngineUnavailable: The engine does not respond.
            UsageError: `host` or the environment does not name a usable engine.

        """
