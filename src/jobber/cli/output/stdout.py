"""Binary output on stdout: job logs, archives."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer


class Stdout(io.RawIOBase):
    """A binary stream that writes to stdout without delay."""

    def writable(self) -> bool:
        """Return True always."""
        return True

    def write(self, chunk: ReadableBuffer, /) -> int:
        """Write all bytes. Raises `NotWritten`, and `BrokenPipeError` if the reader has closed the pipe."""
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return memoryview(chunk).nbytes


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """End the context without an error if the reader of stdout has closed the pipe (`| head`)."""
    try:
        yield
    except BrokenPipeError:
        _give_up()


def _give_up() -> None:
    """Redirect stdout to the null device, so that its buffer causes no error at the end of the process."""
    with suppress(OSError, io.UnsupportedOperation):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
