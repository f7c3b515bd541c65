"""File trees from tar archives that arrive in pieces, in constant memory: file contents are stored as digests."""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.adapters.archives.tar_reader import members
from jobber.domain.files.file_tree import Entry, Kind, Tree

if TYPE_CHECKING:
    from collections.abc import Generator

    from jobber.adapters.archives.tar_reader import Member

_PERMISSIONS = 0o7777


def read_tree(pieces: Generator[bytes]) -> Tree:
    """Read a directory or a file from an archive as `ImageStore.archive` returns it.

    Raises the errors of the pieces, and `EngineLost` if the archive ends too early.
    """
    return dict(read_entries(pieces))


def read_entries(pieces: Generator[bytes]) -> Generator[tuple[str, Entry]]:
    """Yield the same entries, one path after the other."""
    seen: Tree = {}
    with closing(pieces):
        for member in members(pieces):
            entry = seen[member.path] = _entry(member, seen)
            yield member.path, entry


def _entry(member: Member, seen: Tree) -> Entry:
    header = member.header
    mode = header.mode & _PERMISSIONS
    if header.isdir():
        return Entry(Kind.DIRECTORY, mode)
    if header.issym():
        return Entry(Kind.LINK, content=header.linkname)
    if header.islnk():  # another name of an earlier file
        return seen.get(member.below(header.linkname)) or Entry(Kind.FILE, mode, content=header.linkname)
    if not header.isreg():
        return Entry(Kind.SPECIAL, mode, content=f"{header.type!r} {header.devmajor}:{header.devminor}")
    digest = sha256()
    for chunk in member.chunks():
        digest.update(chunk)
    return Entry(Kind.FILE, mode, header.size, digest.hexdigest())
