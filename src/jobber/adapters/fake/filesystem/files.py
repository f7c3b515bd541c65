"""A layered file system: an image's layers, the container's own layer on top of them, and mounts."""

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
    """A mount at a path."""

    path: str
    nodes: Layer
    """Nodes by path relative to the mount point: `/a` is `PATH/a`."""
    read_only: bool = False
    below: str = ""
    """Mounted directory of `nodes`; empty for all of it."""
    kind: str = "volume"
    """Kind of the mount: `bind`, `volume`, `tmpfs` or `image`."""

    def __post_init__(self) -> None:
        """Index the directories."""
        self.nodes = indexed(self.nodes)

    def inner(self, path: str) -> str:
        """Return the path in `nodes` of a path in the container."""
        return self.below + path.removeprefix(self.path)


@dataclass(slots=True)
class Files:
    r"""The file system as a process in the container sees it.

    Directories exist implicitly if they contain a file; those without a node of their own count as directories too.

    Args:
        layers: The layers of the image, bottom first.
        top: The container's own layer. Default: an empty one.
        places: The mounts. Default: none.
        read_only: Whether writes outside the mounts fail. Default: False.

    Example:
        >>> from jobber.testing import Files
        >>> files = Files(())
        >>> files.write("/data/points", "1,3\n")
        >>> files.link("/points", "/data/points")
        >>> files.read("/points")
        b'1,3\n'
        >>> list(files.walk("/data"))
        ['/data/points']

    """

    layers: tuple[Layer, ...]
    top: Layer = field(default_factory=dict)
    places: tuple[MountPoint, ...] = ()
    read_only: bool = False

    def __post_init__(self) -> None:
        """Index the directories."""
        self.layers = tuple(map(indexed, self.layers))
        self.top = indexed(self.top)

    def node(self, path: str) -> Node | None:
        """Return the node at a path, without following a link at its end.

        Args:
            path: The path.

        Returns:
            The node; None if there is none.

        Raises:
            OSError: The links in the path are circular.

        """
        return self._lookup(self._follow(path, to_the_end=False))

    def exists(self, path: str) -> bool:
        """Return whether a path exists, with links followed.

        Args:
            path: The path.

        Returns:
            True if it exists; False for circular links.

        """
        try:
            real = self.resolve(path)
        except OSError:  # circular links
            return False
        return self._lookup(real) is not None or self.is_directory(real)

    def is_directory(self, path: str) -> bool:
        """Return whether a path is a directory, with links followed.

        Args:
            path: The path.

        Returns:
            True for a directory, including one without a node of its own; False for circular links.

        """
        try:
            real = self.resolve(path)
        except OSError:  # circular links
            return False
        if real == "/":
            return True
        node = self._lookup(real)
        if node is not None:
            return node.kind == "directory"
        return any(place.path == real for place in self.places) or any(self._below(real))

    def read(self, path: str) -> bytes:
        """Return the content of a file.

        Args:
            path: The path of the file.

        Returns:
            The content.

        Raises:
            FileNotFoundError: The file does not exist.
            IsADirectoryError: The path is a directory.
            OSError: The links in the path are circular.

        """
        real = self.resolve(path)
        if self.is_directory(real):
            raise IsADirectoryError(21, "Is a directory", path)
        node = self._lookup(real)
        if node is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        return node.content

    def write(self, path: str, content: bytes | str) -> None:
        """Write a file and create its parent directories; an existing file keeps its mode.

        Args:
            path: The path of the file.
            content: The new content; a str is encoded as UTF-8.

        Raises:
            ReadOnly: The file system or the mount is read-only.
            IsADirectoryError: The path is a directory.
            NotADirectoryError: A parent is not a directory.
            TypeError: The content is neither bytes nor str.

        """
        written = file_node(content)
        real = self.resolve(path)
        if self.is_directory(real):
            raise IsADirectoryError(21, "Is a directory", path)
        self._check_directories_above(real)
        there = self._lookup(real)
        self.put(real, replace(there, content=written.content) if there else written)

    def put(self, path: str, node: Node | None) -> None:
        """Put a node at a path, or remove the path.

        Args:
            path: The path; a link at its end is not followed.
            node: The new node; None to remove the path.

        Raises:
            ReadOnly: The file system or the mount is read-only.

        """
        real = self._follow(path, to_the_end=False)
        place = self._place(real)
        if place.read_only if place else self.read_only:
            raise ReadOnly(path)
        if node is None or node.kind != "directory":
            for below in [*self._below(real)]:
                self._store(below, None)
        self._store(real, node)

    def remove(self, path: str) -> None:
        """Remove a file or a directory with its content.

        Args:
            path: The path; a link at its end is not followed.

        Raises:
            FileNotFoundError: The path does not exist.
            ReadOnly: The file system or the mount is read-only.

        """
        real = self._follow(path, to_the_end=False)
        if self._lookup(real) is None and not any(self._below(real)):
            raise FileNotFoundError(2, "No such file or directory", path)
        self.put(path, None)
        above = real.rpartition("/")[0]
        if above and not self.is_directory(above):  # the parent had no node of its own, and has become empty
            self._store(above, Node(kind="directory", mode=_PROGRAM_MODE))

    def make_directory(self, path: str) -> None:
        """Create a directory and its parents; an existing directory is not an error.

        Args:
            path: The path of the directory.

        Raises:
            ReadOnly: The file system or the mount is read-only.
            FileExistsError: The path exists and is not a directory.
            NotADirectoryError: A parent is not a directory.

        """
        if self.is_directory(path):
            return
        if self.node(path) is not None:
            raise FileExistsError(17, "File exists", path)
        self._check_directories_above(path)
        self.put(path, Node(kind="directory", mode=_PROGRAM_MODE))

    def link(self, path: str, target: str) -> None:
        """Create a symbolic link in an existing directory.

        Args:
            path: The path of the link.
            target: The target of the link, which need not exist.

        Raises:
            ReadOnly: The file system or the mount is read-only.
            FileExistsError: The path exists.
            FileNotFoundError: The directory does not exist.
            NotADirectoryError: A parent is not a directory.

        """
        if self.node(path) is not None or self.is_directory(path):
            raise FileExistsError(17, "File exists", path)
        self._check_directories_above(path)
        parent = normal_path(path).rpartition("/")[0] or "/"
        if not self.is_directory(parent):
            raise FileNotFoundError(2, "No such file or directory", path)
        self.put(path, Node(kind="link", target=target))

    def walk(self, directory: str) -> Iterator[str]:
        """Yield all paths below a directory, in no particular order.

        Links below the directory are not followed.

        Args:
            directory: The path of the directory; if it is a link, it is followed.

        Returns:
            The paths, each beginning with `directory`.

        """
        if self.is_directory(directory):
            real, name = self.resolve(directory).rstrip("/"), normal_path(directory).rstrip("/")
            for path in self._below(real):
                yield name + path.removeprefix(real)

    def merged(self) -> Layer:
        """Return all files as one layer, without the mounts.

        Returns:
            The nodes by path.

        """
        below: Layer = {}
        for layer in (*self.layers, self.top):
            below.update(layer)
        return {path: node for path, node in below.items() if node is not None}

    def resolve(self, path: str) -> str:
        """Return a path with all links followed.

        Args:
            path: The path, which need not exist.

        Returns:
            The absolute path without links.

        Raises:
            OSError: The links in the path are circular.

        """
        return self._follow(path, to_the_end=True)

    def _follow(self, path: str, *, to_the_end: bool) -> str:
        """Return the path with its links followed; one at its end only if `to_the_end`."""
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
        """Yield all paths below a directory whose own path contains no links."""
        waiting = [directory.rstrip("/")]
        while waiting:
            folder = waiting.pop()
            for name in self._names_in(folder):
                path = f"{folder}/{name}"
                if self._lookup(path) is not None:
                    yield path
                waiting.append(path)

    def _names_in(self, folder: str) -> Iterable[str]:
        """Return the names of possible entries of a directory; an empty path is the root."""
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
    """Return the components of a path, the last one first."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]
