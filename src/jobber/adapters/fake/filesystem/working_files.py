"""The files of a container as seen by its process, with paths relative to the working directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.files import Files
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.fake.filesystem.node import Node


class WorkingFiles(Files):
    """The files of a container, seen from a working directory."""

    def __init__(self, files: Files, *, workdir: str) -> None:
        super().__init__(files.layers, files.top, files.places, files.read_only)
        self._workdir = workdir

    def node(self, path: str) -> Node | None:
        """Return the node at a path, without following a link at its end."""
        return super().node(self._absolute(path))

    def is_directory(self, path: str) -> bool:
        """Return whether a path is a directory, with links followed."""
        return super().is_directory(self._absolute(path))

    def resolve(self, path: str) -> str:
        """Return a path with all links followed. Raises `OSError` for circular links."""
        return super().resolve(self._absolute(path))

    def write(self, path: str, content: bytes | str) -> None:
        """Write a file and create its parent directories; an existing file keeps its mode.

        Raises `ReadOnly`, `IsADirectoryError`, `NotADirectoryError`, `TypeError`.
        """
        if not isinstance(content, (str, bytes)):
            raise TypeError(f"a file holds str or bytes, not {type(content).__name__}: {path}")
        super().write(path, content)

    def put(self, path: str, node: Node | None) -> None:
        """Put a node at a path, or remove the path. Raises `ReadOnly`."""
        super().put(self._absolute(path), node)

    def remove(self, path: str) -> None:
        """Remove a file or a directory with its content. Raises `FileNotFoundError`, `ReadOnly`."""
        super().remove(self._absolute(path))

    def make_directory(self, path: str) -> None:
        """Create a directory and its parents; an existing directory is not an error. Raises `ReadOnly`, `OSError`."""
        super().make_directory(self._absolute(path))

    def link(self, path: str, target: str) -> None:
        """Create a symbolic link in an existing directory. Raises `ReadOnly`, `OSError`."""
        super().link(self._absolute(path), target)

    def walk(self, directory: str) -> Iterator[str]:
        """Yield the absolute paths of all entries below a directory, in no particular order."""
        return super().walk(self._absolute(directory))

    def _absolute(self, path: str) -> str:
        return path if path.startswith("/") else normal_path(f"{self._workdir}/{path}")
