"""An engine: its roles in one piece, and how to get one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.domain.containers.container import ImageMount, VolumeMount
    from jobber.domain.containers.engine import EngineDescription
    from jobber.domain.containers.leftovers import InputCopy
    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports.containers import Containers
    from jobber.domain.ports.images import ImageStore, Registry
    from jobber.domain.ports.progress import Progress
    from jobber.domain.ports.runs import RunStore


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
        """Build an image, untagged, and pass the builder's warnings on as `build-warning`.

        Raises `BuildFailed`; then nothing is left running.
        """


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
