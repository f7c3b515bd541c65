"""The context of a build as Docker's own builder takes it: an archive that is sent as it is made.

That builder reads the Dockerfile and `.dockerignore` out of the archive, and of its own accord takes away these two
files alone, where the latter ignores them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.adapters.build_context.archive import ContextArchive
from jobber.adapters.build_context.files import IGNORE_FILE, read_build_files, read_file, unused_name
from jobber.adapters.build_context.ignore import Ignore, parse_ignore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobber.adapters.build_context.files import BuildFiles


@dataclass(slots=True)
class ContextStream:
    """The context of one build."""

    root: Path
    dockerfile: Path
    name: str = field(init=False)
    """Name of the Dockerfile in the archive."""
    _archive: ContextArchive = field(init=False)

    def __post_init__(self) -> None:
        """Read the Dockerfile and the ignore file. Raises `UsageError`."""
        files = read_build_files(self.root, self.dockerfile)
        if files.inside is not None and self._is_understood(files, files.inside):
            self.name = files.inside
            self._archive = ContextArchive(self.root, files.ignore.sparing(IGNORE_FILE, files.inside))
            return
        self.name = unused_name(self.root, self.dockerfile)
        added = {self.name: files.text, IGNORE_FILE: self._sent_rules(files)}
        self._archive = ContextArchive(self.root, files.ignore, added)

    def chunks(self) -> Iterator[bytes]:
        """Return the archive in pieces. Raises `BuildFailed` for files that can't be read, or change meanwhile."""
        return self._archive.chunks()

    def _is_understood(self, files: BuildFiles, inside: str) -> bool:
        """Whether the builder finds the Dockerfile, and takes away the two files exactly where they are ignored."""
        target = self._target(inside)
        if target != inside and files.ignore.ignores(target):
            return False
        theirs = self._rules_of_context()
        return all(files.ignore.ignores(name) == theirs.ignores(name) for name in (IGNORE_FILE, inside))

    def _target(self, inside: str) -> str:
        """The file in the context that the Dockerfile is, links followed."""
        return (self.root.resolve() / inside).resolve().relative_to(self.root.resolve()).as_posix()

    def _rules_of_context(self) -> Ignore:
        """The rules as the builder reads them out of the archive; a link that leads out of it is no file there."""
        path = self.root / IGNORE_FILE
        if not path.is_file() or not path.resolve().is_relative_to(self.root.resolve()):
            return Ignore()
        return parse_ignore(read_file(path).decode("utf-8", "surrogateescape"))

    def _sent_rules(self, files: BuildFiles) -> bytes:
        """The ignore file that has the Dockerfile taken away; one that is not the user's takes away itself."""
        path = self.root / IGNORE_FILE
        if path.is_file() and not files.ignore.ignores(IGNORE_FILE):
            return b"%b\n%b\n!%b\n" % (read_file(path), self.name.encode(), IGNORE_FILE.encode())
        return b"%b\n%b\n" % (self.name.encode(), IGNORE_FILE.encode())
