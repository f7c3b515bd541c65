"""An archive on its way to a stream, by the rules of `docker cp`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.archives.tar_reader import members
from jobber.adapters.archives.tar_writer import END, repacked
from jobber.domain.errors import NotWritten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobber.adapters.archives.tar_reader import Member
    from jobber.domain.images.image_path import SourcePath


def stream_out(pieces: Iterable[bytes], *, source: SourcePath) -> Iterator[bytes]:
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
    yield END


def _renamed(member: Member, root: str) -> Iterator[bytes]:
    """A member of a directory that is called otherwise."""
    header = member.header
    if header.islnk():
        header.linkname = f"{root}/{member.below(header.linkname)}"
    return repacked(header, member.chunks(), name=f"{root}/{member.path}".rstrip("/"))
