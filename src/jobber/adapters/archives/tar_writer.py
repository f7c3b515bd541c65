"""Tar archives that are sent as they are made, one member at a time."""

from __future__ import annotations

import tarfile
import time
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

END = bytes(2 * tarfile.BLOCKSIZE)
"""What an archive ends with."""
_CHUNK = 1 << 18
_EXTENDED = "SCHILY."
"""Extended attributes; the other headers say again, or wrongly, what is where."""
_LOG_MODE = 0o644


def log_archive(log: BinaryIO, *, name: str = "run.log", moment: int | None = None) -> Iterator[bytes]:
    """An archive with one file that holds what `log` holds, owned by root.

    `moment` is when the file was last changed, in seconds since 1970; by default now.
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
    """A small file as a member of an archive: header, content, padding."""
    return member_header(name, size=len(content)) + content + bytes(-len(content) % tarfile.BLOCKSIZE)


def member_header(name: str, *, size: int) -> bytes:
    """The header of a file of `size` bytes, which whoever writes it sends next, padded to whole blocks."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, _LOG_MODE
    return member.tobuf(tarfile.PAX_FORMAT)


def repacked(header: tarfile.TarInfo, content: Iterable[bytes | memoryview], *, name: str) -> Iterator[bytes]:
    """A member of another archive under a name, with its content, which is none for what is no file."""
    if header.isreg():
        header.type = tarfile.REGTYPE  # a sparse one comes with its holes
    else:
        header.size = 0
    yield renamed(header, name=name)
    for chunk in content:
        yield bytes(chunk)
    yield bytes(-header.size % tarfile.BLOCKSIZE)


def renamed(header: tarfile.TarInfo, *, name: str) -> bytes:
    """The header of a member of another archive under a name."""
    header.name = name
    header.pax_headers = {key: text for key, text in header.pax_headers.items() if key.startswith(_EXTENDED)}
    return header.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
