"""A standard input with given content and a file descriptor to wait on, as real engines require it."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.domain.ports import JobInput


class JobFile:
    """A standard input backed by a file; closed when it is garbage-collected."""

    def __init__(self, text: bytes) -> None:
        with tempfile.TemporaryFile(buffering=0) as file:
            file.write(text)
            self._descriptor = os.dup(file.fileno())
        os.lseek(self._descriptor, 0, os.SEEK_SET)

    def fileno(self) -> int:
        """Return the file descriptor to wait on."""
        return self._descriptor

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; empty at the end."""
        return os.read(self._descriptor, size)

    def __del__(self) -> None:
        os.close(self._descriptor)


def job_input(text: bytes) -> JobInput:
    """Return a standard input with a file descriptor and the given content."""
    return JobFile(text)
