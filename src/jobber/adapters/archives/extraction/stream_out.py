"""Sending of an archive as a stream, by the rules of `docker cp`."""

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
    """Yield the archive for a path; for one that ends in `/.`, the directory's contents without its name.

    For such a path, Docker's names begin with `./`, Podman's archive lacks the directory itself, and a registry has no
    rule. Raises `NotWritten` if the path must be a directory and is not, and the errors of `pieces`.
    """
    if not source.must_be_directory:
        yield from pieces
        return
    root = "." if source.contents_only else source.name
    for member in members(pieces):
        if not member.path and not member.header.isdir():
            raise NotWritten("-", why=f"{source.path} of the image is not a directory")
        yield from _renamed(member, root)
    yield END


def _renamed(member: Member, root: str) -> Iterator[bytes]:
    """Return a member of a directory under another directory name."""
    header = member.header
    if header.islnk():
        header.linkname = f"{root}/{member.below(header.linkname)}"
    return repacked(header, member.chunks(), name=f"{root}/{member.path}".rstrip("/"))
