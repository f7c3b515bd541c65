"""The state of a fake engine: images, containers, volumes, files of its host, and injected faults."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.indexed_layer import IndexedLayer, indexed
from jobber.adapters.fake.filesystem.node import layer_digest
from jobber.adapters.fake.step_cache import StepCache
from jobber.adapters.fake.tags import Tags
from jobber.domain.containers.container import ContainerState
from jobber.domain.images.image import Image
from jobber.domain.images.reference import ImageId
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.adapters.fake.claims import FakeClaim
    from jobber.adapters.fake.clock import FakeClock
    from jobber.adapters.fake.faults import Faults
    from jobber.adapters.fake.filesystem.files import Files, MountPoint
    from jobber.adapters.fake.filesystem.node import Layer
    from jobber.adapters.fake.jobs.job import Program, Timeline
    from jobber.domain.containers.container import ContainerSpecification
    from jobber.domain.images.image import ImageConfiguration, ListedImage
    from jobber.domain.runs.policy import Outcome


@frozen
class StoredImage:
    """An image: its layers, bottom first, and its configuration."""

    id: ImageId
    layers: tuple[Layer, ...]
    digests: tuple[str, ...]
    configuration: ImageConfiguration
    labels: Mapping[str, str]
    created: str
    config_digest: ImageId
    """Digest of the image's configuration, whichever ID the engine uses."""
    program: Program | None = None
    """The program that runs in place of everything that the image executes."""
    loaded: str = ""
    """Load time of an image without a creation time, on an engine that lists the image by it."""

    @property
    def manifest_digest(self) -> ImageId:
        """The digest of the image in registries."""
        return ImageId(f"sha256:{sha256(f'manifest {self.config_digest}'.encode()).hexdigest()}")

    @property
    def size(self) -> int:
        """The size in bytes."""
        return sum(len(node.content) for layer in self.layers for node in layer.values() if node)


@dataclass(slots=True)
class StoredVolume:
    """A volume with its files."""

    name: str
    nodes: Layer = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the directories, for all containers that mount the volume."""
        self.nodes = indexed(self.nodes)


@dataclass(slots=True)
class StoredContainer:
    """A container with its files and its job."""

    id: str
    name: str
    image: ImageId
    specification: ContainerSpecification
    labels: Mapping[str, str]
    files: Files
    anonymous: tuple[str, ...]
    created: str
    places: tuple[MountPoint, ...] = ()
    state: ContainerState = ContainerState.CREATED
    stdin: bytes = b""
    timeline: Timeline | None = None
    start: float = 0.0
    started: str = ""
    finished: str = ""


@frozen
class Call:
    """A call to a fake engine.

    `name` is the name of the call, as in `FakeEngine.journal`.

    Example:
        >>> import jobber
        >>> from jobber.testing import FakeEngine
        >>> engine = FakeEngine()
        >>> image = engine.image("train", run=lambda job: print("done"))
        >>> result = jobber.run("train", engine=engine, quiet=True)
        >>> [call.subject for call in engine.calls if call.name == "tag"]
        ['train:latest-run']

    """

    name: str
    subject: str
    """The subject of the call: a reference, an ID, a path or a signal."""
    moment: float
    """The time of the call in seconds, on the clock's `monotonic`."""


