"""A layered file system: layers of an image below, a container's own layer on top, mounts beside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.indexed_layer import indexed
from jobber.adapters.fake.filesystem.node import _PROGRAM_MODE, Layer, Node, ReadOnly, file_node
from jobber.domain.files.paths import lies_within, normal_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_MOST_LINKS = 40


@dataclass(slots=True)
class MountPoint:
    """Something mounted at a path."""

    path: str
    nodes: Layer
    """By path from this place on: `/a` is `PATH/a`."""
    read_only: bool = False
    below: str = ""
    """The directory of `nodes` that is mounted; empty for all."""
    kind: str = "volume"
    """`bind`, `volume`, `tmpfs`, `image`."""

    def __post_init__(self) -> None:
        """Know what is in each directory."""
        self.nodes = indexed(self.nodes)

    def inner(self, path: str) -> str:
        """The path in `nodes` that a path here means."""
        return self.below + path.removeprefix(self.path)


@dataclass(slots=True)
class Files:
    """The file system as a process sees it."""

    layers: tuple[Layer, ...]
    top: Layer = field(default_factory=dict)
    places: tuple[MountPoint, ...] = ()
    read_only: bool = False

    def __post_init__(self) -> None:
        """Know what is in each directory."""
        self.layers = tuple(map(indexed, self.layers))
        self.top = indexed(self.top)

    def node(self, path: str) -> Node | None:
        """What is at a path, links in it followed, itself not."""
        return self._lookup(self._follow(path, to_the_end=False))

    def exists(self, path: str) -> bool:
        """Whether something is there, a link followed."""
        try:
            real = self.resolve(path)
        except OSError:  # links in a ring
            return False
        return self._lookup(real) is not None or self.is_directory(real)

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
        return any(place.path == real for place in self.places) or any(self._below(real))

    def read(self, path: str) -> bytes:
        """The content of a file. Raises `FileNotFoundError`, `IsADirectoryError`."""
        real = self.resolve(path)
        if self.is_directory(real):
            raise IsADirectoryError(21, "Is a directory", path)
        node = self._lookup(real)
        if node is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        return node.content

    def write(self, path: str, content: bytes | str) -> None:
        """Write a file; directories above it are made, and the mode of one that is there stays.

        Raises `ReadOnly`, `IsADirectoryError`, `NotADirectoryError`.
        """
        written = file_node(content)
        real = self.resolve(path)
        if self.is_directory(real):
            raise IsADirectoryError(21, "Is a directory", path)
        self._check_directories_above(real)
        there = self._lookup(real)
        self.put(real, replace(there, content=written.content) if there else written)

    def put(self, path: str, node: Node | None) -> None:
        """Put something at a path, or take it away. Raises `ReadOnly`."""
        real = self._follow(path, to_the_end=False)
        place = self._place(real)
        if place.read_only if place else self.read_only:
            raise ReadOnly(path)
        if node is None or node.kind != "directory":
            for below in [*self._below(real)]:
                self._store(below, None)
        self._store(real, node)

    def remove(self, path: str) -> None:
        """Remove a file or a whole directory. Raises `FileNotFoundError`, `ReadOnly`."""
        real = self._follow(path, to_the_end=False)
        if self._lookup(real) is None and not any(self._below(real)):
            raise FileNotFoundError(2, "No such file or directory", path)
        self.put(path, None)
        above = real.rpartition("/")[0]
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
        """All paths inside a directory, in no order that means anything; of links only the directory's is followed."""
        if self.is_directory(directory):
            real, name = self.resolve(directory).rstrip("/"), normal_path(directory).rstrip("/")
            for path in self._below(real):
                yield name + path.removeprefix(real)

    def merged(self) -> Layer:
        """All that is there, mounts apart, as one layer."""
        below: Layer = {}
        for layer in (*self.layers, self.top):
            below.update(layer)
        return {path: node for path, node in below.items() if node is not None}

    def resolve(self, path: str) -> str:
        """The path that a path means when every link is followed. Raises `OSError` for a ring of links."""
        return self._follow(path, to_the_end=True)

    def _follow(self, path: str, *, to_the_end: bool) -> str:
        """The path with the links in it followed; one that it ends with, only `to_the_end`."""
        real, links = "", 0
        waiting = _names_of(normal_path(path))
        while waiting:
            name = waiting.pop()
            if name == "..":
                real = real.rpartition("/")[0]
                continue
            here = f"{real}/{name}"
            node = self._lookup(here)
            if node is None or node.kind != "link" or not (waiting or to_the_end):
                real = here
                continue
            links += 1
            if links > _MOST_LINKS:
                raise OSError(40, "Too many levels of symbolic links", path)
            if node.target.startswith("/"):
                real = ""
            waiting += _names_of(node.target)
        return real or "/"

    def _check_directories_above(self, path: str) -> None:
        parent = self._follow(path, to_the_end=False).rpartition("/")[0]
        while parent:
            node = self._lookup(parent)
            if node is not None and node.kind != "directory":
                raise NotADirectoryError(20, "Not a directory", path)
            parent = parent.rpartition("/")[0]

    def _below(self, directory: str) -> Iterator[str]:
        """All paths inside a directory, itself without links in its path."""
        waiting = [directory.rstrip("/")]
        while waiting:
            folder = waiting.pop()
            for name in self._names_in(folder):
                path = f"{folder}/{name}"
                if self._lookup(path) is not None:
                    yield path
                waiting.append(path)

    def _names_in(self, folder: str) -> Iterable[str]:
        """The names of what may be directly in a directory; the root is an empty path."""
        names = {
            place.path.removeprefix(folder).split("/")[1]: None
            for place in self.places
            if place.path.startswith(f"{folder}/")
        }
        if place := self._place(folder or "/"):
            names |= dict.fromkeys(indexed(place.nodes).names_in(place.inner(folder)))
        else:
            for layer in (self.top, *self.layers):
                names |= dict.fromkeys(indexed(layer).names_in(folder))
        return names

    def _place(self, path: str) -> MountPoint | None:
        found = None
        for place in self.places:
            is_deeper = found is None or len(place.path) > len(found.path)
            if is_deeper and path.startswith(place.path) and lies_within(path, directory=place.path):
                found = place
        return found

    def _lookup(self, path: str) -> Node | None:
        if self.places and (place := self._place(path)):
            return place.nodes.get(place.inner(path))
        if path in self.top:
            return self.top[path]
        for layer in reversed(self.layers):
            if path in layer:
                return layer[path]
        return None

    def _store(self, path: str, node: Node | None) -> None:
        if place := self._place(path):
            inner = place.inner(path)
            if node is None:
                place.nodes.pop(inner, None)
            else:
                place.nodes[inner] = node
        else:
            self.top[path] = node


def _names_of(path: str) -> list[str]:
    """The names that a path consists of, the last one first."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]
