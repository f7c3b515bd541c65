"""The init layer: files that Docker adds to every container and that no image contains.

A container's root is the image's with a layer above it: empty mount points for the mounts that are made when the
container starts. jobber removes them from the archive of the root of a container that has never started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.archives.tar_reader import members
from jobber.adapters.archives.tar_writer import END, repacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobber.adapters.archives.tar_reader import Member

_FILES = frozenset((".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/resolv.conf"))
_DIRECTORIES = frozenset(("dev", "dev/pts", "dev/shm", "etc", "proc", "sys"))
_LINKS = {"etc/mtab": "/proc/mounts"}


def without_init_layer(archive: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an archive of a root without the files of the init layer.

    Empty entries of the image at the same paths are removed as well. Raises `ArchiveBroken` and the errors of the
    pieces.
    """
    held: dict[str, bytes] = {}
    for member in members(archive):
        header = member.header
        pieces = repacked(header, member.chunks(), name=header.name)
        if member.path in _DIRECTORIES and header.isdir():
            held[member.path] = b"".join(pieces)  # held back until a member inside the directory follows
        elif not _is_dockers(member):
            for directory in [directory for directory in held if member.path.startswith(f"{directory}/")]:
                yield held.pop(directory)
            yield from pieces
    yield END


def _is_dockers(member: Member) -> bool:
    header = member.header
    if member.path in _FILES:
        return header.isreg() and header.size == 0
    return header.issym() and _LINKS.get(member.path) == header.linkname
