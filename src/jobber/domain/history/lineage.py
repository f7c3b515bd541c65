"""Lineage: the graph of the images that an image was made from, or that were made from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jobber.domain.images.image import ListedImage
    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.runs.result import RunRecord


class Presence(Enum):
    """The location of an image in a lineage."""

    HERE = "here"
    REGISTRY = "registry"
    MISSING = "missing"


class Role(Enum):
    """The role that an image had for another image made from it."""

    CODE = "code"
    """The image that was run."""
    INPUT = "input"
    """An image with a directory that was mounted."""
    BASE = "base"
    """The base from which the other image was built, with any build tool."""


@frozen
class Origin:
    """An image that a result was made from, according to its record."""

    image: RecordedImage
    role: Role
    source: str = ""
    """The mounted directory of an input; empty for other roles."""
    destination: str = ""


@frozen
class Node:
    """An image of a lineage."""

    image: ListedImage
    """The image; for a missing one, the recorded fields."""
    presence: Presence
    record: RunRecord | None = None
    """The record of the run that created the image.

    None for an image that no run created, and for a missing image unless another image inherited its record.
    """
    where: str = ""
    """The reference of the image in a registry."""

    @property
    def key(self) -> str:
        """The key that identifies the image: its ID in the place where it is stored."""
        return self.image.id

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The images that this image was made from, according to its record."""
        if self.record is None:
            return ()
        code = Origin(self.record.image, Role.CODE)
        return (code, *(Origin(it.image, Role.INPUT, it.source, it.destination) for it in self.record.inputs))


@frozen
class Edge:
    """A relation between an image and another image that was made from it."""

    child: str
    """The key of the image that was made."""
    parent: str
    role: Role
    reference: str = ""
    """The name of the parent at that time."""
    source: str = ""
    destination: str = ""


@frozen
class Lineage:
    """Images and their relations; the root is the image whose lineage was requested."""

    root: str
    nodes: Mapping[str, Node]
    """The images by key, in the order in which they were found."""
    edges: tuple[Edge, ...]
    goes_down: bool = False
    """True if the lineage contains the images made from the root, instead of those that the root was made from."""
    _next: Mapping[str, tuple[Edge, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the edges by their end nearer to the root."""
        found: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.parent if self.goes_down else edge.child].append(edge)
        object.__setattr__(self, "_next", {key: tuple(edges) for key, edges in found.items()})

    def onward(self, key: str) -> Sequence[Edge]:
        """Return the edges that lead from an image away from the root."""
        return self._next.get(key, ())

    def other_end(self, edge: Edge) -> Node:
        """Return the image at the end of an edge that is away from the root."""
        return self.nodes[edge.child if self.goes_down else edge.parent]


@dataclass(slots=True)
class ImageIndex:
    """Images by each of their identities: ID, digest in a repository, ChainID of their layers."""

    _by_id: dict[str, ListedImage] = field(default_factory=dict)
    _by_digest: dict[str, ListedImage] = field(default_factory=dict)
    _by_chain: dict[str, ListedImage] = field(default_factory=dict)

    def add(self, images: Iterable[ListedImage]) -> None:
        """Add images to the index."""
        for image in images:
            self._by_id[image.id] = image
            for digest in image.digests:
                self._by_digest.setdefault(_content(digest), image)

    def add_chain(self, chain: str, image: ListedImage) -> None:
        """Add the ChainID of an image."""
        if chain:
            self._by_chain.setdefault(chain, image)

    def find(self, recorded: RecordedImage) -> ListedImage | None:
        """Return the image that was recorded, even if its engine now uses another ID; None if it is unknown."""
        if recorded.id in self._by_id:
            return self._by_id[recorded.id]
        for digest in recorded.digests:
            if _content(digest) in self._by_digest:
                return self._by_digest[_content(digest)]
        return self._by_chain.get(recorded.chain)


def _content(digest: str) -> str:
    """Return a digest without its repository: a copy in another repository is the same image."""
    return digest.rpartition("@")[2]
