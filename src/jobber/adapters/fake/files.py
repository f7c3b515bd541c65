"""A layered file system: layers of an image below, a container's own layer on top, mounts beside."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.domain.input import lies_within, normal_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jobber.adapters.fake.job import Program

_MOST_LINKS = 40
_PLAIN_MODE = 0o644
_PROGRAM_MODE = 0o755


class ReadOnly(OSError):
    """A write to where nothing can be written."""

    def __init__(self, path: str) -> None:
        super().__init__(30, "Read-only file system", path)


@dataclass(frozen=True, slots=True)
class Node:
    """A file, a link or a directory."""

    kind: str = "file"
    """`file`, `link` or `directory`."""
    content: bytes = b""
    target: str = ""
    mode: int = _PLAIN_MODE
    program: Program | None = None
    """What happens when the file is executed."""

    def fingerprint(self) -> list[object]:
        """What the content of a layer is told apart by."""
        program = None if self.program is None else id(self.program)  # two lambdas may have one name
        return [self.kind, sha256(self.content).hexdigest(), self.target, self.mode, program]


Layer = dict[str, Node | None]
"""Paths with what is there; None where the layer takes something away."""


def file_node(content: bytes | str, *, program: Program | None = None) -> Node:
    """A file."""
    octets = content.encode() if isinstance(content, str) else content
    return Node(content=octets, program=program, mode=_PROGRAM_MODE if program else _PLAIN_MODE)


def layer_digest(layer: Mapping[str, Node | None]) -> str:
    """The digest of a layer's content."""
    described = {path: None if node is None else node.fingerprint() for path, node in sorted(layer.items())}
    return "sha256:" + sha256(json.dumps(described).encode()).hexdigest()


@dataclass(slots=True)
class Place:
    """Something mounted at a path."""

    path: str
    nodes: Layer
    """By path from this place on: `/a` is `PATH/a`."""
    read_only: bool = False
    below: str = ""
    """The directory of `nodes` that is mounted; empty for all."""
    kind: str = "volume"
    """`bind`, `volume`, `tmpfs`, `image`."""


