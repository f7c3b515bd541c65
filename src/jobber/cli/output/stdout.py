"""stdout for bytes: what a job has said, archives."""

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
    """Bytes as they are, at once."""

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, chunk: ReadableBuffer, /) -> int:
        """Write all of it. Raises `NotWritten`, and `BrokenPipeError` where nobody reads any more."""
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return memoryview(chunk).nbytes


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """Inside, it is no error that nobody reads stdout any more (`| head`): that ends it."""
    try:
        yield
    except BrokenPipeError:
        _give_up()


def _give_up() -> None:
    """Let what is still in the buffer go nowhere, or the end of the process would complain of it."""
    with suppress(OSError, io.UnsupportedOperation):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