@dataclass(slots=True)
class Store:
    """The state of one fake engine."""

    clock: FakeClock
    id_store: str
    faults: Faults
    images: dict[ImageId, StoredImage] = field(default_factory=dict)
    tags: Tags = field(default_factory=Tags)
    repository_digests: dict[ImageId, tuple[str, ...]] = field(default_factory=dict)
    containers: dict[str, StoredContainer] = field(default_factory=dict)
    volumes: dict[str, StoredVolume] = field(default_factory=dict)
    host: Layer = field(default_factory=IndexedLayer)
    claims: dict[str, FakeClaim] = field(default_factory=dict)
    notes: dict[str, Outcome] = field(default_factory=dict)
    """Reasons for ending a job, by run."""
    journal: list[Call] = field(default_factory=list)
    made: list[ImageId] = field(default_factory=list)
    """Image IDs of builds and commits, in order."""
    first_built: dict[str, str] = field(default_factory=dict)
    """Creation times of cached builds, by content."""
    steps: StepCache = field(default_factory=StepCache)
    runtimes: set[str] = field(default_factory=set)
    gpus: int = 0
    """The number of GPUs."""
    _counter: int = 0

    def fresh_id(self) -> str:
        """Return a new unique ID."""
        self._counter += 1
        return sha256(f"{id(self)}/{self._counter}".encode()).hexdigest()

    def stamp(self, *, ago: float = 0.0) -> str:
        """Return the time `ago` seconds before now, in RFC 3339 format."""
        return (self.clock.now() - timedelta(seconds=ago)).isoformat().replace("+00:00", "Z")

    def add_image(
        self,
        layers: tuple[Layer, ...],
        configuration: ImageConfiguration,
        labels: Mapping[str, str],
        *,
        digests: tuple[str, ...] = (),
        created: str = "",
        program: Program | None = None,
    ) -> ImageId:
        """Store an image whose ID derives from its content. `digests` are those of the lower layers, if known."""
        layers = tuple(map(indexed, layers))
        known = _digests_of(layers, known=digests)
        created = created or self.stamp()
        stand_in = None if program is None else id(program)  # two lambdas may have the same name
        config = ImageId(_digest([known, repr(configuration), sorted(labels.items()), created, stand_in]))
        image = StoredImage(config, layers, known, configuration, dict(labels), created, config, program)
        return self.keep(image).id

    def add_built(
        self,
        layers: tuple[Layer, ...],
        configuration: ImageConfiguration,
        labels: Mapping[str, str],
        *,
        anew: bool,
        program: Program | None = None,
    ) -> ImageId:
        """Store a built image. The same content gives the same image as before, unless `anew` is set."""
        known = _digests_of(layers)
        content = _digest([known, repr(configuration), sorted(labels.items())])
        if anew:
            self.first_built.pop(content, None)
        created = self.first_built.setdefault(content, self.stamp())
        return self.add_image(layers, configuration, labels, digests=known, created=created, program=program)

    def keep(self, image: StoredImage) -> StoredImage:
        """Store an image under the kind of ID that this engine uses."""
        kept = replace(image, id=image.config_digest if self.id_store == "config" else image.manifest_digest)
        self.images[kept.id] = kept
        return kept

    def describe(self, image: StoredImage) -> Image:
        """Return the port's description of an image."""
        return Image(
            id=image.id,
            references=self.tags.names_of(image.id),
            digests=self.repository_digests.get(image.id, ()),
            labels=image.labels,
            configuration=image.configuration,
            layers=image.digests,
            created=image.created,
            size=image.size,
            platform="linux/amd64",
        )

    def settle(self, container: StoredContainer) -> Timeline | None:
        """Update a container to the current time: the effects of its job so far, and whether it has ended."""
        timeline = container.timeline
        if timeline is None or container.state is not ContainerState.RUNNING:
            return timeline
        now = self.clock.monotonic() - container.start
        if now >= timeline.end:
            container.state = ContainerState.EXITED
            container.finished = self.stamp(ago=now - timeline.end)
        done = [layer for moment, layer in timeline.layers if moment <= now]
        container.files.top = IndexedLayer(done[-1] if done else {})
        return timeline

    def list_entry(self, image: StoredImage) -> ListedImage:
        """Return the port's list entry of an image."""
        return replace(self.describe(image), created=image.created or image.loaded).listed

    def note(self, name: str, subject: str = "") -> None:
        """Add a call to the journal."""
        self.journal.append(Call(name, subject, self.clock.monotonic()))

    def call(self, name: str, subject: str = "") -> Iterator[None]:
        """Wrap a call: record it, and apply faults before and after its work."""
        self.note(name, subject)
        self.faults.strike_before(name)
        yield
        self.faults.strike_after(name)


def _digests_of(layers: tuple[Layer, ...], *, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the digests of layers; those of the lower layers are already known."""
    return (*known, *(layer_digest(layer) for layer in layers[len(known) :]))


def _digest(described: list[object]) -> str:
    return "sha256:" + sha256(json.dumps(described).encode()).hexdigest()