@dataclass(slots=True)
class Files:
    """The file system as a process sees it."""

    layers: tuple[Layer, ...]
    top: Layer = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    read_only: bool = False

    def node(self, path: str) -> Node | None:
        """What is at a path, links in it followed, itself not."""
        return self._lookup(self._resolve_parents(normal_path(path)))

    def exists(self, path: str) -> bool:
        """Whether something is there, a link followed."""
        return self.node(self.resolve(path)) is not None

    def is_directory(self, path: str) -> bool:
        """Whether it is a directory, a link followed; one that only holds something counts."""
        try:
            real = self.resolve(path)
        except OSError:  # links in a ring
            return False
        if real == "/":
            return True
        node = self._lookup(real)
        if node is not None:
            return node.kind == "directory"
        return any(place.path == real for place in self.places) or any(self.walk(real))

    def read(self, path: str) -> bytes:
        """The content of a file. Raises `FileNotFoundError`, `IsADirectoryError`."""
        real = self.resolve(path)
        node = self._lookup(real)
        if node is None:
            if any(self.walk(real)):
                raise IsADirectoryError(21, "Is a directory", path)
            raise FileNotFoundError(2, "No such file or directory", path)
        if node.kind == "directory":
            raise IsADirectoryError(21, "Is a directory", path)
        return node.content

    def write(self, path: str, content: bytes | str) -> None:
        """Write a file; directories above it are made, and the mode of one that is there stays.

        Raises `ReadOnly`, `IsADirectoryError`, `NotADirectoryError`.
        """
        real = self.resolve(path)
        if self.is_directory(real):
            raise IsADirectoryError(21, "Is a directory", path)
        self._check_directories_above(real)
        there = self._lookup(real)
        self.put(real, replace(there, content=file_node(content).content) if there else file_node(content))

    def put(self, path: str, node: Node | None) -> None:
        """Put something at a path, or take it away. Raises `ReadOnly`."""
        real = self._resolve_parents(normal_path(path))
        place = self._place(real)
        if place.read_only if place else self.read_only:
            raise ReadOnly(path)
        if node is None or node.kind != "directory":
            for below in [*self.walk(real)]:
                self._store(below, None)
        self._store(real, node)

    def remove(self, path: str) -> None:
        """Remove a file or a whole directory. Raises `FileNotFoundError`, `ReadOnly`."""
        if self.node(path) is None and not any(self.walk(normal_path(path))):
            raise FileNotFoundError(2, "No such file or directory", path)
        above = self._resolve_parents(normal_path(path)).rpartition("/")[0]
        self.put(path, None)
        if above and not self.is_directory(above):  # it was there by what was in it alone
            self._store(above, Node(kind="directory", mode=_PROGRAM_MODE))

    def make_directory(self, path: str) -> None:
        """Make a directory, and those above it; one that is there is fine. Raises `ReadOnly`, `OSError`."""
        if self.is_directory(path):
            return
        if self.node(path) is not None:
            raise FileExistsError(17, "File exists", path)
        self._check_directories_above(path)
        self.put(path, Node(kind="directory", mode=_PROGRAM_MODE))

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link in a directory that is there. Raises `ReadOnly`, `OSError`."""
        if self.node(path) is not None or self.is_directory(path):
            raise FileExistsError(17, "File exists", path)
        self._check_directories_above(path)
        parent = normal_path(path).rpartition("/")[0] or "/"
        if not self.is_directory(parent):
            raise FileNotFoundError(2, "No such file or directory", path)
        self.put(path, Node(kind="link", target=target))

    def walk(self, directory: str) -> Iterator[str]:
        """All paths inside a directory, in no order that means anything."""
        start = directory.rstrip("/") + "/"
        hidden = [place.path for place in self.places if lies_within(place.path, directory=directory)]
        seen: set[str] = set()
        for layer in (self.top, *reversed(self.layers)):
            for path, node in layer.items():
                if path.startswith(start) and path not in seen:
                    seen.add(path)
                    if node is not None and not any(lies_within(path, directory=h) for h in hidden):
                        yield path
        for place in self.places:
            for path, node in place.nodes.items():
                whole = place.path + path.removeprefix(place.below) if path.startswith(place.below) else ""
                if node is not None and whole.startswith(start):
                    yield whole

    def merged(self) -> Layer:
        """All that is there, mounts apart, as one layer."""
        below: Layer = {}
        for layer in (*self.layers, self.top):
            below.update(layer)
        return {path: node for path, node in below.items() if node is not None}

    def resolve(self, path: str) -> str:
        """The path that a path means when every link is followed. Raises `OSError` for a ring of links."""
        real = self._resolve_parents(normal_path(path))
        for _ in range(_MOST_LINKS):
            node = self._lookup(real)
            if node is None or node.kind != "link":
                return real
            parent = real.rpartition("/")[0]
            real = self._resolve_parents(
                normal_path(node.target if node.target.startswith("/") else f"{parent}/{node.target}")
            )
        raise OSError(40, "Too many levels of symbolic links", path)

    def _check_directories_above(self, path: str) -> None:
        parent = normal_path(path).rpartition("/")[0]
        while parent:
            node = self.node(self.resolve(parent))
            if node is not None and node.kind != "directory":
                raise NotADirectoryError(20, "Not a directory", path)
            parent = parent.rpartition("/")[0]

    def _resolve_parents(self, path: str) -> str:
        parent, _, name = path.rpartition("/")
        if not parent or not any(node and node.kind == "link" for node in self._links()):
            return path
        return normal_path(f"{self.resolve(parent)}/{name}")

    def _links(self) -> Iterable[Node | None]:
        for layer in (self.top, *self.layers, *(place.nodes for place in self.places)):
            yield from layer.values()

    def _place(self, path: str) -> Place | None:
        found = [place for place in self.places if lies_within(path, directory=place.path)]
        return max(found, key=lambda place: len(place.path), default=None)

    def _lookup(self, path: str) -> Node | None:
        if place := self._place(path):
            return place.nodes.get(place.below + path.removeprefix(place.path))
        for layer in (self.top, *reversed(self.layers)):
            if path in layer:
                return layer[path]
        return None

    def _store(self, path: str, node: Node | None) -> None:
        if place := self._place(path):
            inner = place.below + path.removeprefix(place.path)
            if node is None:
                place.nodes.pop(inner, None)
            else:
                place.nodes[inner] = node
        else:
            self.top[path] = node
