"""Trace the lineage of an image: up to images that jobber did not create, or down to images made from it."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.errors import ImageNotFound
from jobber.domain.history.lineage import Edge, ImageIndex, Lineage, Node, Origin, Presence, Role
from jobber.domain.images.image import ListedImage
from jobber.domain.images.naming import is_result_tag
from jobber.domain.images.reference import ImageId, repository_of
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.result import parse_record
from jobber.domain.use_cases.images.engine_results import results_here
from jobber.domain.use_cases.results.registry_images import RegistryImages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.runs.result import RunRecord
    from jobber.domain.use_cases.results.find_result import FoundResult, ResultFinder

_MOST_LOOKED_INTO = 100
"""The maximum number of images inspected per command, if neither an ID nor a digest leads to a recorded image.

It applies once to images with the recorded repository, and once to all others.
"""


@dataclass(slots=True)
class TraceLineage:
    """The use case `jobber lineage`: it lists all images once, and then inspects only what it needs."""

    finder: ResultFinder
    progress: Progress
    _images: Sequence[ListedImage] = ()
    _index: ImageIndex = field(default_factory=ImageIndex)
    _records: dict[str, RunRecord] = field(default_factory=dict)
    """The records, by the IDs of the results on the engine."""
    _results: dict[str, ListedImage] = field(default_factory=dict)
    """The results, by the IDs of their runs."""
    _traced: dict[str, Node] = field(default_factory=dict)
    """The nodes, by recorded IDs."""
    _by_repository: dict[str, list[ListedImage]] = field(default_factory=dict)
    """The tagged images, by repository."""
    _by_kind: dict[bool, list[ListedImage]] = field(default_factory=dict)
    """The results (True) and all other images (False), tagged ones last."""
    _looked_into: set[str] = field(default_factory=set)
    _sought: set[tuple[str, str]] = field(default_factory=set)
    """The repositories and ChainIDs that were already searched for."""
    _room: dict[bool, int] = field(default_factory=lambda: {True: _MOST_LOOKED_INTO, False: _MOST_LOOKED_INTO})
    """The number of images that may still be inspected: with the recorded repository (True), and others (False)."""
    _registries: RegistryImages = field(init=False)

    def __post_init__(self) -> None:
        """Create the access to registries."""
        self._registries = RegistryImages(self.finder, self.progress)

    def trace(self, name: str, *, down: bool = False) -> Lineage:
        """Return the lineage of an image.

        Raises `ImageNotFound`, `AmbiguousName`, `InvalidReference`, `RegistryFailed`.
        """
        return self.trace_found(self.finder.find(name), down=down)

    def trace_found(self, found: FoundResult, *, down: bool = False) -> Lineage:
        """Return the lineage of an image that was found before."""
        self._look_around()
        root = self.node_of(found)
        nodes = {root.key: root}
        edges: list[Edge] = []
        onward = self._children() if down else None
        waiting = deque([root])
        while waiting:
            node = waiting.popleft()
            steps = self._parents(node) if onward is None else onward.get(node.key, ())
            for edge, other in steps:
                edges.append(edge)
                if other.key not in nodes:
                    nodes[other.key] = other
                    waiting.append(other)
        return Lineage(root.key, nodes, tuple(edges), goes_down=down)

    def node_of(self, found: FoundResult) -> Node:
        """Return a found image as a node; an image that is only in a registry has no local tags."""
        self._look_around()
        image = found.image.listed
        self._index.add_chain(found.image.chain, image)
        if found.remote is None:
            return Node(image, Presence.HERE, self._records.get(image.id))
        self._index.add([image])
        return Node(image, Presence.REGISTRY, found.record, str(found.remote))

    def origin(self, origin: Origin) -> Node:
        """Return the image of an origin: on the engine, in a registry, or missing."""
        recorded = origin.image
        if recorded.id not in self._traced:
            self._traced[recorded.id] = self._here(recorded) or self._registries.node_of(recorded)
        return self._traced[recorded.id]

    def base_of(self, node: Node) -> Node | None:
        """Return the result that an image was built from and whose record it inherited; None for other images.

        A missing result is known by its record, and has the run's ID as its key.
        """
        self._look_around()
        inherited = parse_record(node.image.labels) if node.record is None else None
        if inherited is None:
            return None
        base = self._results.get(inherited.id)
        if base is None:
            return Node(ListedImage(ImageId(inherited.id)), Presence.MISSING, inherited)
        return Node(base, Presence.HERE, inherited) if base.id != node.image.id else None

    def _look_around(self) -> None:
        """List all images, once."""
        if self._images:
            return
        self._images = self.finder.engine.images.list(labels={})
        self._index.add(self._images)
        for image in self._images:
            for repository in {repository_of(tag) for tag in image.references}:
                self._by_repository.setdefault(repository, []).append(image)
        for result in results_here(self.finder.engine, [it for it in self._images if Label.RUN in it.labels]):
            self._records[result.image.id] = result.record
            self._results[result.record.id] = result.image
        for image in sorted(self._images, key=lambda image: bool(image.references)):
            self._by_kind.setdefault(image.id in self._records, []).append(image)

    def _parents(self, node: Node) -> Iterator[tuple[Edge, Node]]:
        for origin in node.origins:
            parent = self.origin(origin)
            yield _edge(node.key, parent.key, origin), parent
        base = self.base_of(node)
        if base is not None:
            yield Edge(node.key, base.key, Role.BASE), base

    def _children(self) -> dict[str, list[tuple[Edge, Node]]]:
        """Return the images made from each image, oldest first, for all images of the engine and for missing bases."""
        found: dict[str, list[tuple[Edge, Node]]] = defaultdict(list)
        missing: dict[str, Node] = {}
        for image in sorted(self._images, key=lambda image: (image.created, image.references, image.id)):
            node = Node(image, Presence.HERE, self._records.get(image.id))
            self._add_to_parents(node, found)
            if Label.RUN in image.labels and (base := self.base_of(node)) is not None:
                found[base.key].append((Edge(node.key, base.key, Role.BASE), node))
                if base.presence is Presence.MISSING:
                    missing[base.key] = base
        for base in missing.values():
            self._add_to_parents(base, found)
        return found

    def _add_to_parents(self, node: Node, found: dict[str, list[tuple[Edge, Node]]]) -> None:
        for origin in node.origins:
            parent = self._known(origin.image)
            key = origin.image.id if parent is None else parent.id
            found[key].append((_edge(node.key, key, origin), node))

    def _here(self, recorded: RecordedImage) -> Node | None:
        image = self._known(recorded)
        return None if image is None else Node(image, Presence.HERE, self._records.get(image.id))

    def _known(self, recorded: RecordedImage) -> ListedImage | None:
        """Return the image on the engine; an image that now has another ID is found by its layers."""
        image = self._index.find(recorded)
        sought = (repository_of(recorded.reference), recorded.chain)
        if image is None and recorded.chain and sought not in self._sought:
            self._sought.add(sought)
            self._look_into(recorded)
            image = self._index.find(recorded)
        return image

    def _look_into(self, recorded: RecordedImage) -> None:
        """Inspect the ChainIDs of images that may be the recorded one: those in its repository first, then others."""
        called_so = self._by_repository.get(repository_of(recorded.reference), [])
        called_so.sort(key=lambda image: recorded.reference in image.references)
        was_result = is_result_tag(recorded.reference.rpartition(":")[2])
        others = (self._by_kind.get(kind, []) for kind in (was_result, not was_result))
        for is_called_so, likely in ((True, called_so), *((False, images) for images in others)):
            while likely and self._room[is_called_so]:
                image = likely.pop()
                if image.id in self._looked_into:
                    continue
                self._looked_into.add(image.id)
                self._room[is_called_so] -= 1
                try:
                    chain = self.finder.engine.images.inspect(image.id).chain
                except ImageNotFound:  # removed meanwhile
                    continue
                self._index.add_chain(chain, image)
                if chain == recorded.chain:
                    return


def _edge(child: str, parent: str, origin: Origin) -> Edge:
    return Edge(child, parent, origin.role, origin.image.reference, origin.source, origin.destination)
