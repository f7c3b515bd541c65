"""Copy a file or a directory out of an image, without running it."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from jobber.domain.display import unambiguous
from jobber.domain.errors import JobberError
from jobber.domain.files.copy_report import CopyReport
from jobber.domain.runs.label_names import Label
from jobber.domain.use_cases.results.image_files import archive_of
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from jobber.domain.images.image_path import ImagePath, SourcePath
    from jobber.domain.ports import Destination
    from jobber.domain.ports.progress import Progress
    from jobber.domain.use_cases.results.find_result import FoundResult, ResultFinder

_STEP = 1 << 24
"""The number of bytes between two progress messages of a copy."""


@frozen
class CopyFiles:
    """The use case `jobber cp`, with its dependencies."""

    finder: ResultFinder
    progress: Progress

    def locate(self, wanted: ImagePath) -> tuple[FoundResult, SourcePath]:
        """Find the image and resolve the path in it; a relative path starts at the image's `out`.

        Raises `ImageNotFound` and others.
        """
        found = self.finder.find(wanted.image)
        return found, wanted.within(found.image.labels.get(Label.OUT) or "/")

    def archive(self, wanted: ImagePath) -> tuple[SourcePath, Generator[bytes]]:
        """Return a file or directory as a tar archive.

        Raises `ImageNotFound` and others, and `PathNotFound` at the first chunk.
        """
        found, source = self.locate(wanted)
        return source, archive_of(self.finder, found, path=source.path, name=wanted.image)

    def copy(self, wanted: ImagePath, *, to: Destination) -> tuple[FoundResult, SourcePath, CopyReport]:
        """Copy a file or directory. Raises `PathNotFound`, `NotWritten`, `Interrupted` and others."""
        found, source = self.locate(wanted)
        copied = CopyReport("")
        pieces = archive_of(self.finder, found, path=source.path, name=wanted.image)
        with _telling_what_is_there(copied), closing(pieces):
            to.receive(pieces, source=source, copied=copied, on_file=_CopyProgress(self.progress, copied).report)
        for path, why in copied.skipped:
            self.progress.warn("not-copied", path=unambiguous(path), why=why)
        return found, source, copied


class _CopyProgress:
    """A reporter of how much has been copied."""

    def __init__(self, progress: Progress, copied: CopyReport) -> None:
        self._progress = progress
        self._copied = copied
        self._next = _STEP

    def report(self) -> None:
        if self._copied.bytes >= self._next:
            self._next = self._copied.bytes + _STEP
            self._progress.step(f"copying to {self._copied.destination}: {self._copied.bytes >> 20} MB")


@contextmanager
def _telling_what_is_there(copied: CopyReport) -> Iterator[None]:
    """Add the number of complete files to the hint of an error during the copy."""
    try:
        yield
    except JobberError as error:
        if copied.files or copied.links:
            error.hint = (
                f"{copied.files + copied.links} files are complete in {copied.destination}, the rest is missing:"
                " correct the problem, and copy again"
            )
        raise
