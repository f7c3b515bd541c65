"""The files of an image, read through its engine."""

from __future__ import annotations

import posixpath
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.archives.extraction import Tree, extract
from jobber.adapters.archives.tar_reader import members
from jobber.domain.errors import PathNotFound
from jobber.domain.files.copy_report import CopyReport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from jobber.adapters.archives.tar_reader import Member
    from jobber.api.connection import Connection
    from jobber.domain.images.reference import ImageId


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """The files of one image. Relative paths are relative to `directory`.

    Every call requests an archive of the path from the engine, so listing a large directory transfers all of its
    content.
    `path in files` is True if the image has that file, link or directory.

    Args:
        connection: The connection to the engine.
        image: The image ID.
        directory: The directory that relative paths start from.

    Example:
        >>> import jobber
        >>> files = jobber.image("points").files
        >>> "/data/points.csv" in files
        True
        >>> files.directory
        '/'

    """

    connection: Connection
    image: ImageId
    directory: str
    """The directory that the image provides as an input: the run's `out`; `/` for an image without `out`."""

    def read(self, path: str) -> bytes:
        r"""Return the content of a file.

        Args:
            path: The path of the file, absolute or relative to `directory`.

        Returns:
            The content in bytes.

        Raises:
            PathNotFound: The image does not have that path.
            IsADirectoryError: The path is not a regular file.

        Example:
            >>> import jobber
            >>> jobber.image("points").files.read("/data/points.csv")
            b'x,y\n0,1\n1,3\n2,5\n3,7\n'

        """
        with self._content(path) as chunks:
            return b"".join(chunks)

    def read_end(self, path: str, *, size: int) -> bytes:
        r"""Return the last bytes of a file without keeping the rest in memory.

        Args:
            path: The path of the file, absolute or relative to `directory`.
            size: The maximum number of bytes to return.

        Returns:
            The last `size` bytes, or the whole content of a shorter file.

        Raises:
            PathNotFound: The image does not have that path.
            IsADirectoryError: The path is not a regular file.

        Example:
            >>> import jobber
            >>> jobber.image("points").files.read_end("/data/points.csv", size=4)
            b'3,7\n'

        """
        end = bytearray()
        with self._content(path) as chunks:
            for chunk in chunks:
                end += chunk
                del end[: max(0, len(end) - size)]
        return bytes(end)

    def read_text(self, path: str, *, encoding: str = "utf-8") -> str:
        """Return the content of a text file.

        Args:
            path: The path of the file, absolute or relative to `directory`.
            encoding: The encoding of the file. Default: UTF-8.

        Returns:
            The content as text.

        Raises:
            PathNotFound: The image does not have that path.
            IsADirectoryError: The path is not a regular file.
            UnicodeDecodeError: The content is not valid in that encoding.

        Example:
            >>> import jobber
            >>> jobber.image("points").files.read_text("/data/points.csv").split()
            ['x,y', '0,1', '1,3', '2,5', '3,7']

        """
        return self.read(path).decode(encoding)

    def list(self, directory: str = "") -> tuple[str, ...]:
        """Return the absolute paths of all files and links below a directory.

        Args:
            directory: The path of the directory, absolute or relative to `self.directory`. Default: `self.directory`.

        Returns:
            The paths, sorted, without directories.

        Raises:
            PathNotFound: The image does not have that path.

        Example:
            >>> import jobber
            >>> jobber.image("train").files.list("/train")
            ('/train/train.py',)

        """
        start = self._absolute(directory).rstrip("/")
        with self._members(directory) as found:
            paths = [f"{start}/{member.path}" for member in found if member.path and not member.header.isdir()]
        return tuple(sorted(paths))

    def save(self, path: str, *, to: str | PathLike[str]) -> Path:
        """Copy a file, or a directory with its files, to a local path that does not exist yet.

        Links inside a directory are left out. Nothing is written outside the target, whatever the image contains.

        Args:
            path: The path in the image, absolute or relative to `directory`.
            to: The local path. Missing parent directories are created.

        Returns:
            The local path.

        Raises:
            PathNotFound: The image does not have that path.
            FileExistsError: A file to write exists already.
            NotWritten: A file could not be written.

        Example:
            >>> import jobber
            >>> target = jobber.image("points").files.save("/data", to="copy/of/points")
            >>> [path.name for path in target.iterdir()]
            ['points.csv']

        """
        target = Path(to)
        with self._members(path) as found:
            first = next(found)
            is_directory = first.header.isdir()
            root = target if is_directory else target.parent
            root.mkdir(parents=True, exist_ok=True)
            with Tree(str(root), replaces=False) as tree:
                below = () if is_directory else (target.name,)
                extract(chain((first,), found), tree, below=below, copied=CopyReport(str(target)), links=False)
        return target

    def __contains__(self, path: str) -> bool:
        try:
            with self._members(path) as found:
                return next(found, None) is not None
        except PathNotFound:
            return False

    def _absolute(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.directory, path))

    @contextmanager
    def _content(self, path: str) -> Iterator[Iterator[bytes]]:
        with self._members(path) as found:
            member = next(found, None)
            if member is None or not member.header.isreg():
                raise IsADirectoryError(21, "Is a directory", path)
            yield map(bytes, member.chunks())

    @contextmanager
    def _members(self, path: str) -> Iterator[Iterator[Member]]:
        with (
            self.connection.opened() as engine,
            closing(engine.images.archive(self.image, path=self._absolute(path))) as pieces,
        ):
            yield members(pieces)
