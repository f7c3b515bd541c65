"""The build context for Docker's own builder: an archive that is created while it is sent.

That builder reads the Dockerfile and `.dockerignore` from the archive. If `.dockerignore` ignores these two files, the
builder removes them itself, but no others.
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
        """Return the archive in pieces. Raises `BuildFailed` for files that cannot be read, or change meanwhile."""
        return self._archive.chunks()

    def _is_understood(self, files: BuildFiles, inside: str) -> bool:
        """Return whether the builder finds the Dockerfile, and removes the two files exactly if they are ignored."""
        target = self._target(inside)
        if target != inside and files.ignore.ignores(target):
            return False
        theirs = self._rules_of_context()
        return all(files.ignore.ignores(name) == theirs.ignores(name) for name in (IGNORE_FILE, inside))

    def _target(self, inside: str) -> str:
        """Return the path in the context of the Dockerfile's target, with links followed."""
        return (self.root.resolve() / inside).resolve().relative_to(self.root.resolve()).as_posix()

    def _rules_of_context(self) -> Ignore:
        """Return the rules that the builder reads from the archive, without following links out of the context."""
        path = self.root / IGNORE_FILE
        if not path.is_file() or not path.resolve().is_relative_to(self.root.resolve()):
            return Ignore()
        return parse_ignore(read_file(path).decode("utf-8", "surrogateescape"))

    def _sent_rules(self, files: BuildFiles) -> bytes:
        """Return an ignore file that removes the added Dockerfile, and itself unless it is the user's."""
        path = self.root / IGNORE_FILE
        if path.is_file() and not files.ignore.ignores(IGNORE_FILE):
            return b"%b\n%b\n!%b\n" % (read_file(path), self.name.encode(), IGNORE_FILE.encode())
        return b"%b\n%b\n" % (self.name.encode(), IGNORE_FILE.encode())
