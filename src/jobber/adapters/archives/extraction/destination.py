"""The local destination of a copy, by the rules of `docker cp`."""

from __future__ import annotations

import os
import stat
from itertools import chain
from typing import TYPE_CHECKING

from jobber.adapters.archives.extraction.extract import extract
from jobber.adapters.archives.extraction.safe_tree import Tree
from jobber.adapters.archives.extraction.writer_thread import write_in_thread
from jobber.adapters.archives.tar_reader import ArchiveBroken, members
from jobber.domain.errors import NotWritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber.adapters.archives.extraction.safe_tree import Parts
    from jobber.domain.files.copy_report import CopyReport
    from jobber.domain.images.image_path import SourcePath


class HostDestination:
    """The DEST argument of `jobber cp`."""

    def __init__(self, text: str) -> None:
        """Store a path as the user gave it, without accessing it."""
        self._text = text

    def receive(
        self, pieces: Iterator[bytes], *, source: SourcePath, copied: CopyReport, on_file: Callable[[], None]
    ) -> None:
        """Copy the members of an archive, and count them.

        Raises `NotWritten`; each file copied before that is complete.
        """

        def write(incoming: Iterator[bytes]) -> None:
            self._write(incoming, source, copied, on_file)

        write_in_thread(pieces, write)

    def _write(
        self, pieces: Iterator[bytes], source: SourcePath, copied: CopyReport, on_file: Callable[[], None]
    ) -> None:
        found = members(pieces)
        first = next(found, None)
        if first is None:
            raise ArchiveBroken("it is empty")
        is_directory = first.header.isdir()
        if source.must_be_directory and not is_directory:
            raise NotWritten(self._text, why=f"{source.path} of the image is not a directory")
        try:
            root, below, is_new = self._directory(source) if is_directory else self._file(source)
            tree = Tree(root, is_new=is_new)
        except OSError as error:
            raise NotWritten(self._text, why=(error.strerror or str(error)).lower()) from None
        copied.destination = os.path.join(root, *below)  # noqa: PTH118 - keeps the user's spelling
        with tree:
            extract(chain((first,), found), tree, below=below, copied=copied, on_file=on_file)

    def _directory(self, source: SourcePath) -> tuple[str, Parts, bool]:
        """Return the root for a directory, the path below it, and whether the root has just been created."""
        kind = self._kind()
        if kind is None:
            self._check_parent(self._text.rstrip("/"))
            os.mkdir(self._text, 0o700)  # noqa: PTH102 - keeps the user's spelling
            return self._text, (), True
        if not stat.S_ISDIR(kind):
            hint = "choose a directory or a new name"
            raise NotWritten(self._text, why="it is a file, but the source is a directory", hint=hint)
        return self._text, () if source.contents_only else (source.name,), False

    def _file(self, source: SourcePath) -> tuple[str, Parts, bool]:
        kind = self._kind()
        if kind is not None and stat.S_ISDIR(kind):
            return self._text, (source.name,), False
        if kind is not None and not stat.S_ISREG(kind):
            raise NotWritten(self._text, why="it is neither a file nor a directory")
        if self._text.endswith("/"):
            raise NotWritten(
                self._text, why="there is no such directory", hint="create it first, or remove the trailing /"
            )
        real = os.path.realpath(self._text)  # jobber follows a link that the user has named
        self._check_parent(real)
        folder, name = os.path.split(real)
        return folder, (name,), False

    def _kind(self) -> int | None:
        try:
            return os.stat(self._text).st_mode  # noqa: PTH116 - keeps the user's spelling
        except FileNotFoundError:
            return None

    def _check_parent(self, path: str) -> None:
        parent = os.path.dirname(path) or "."  # noqa: PTH120 - keeps the user's spelling
        if not os.path.isdir(parent):  # noqa: PTH112
            raise NotWritten(self._text, why=f"there is no directory {parent}", hint="create it first")
