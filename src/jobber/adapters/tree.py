"""A directory out of a tar archive that comes in pieces, in constant memory: contents are digests of them."""

from __future__ import annotations

import io
import tarfile
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.adapters.pieces import Pieces
from jobber.domain.errors import EngineLost
from jobber.domain.tree import Entry, Kind, Tree

if TYPE_CHECKING:
    from collections.abc import Generator

_CHUNK = 1 << 20
_PERMISSIONS = 0o7777


def read_tree(pieces: Generator[bytes]) -> Tree:
    """Read a directory, or a file, as `ImageStore.archive` gives it.

    Raises what the pieces raise, and `EngineLost` where the archive ends too early.
    """
    tree: Tree = {}
    with closing(pieces):
        try:
            with tarfile.open(fileobj=io.BufferedReader(Pieces(pieces), _CHUNK), mode="r|") as archive:
                root: str | None = None
                for member in archive:
                    root = member.name if root is None else root
                    tree[_below(member.name, root)] = _entry(archive, member, tree, root)
        except tarfile.TarError as error:
            raise EngineLost("the reading of an archive", why=str(error)) from None
    return tree


def _below(name: str, root: str) -> str:
    return name.removeprefix(root).strip("/")


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo, tree: Tree, root: str) -> Entry:
    mode = member.mode & _PERMISSIONS
    if member.isdir():
        return Entry(Kind.DIRECTORY, mode)
    if member.issym():
        return Entry(Kind.LINK, content=member.linkname)
    if member.islnk():  # a second name of a file that came before
        return tree.get(_below(member.linkname, root)) or Entry(Kind.FILE, mode, content=member.linkname)
    file = archive.extractfile(member) if member.isreg() else None
    if file is None:
        return Entry(Kind.SPECIAL, mode, content=f"{member.type!r} {member.devmajor}:{member.devminor}")
    digest = sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return Entry(Kind.FILE, mode, member.size, digest.hexdigest())
