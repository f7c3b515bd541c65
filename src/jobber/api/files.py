"""Files of an image, read through its engine."""

from __future__ import annotations

import io
import posixpath
import shutil
import tarfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.pieces import Pieces
from jobber.domain.errors import PathNotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from jobber.api.connection import Connection
    from jobber.domain.reference import ImageId


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """The files of one image. Relative paths are relative to `directory`.

    Every call asks the engine for an archive of the path, so listing a large directory reads all of it.
    """

    connection: Connection
    image: ImageId
    directory: str
    """What the image gives as an input: the run's `out`; `/` for an image that has none."""

    def read(self, path: str) -> bytes:
        """The content of a file. Raises `PathNotFound`, `IsADirectoryError`."""
        with self._archive(path) as archive:
            for _, member in _named(archive):
                file = archive.extractfile(member) if member.isreg() else None
                if file is None:
                    break
                return file.read()
        raise IsADirectoryError(21, "Is a directory", path)

    def read_text(self, path: str, *, encoding: str = "utf-8") -> str:
        """The content of a text file. Raises `PathNotFound`, `IsADirectoryError`, `UnicodeDecodeError`."""
        return self.read(path).decode(encoding)

    def list(self, directory: str = "") -> tuple[str, ...]:
        """The absolute paths of all files and links below a directory, sorted. Raises `PathNotFound`."""
        start = self._absolute(directory).rstrip("/")
        with self._archive(directory) as archive:
            found = [f"{start}/{name}" for name, member in _named(archive) if name and not member.isdir()]
        return tuple(sorted(found))

    def save(self, path: str, *, to: str | PathLike[str]) -> Path:
        """Copy a file, or a directory with its files, to a path that does not exist yet. Raises `PathNotFound`.

        Links inside a directory are left out. Raises `FileExistsError` for a file that is there.
        """
        target = Path(to)
        with self._archive(path) as archive:
            for name, member in _named(archive):
                here = target / name
                file = archive.extractfile(member) if member.isreg() else None
                if member.isdir():
                    here.mkdir(parents=True, exist_ok=True)
                elif file is not None:
                    here.parent.mkdir(parents=True, exist_ok=True)
                    with here.open("xb") as copy:
                        shutil.copyfileobj(file, copy)
        return target

    def __contains__(self, path: str) -> bool:
        try:
            with self._archive(path):
                return True
        except PathNotFound:
            return False

    def _absolute(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.directory, path))

    @contextmanager
    def _archive(self, path: str) -> Iterator[tarfile.TarFile]:
        with (
            self.connection.opened() as engine,
            closing(engine.images.archive(self.image, path=self._absolute(path))) as pieces,
            tarfile.open(fileobj=io.BufferedReader(Pieces(pieces)), mode="r|") as archive,
        ):
            yield archive


def _named(archive: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """The members by their path below the first one, whose path is empty; none that leads outside."""
    root = None
    for member in archive:
        root = member.name if root is None else root
        name = member.name.removeprefix(root).strip("/")
        if ".." not in name.split("/"):
            yield name, member
