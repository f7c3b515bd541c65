"""Tar archives that are sent while they are created, one member at a time."""

from __future__ import annotations

import tarfile
import time
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

END = bytes(2 * tarfile.BLOCKSIZE)
"""The end marker of an archive."""
_CHUNK = 1 << 18
_EXTENDED = "SCHILY."
"""The prefix of the headers to keep: extended attributes.

The other headers repeat the name and size, or contradict them.
"""
_LOG_MODE = 0o644


def log_archive(log: BinaryIO, *, name: str = "run.log", moment: int | None = None) -> Iterator[bytes]:
    """Yield an archive with one file, owned by root, that has the content of `log`.

    `moment` is the file's modification time, in seconds since 1970; by default the current time.
    """
    size = log.seek(0, 2)
    log.seek(0)
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, _LOG_MODE, int(time.time()) if moment is None else moment
    yield member.tobuf(tarfile.PAX_FORMAT)
    while chunk := log.read(_CHUNK):
        yield chunk
    yield bytes(-size % tarfile.BLOCKSIZE) + END


def file_member(name: str, content: bytes) -> bytes:
    """Return a small file as a member of an archive: header, content, padding."""
    return member_header(name, size=len(content)) + content + bytes(-len(content) % tarfile.BLOCKSIZE)


def member_header(name: str, *, size: int) -> bytes:
    """Return the header of a file of `size` bytes; the caller sends the content next, padded to whole blocks."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, _LOG_MODE
    return member.tobuf(tarfile.PAX_FORMAT)


def repacked(header: tarfile.TarInfo, content: Iterable[bytes | memoryview], *, name: str) -> Iterator[bytes]:
    """Yield a member of another archive under a new name, with its content, which is empty unless it is a file."""
    if header.isreg():
        header.type = tarfile.REGTYPE  # the content of a sparse file includes its holes
    else:
        header.size = 0
    yield renamed(header, name=name)
    for chunk in content:
        yield bytes(chunk)
    yield bytes(-header.size % tarfile.BLOCKSIZE)


def renamed(header: tarfile.TarInfo, *, name: str) -> bytes:
    """Return the header of a member of another archive under a new name."""
    header.name = name
    header.pax_headers = {key: text for key, text in header.pax_headers.items() if key.startswith(_EXTENDED)}
    return header.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
