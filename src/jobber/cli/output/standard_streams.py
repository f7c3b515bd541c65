"""The process's standard streams, made so that a run outlives them.

A job may run for days, and whoever reads what jobber says may leave, or have no more room: that ends no run.
"""

from __future__ import annotations

import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

from jobber.domain.errors import NotWritten

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_ENCODING = "utf-8"


class _Out(io.FileIO):
    """stdout. Raises `NotWritten`, and `BrokenPipeError` where nobody reads any more."""

    def write(self, chunk: ReadableBuffer, /) -> int:
        try:
            return _write(self, chunk)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise NotWritten("stdout", why=(error.strerror or str(error)).lower()) from None


class _Messages(io.FileIO):
    """stderr: what can't be written is not heard, and no more."""

    def write(self, chunk: ReadableBuffer, /) -> int:
        try:
            return _write(self, chunk)
        except OSError:
            return memoryview(chunk).nbytes


def settle_streams() -> None:
    """Open what the caller has closed, and let `sys.stdout` and `sys.stderr` fail as this program wants it.

    A descriptor that stays closed is the next connection's, and what is printed would go there.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest that is free: this one
    sys.stdin = sys.stdin or open(0)
    sys.stdout = _text(_Out(1, "w", closefd=False), like=sys.stdout, errors="strict")
    sys.stderr = _text(_Messages(2, "w", closefd=False), like=sys.stderr, errors="backslashreplace")


def _write(raw: io.FileIO, chunk: ReadableBuffer) -> int:
    while True:
        written: int | None = io.FileIO.write(raw, chunk)
        if written is not None:
            return written
        select.select([], [raw], [])  # somebody made it non-blocking


def _text(raw: io.FileIO, *, like: TextIO | None, errors: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=like.encoding if like else _ENCODING,
        errors=(like.errors if like else None) or errors,
        line_buffering=raw.isatty() or raw.fileno() == 2,
        write_through=bool(getattr(like, "write_through", False)),
    )
