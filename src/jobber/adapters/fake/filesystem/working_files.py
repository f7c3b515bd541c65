"""The files of a container as its process sees them, who is in a directory: relative paths start there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.files import Files
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.fake.filesystem.node import Node


class WorkingFiles(Files):
    """The same files as others', from a working directory."""

    def __init__(self, files: Files, *, workdir: str) -> None:
        super().__init__(files.layers, files.top, files.places, files.read_only)
        self._workdir = workdir

    def node(self, path: str) -> Node | None:
        """What is at a path, links in it followed, itself not."""
        return super().node(self._absolute(path))

    def is_directory(self, path: str) -> bool:
        """Whether it is a directory, a link followed; one that only holds something counts."""
        return super().is_directory(self._absolute(path))

    def resolve(self, path: str) -> str:
        """The path that a path means when every link is followed. Raises `OSError` for a ring of links."""
        return super().resolve(self._absolute(path))

    def write(self, path: str, content: bytes | str) -> None:
        """Write a file; directories above it are made, and the mode of one that is there stays.

        Raises `ReadOnly`, `IsADirectoryError`, `NotADirectoryError`, `TypeError`.
        """
        if not isinstance(content, (str, bytes)):
            raise TypeError(f"a file holds str or bytes, not {type(content).__name__}: {path}")
        super().write(path, content)

    def put(self, path: str, node: Node | None) -> None:
        """Put something at a path, or take it away. Raises `ReadOnly`."""
        super().put(self._absolute(path), node)

    def remove(self, path: str) -> None:
        """Remove a file or a whole directory. Raises `FileNotFoundError`, `ReadOnly`."""
        super().remove(self._absolute(path))

    def make_directory(self, path: str) -> None:
        """Make a directory, and those above it; one that is there is fine. Raises `ReadOnly`, `OSError`."""
        super().make_directory(self._absolute(path))

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link in a directory that is there. Raises `ReadOnly`, `OSError`."""
        super().link(self._absolute(path), target)

    def walk(self, directory: str) -> Iterator[str]:
        """All paths inside a directory, absolute, in no order that means anything."""
        return super().walk(self._absolute(directory))

    def _absolute(self, path: str) -> str:
        return path if path.startswith("/") else normal_path(f"{self._workdir}/{path}")
