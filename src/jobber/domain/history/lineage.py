"""Lineage: which images an image was made from, or which were made from it, as a graph."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jobber.domain.images.image import ListedImage
    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.runs.result import RunRecord


class Presence(Enum):
    """Where an image of a lineage is."""

    HERE = "here"
    REGISTRY = "registry"
    MISSING = "missing"


class Role(Enum):
    """What an image was for another one that was made from it."""

    CODE = "code"
    """It ran."""
    INPUT = "input"
    """A directory of it was mounted."""
    BASE = "base"
    """The other one was built from it, by whatever builds images."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a result was made from, as its record has it."""

    image: RecordedImage
    role: Role
    source: str = ""
    """Of an input: its directory; elsewhere empty."""
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """An image of a lineage."""

    image: ListedImage
    """For a missing one, what is recorded of it."""
    presence: Presence
    record: RunRecord | None = None
    """None for an image that no run has made, and for a missing one of which no other image has inherited it."""
    where: str = ""
    """The reference under which a registry has it."""

    @property
    def key(self) -> str:
        """What tells it from others: its id where it is."""
        return self.image.id

    @property
    def origins(self) -> tuple[Origin, ...]:
        """What its record says that it was made from."""
        if self.record is None:
            return ()
        code = Origin(self.record.image, Role.CODE)
        return (code, *(Origin(it.image, Role.INPUT, it.source, it.destination) for it in self.record.inputs))


@dataclass(frozen=True, slots=True)
class Edge:
    """One image was made from another."""

    child: str
    """Key of the image that was made."""
    parent: str
    role: Role
    reference: str = ""
    """What the parent was called then."""
    source: str = ""
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Images and what was made from what; the root is the image that was asked about."""

    root: str
    nodes: Mapping[str, Node]
    """By key, in the order in which they were found."""
    edges: tuple[Edge, ...]
    goes_down: bool = False
    """Whether it is about what was made from the root, rather than what the root was made from."""
    _next: Mapping[str, tuple[Edge, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the edges by where one goes on from."""
        found: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.parent if self.goes_down else edge.child].append(edge)
        object.__setattr__(self, "_next", {key: tuple(edges) for key, edges in found.items()})

    def onward(self, key: str) -> Sequence[Edge]:
        """The edges that lead on from an image, away from the root."""
        return self._next.get(key, ())

    def other_end(self, edge: Edge) -> Node:
        """The image that an edge leads to, away from the root."""
        return self.nodes[edge.child if self.goes_down else edge.parent]


@dataclass(slots=True)
class ImageIndex:
    """Images by each of their identities: id, digest in a repository, chain of layers."""

    _by_id: dict[str, ListedImage] = field(default_factory=dict)
    _by_digest: dict[str, ListedImage] = field(default_factory=dict)
    _by_chain: dict[str, ListedImage] = field(default_factory=dict)

    def add(self, images: Iterable[ListedImage]) -> None:
        """Make images known."""
        for image in images:
            self._by_id[image.id] = image
            for digest in image.digests:
                self._by_digest.setdefault(_content(digest), image)

    def add_chain(self, chain: str, image: ListedImage) -> None:
        """Make known what the layers of an image come to."""
        if chain:
            self._by_chain.setdefault(chain, image)

    def find(self, recorded: RecordedImage) -> ListedImage | None:
        """The image that was recorded, whatever its engine takes for its id now; None where it is not known."""
        if recorded.id in self._by_id:
            return self._by_id[recorded.id]
        for digest in recorded.digests:
            if _content(digest) in self._by_digest:
                return self._by_digest[_content(digest)]
        return self._by_chain.get(recorded.chain)


def _content(digest: str) -> str:
    """A digest without its repository: a copy in another one is the same image."""
    return digest.rpartition("@")[2]
