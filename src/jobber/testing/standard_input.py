"""A standard input with a text to give and a descriptor to wait on, as real engines want it."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.domain.ports import JobInput


class JobFile:
    """A file as a standard input; closed when nobody has it any more."""

    def __init__(self, text: bytes) -> None:
        with tempfile.TemporaryFile(buffering=0) as file:
            file.write(text)
            self._descriptor = os.dup(file.fileno())
        os.lseek(self._descriptor, 0, os.SEEK_SET)

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._descriptor

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty at the end."""
        return os.read(self._descriptor, size)

    def __del__(self) -> None:
        os.close(self._descriptor)


def job_input(text: bytes) -> JobInput:
    """A standard input with a descriptor that gives a text."""
    return JobFile(text)
