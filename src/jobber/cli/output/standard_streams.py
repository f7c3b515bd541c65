"""The standard streams of the process, prepared so that a run outlives them.

A job may run for days. Meanwhile the reader of jobber's output may exit, or its disk may be full; neither ends the run.
"""

from __future__ import annotations

import io
import os
import select
import sys

TYPE_CHECKING = False  # as in `jobber/__init__.py`
if TYPE_CHECKING:
    from typing import TextIO

    from _typeshed import ReadableBuffer

_ENCODING = "utf-8"


class _Out(io.FileIO):
    """The stdout stream. Raises `NotWritten`, and `BrokenPipeError` if the reader has closed the pipe."""

    def write(self, chunk: ReadableBuffer, /) -> int:
        try:
            return _write(self, chunk)
        except BrokenPipeError:
            raise
        except OSError as error:
            from jobber.domain.errors import NotWritten

            raise NotWritten("stdout", why=(error.strerror or str(error)).lower()) from None


class _Messages(io.FileIO):
    """The stderr stream: text that cannot be written is dropped."""

    def write(self, chunk: ReadableBuffer, /) -> int:
        try:
            return _write(self, chunk)
        except OSError:
            return memoryview(chunk).nbytes


def settle_streams() -> None:
    """Open closed standard descriptors, and set the error handling of `sys.stdout` and `sys.stderr`.

    The next connection would reuse a descriptor that stays closed, and printed text would be sent over that connection.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free descriptor is this one
    sys.stdin = sys.stdin or open(0)
    sys.stdout = _text(_Out(1, "w", closefd=False), like=sys.stdout, errors="strict")
    sys.stderr = _text(_Messages(2, "w", closefd=False), like=sys.stderr, errors="backslashreplace")


def _write(raw: io.FileIO, chunk: ReadableBuffer) -> int:
    while True:
        written: int | None = io.FileIO.write(raw, chunk)
        if written is not None:
            return written
        select.select([], [raw], [])  # another process has made it non-blocking


def _text(raw: io.FileIO, *, like: TextIO | None, errors: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=like.encoding if like else _ENCODING,
        errors=(like.errors if like else None) or errors,
        line_buffering=raw.isatty() or raw.fileno() == 2,
        write_through=bool(getattr(like, "write_through", False)),
    )
