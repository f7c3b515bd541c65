"""Tar archives that are sent as they are made, one member at a time."""

from __future__ import annotations

import tarfile
import time
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 18
_LOG_MODE = 0o644


def log_archive(log: BinaryIO, *, name: str = "run.log") -> Iterator[bytes]:
    """An archive with one file that holds what `log` holds, owned by root."""
    size = log.seek(0, 2)
    log.seek(0)
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, _LOG_MODE, int(time.time())
    yield member.tobuf(tarfile.PAX_FORMAT)
    while chunk := log.read(_CHUNK):
        yield chunk
    yield bytes(-size % tarfile.BLOCKSIZE) + bytes(2 * tarfile.BLOCKSIZE)
