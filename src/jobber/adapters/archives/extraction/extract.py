"""Extraction of an archive's members, one after the other, as files below a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.archives.tar_reader import parts_of
from jobber.domain.errors import NotWritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jobber.adapters.archives.extraction.safe_tree import Parts, Tree
    from jobber.adapters.archives.tar_reader import Member
    from jobber.domain.files.copy_report import CopyReport

_NOT_MINE = 0o7000 & ~0o1000
"""The mode bits that are removed.

The files belong to the copying user, so set-user-ID and set-group-ID bits must not apply.
"""


def extract(
    found: Iterable[Member],
    tree: Tree,
    *,
    below: Parts,
    copied: CopyReport,
    links: bool = True,
    on_file: Callable[[], None] = lambda: None,
) -> None:
    """Create the members of an archive, the first of which is `below` of the tree, and count them.

    Without `links`, symbolic links are left out. The copying user owns the files. Raises `NotWritten`, also if the
    archive contains only a device, and `FileExistsError` if the tree does not replace files.
    """
    for member in found:
        _make(member, tree, below=below, copied=copied, links=links)
        on_file()
    tree.finish()


def _make(member: Member, tree: Tree, *, below: Parts, copied: CopyReport, links: bool) -> None:
    header = member.header
    parts = (*below, *member.parts)
    mode = header.mode & 0o7777 & ~_NOT_MINE
    if header.isdir():
        copied.directories += tree.directory(parts, mode=mode, modified=header.mtime)
    elif header.isreg():
        copied.bytes += tree.file(parts, member.chunks(), mode=mode, modified=header.mtime)
        copied.files += 1
    elif header.issym():
        if links:
            tree.link(parts, header.linkname, modified=header.mtime)
            copied.links += 1
    elif header.islnk():
        _make_hard_link(member, tree, parts, below=below, copied=copied)
    elif header.isfifo():
        tree.pipe(parts, mode=mode, modified=header.mtime)
        copied.files += 1
    elif not member.path:
        raise NotWritten(tree.place(parts), why=f"{header.name} is a device")
    else:
        copied.skipped.append((member.path, "it is a device"))


def _make_hard_link(member: Member, tree: Tree, parts: Parts, *, below: Parts, copied: CopyReport) -> None:
    other = parts_of(member.below(member.header.linkname))
    if ".." in other or not tree.hard_link(parts, (*below, *other)):
        copied.skipped.append((member.path, "it is a hard link to a file that is not copied"))
    else:
        copied.files += 1
