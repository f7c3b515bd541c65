"""An archive on its way to a stream, by the rules of `docker cp`."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

from jobber.adapters.members import members
from jobber.domain.errors import NotWritten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobber.adapters.members import Member
    from jobber.domain.image_path import SourcePath

_END = bytes(2 * tarfile.BLOCKSIZE)
_EXTENDED = "SCHILY."
"""Extended attributes; the other headers say again, with the old name, what is where."""


def sent(pieces: Iterable[bytes], *, source: SourcePath) -> Iterator[bytes]:
    """The archive that a path is sent as: with `/.` at its end, one of what is in the directory, without its name.

    Docker's engine has names that begin with `./` for such a path, Podman's has no directory itself in it, and a
    registry has no rule. Raises `NotWritten` where a directory must be and is not, and what `pieces` raise.
    """
    if not source.must_be_directory:
        yield from pieces
        return
    root = "." if source.contents_only else source.name
    for member in members(pieces):
        if not member.path and not member.header.isdir():
            raise NotWritten("-", why=f"{source.path} of the image is no directory")
        yield from _renamed(member, root)
    yield _END


def _renamed(member: Member, root: str) -> Iterator[bytes]:
    """The header and the content of a member of a directory that is called otherwise."""
    header = member.header
    header.name = f"{root}/{member.path}".rstrip("/")
    if header.islnk():
        header.linkname = f"{root}/{member.below(header.linkname)}"
    if header.isreg():
        header.type = tarfile.REGTYPE  # a sparse one comes with its holes
    else:
        header.size = 0
    header.pax_headers = {key: text for key, text in header.pax_headers.items() if key.startswith(_EXTENDED)}
    yield header.tobuf(tarfile.PAX_FORMAT, encoding="utf-8")
    for chunk in member.chunks():
        yield bytes(chunk)
    yield bytes(-header.size % tarfile.BLOCKSIZE)
