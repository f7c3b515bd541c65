"""Redirection of a program's prints to its job, without affecting other threads.

A process has only one `sys.stdout`, but several jobs may run in threads. So a switch replaces it while any program
runs. Inside a program, the switch forwards to the job's stream; elsewhere, it forwards to the original stream.
"""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TextIO

_NAMES = ("stdout", "stderr")
_DEBUGGERS = ("bdb", "cmd", "pdb", "_pytest")
"""Packages that interact with the developer inside a program: `breakpoint()`."""
_streams: ContextVar[Mapping[str, TextIO] | None] = ContextVar("streams of the program that runs here", default=None)
_lock = Lock()
_running = 0
"""Number of running programs in all threads."""


class _Switch:
    """A replacement for a stream of `sys` that forwards to the job's stream inside a program."""

    def __init__(self, name: str, before: TextIO) -> None:
        self._name = name
        self.before = before

    def __getattr__(self, attribute: str) -> Any:
        inside = _streams.get()
        if inside is None or _caller(2) in _DEBUGGERS:
            return getattr(self.before, attribute)
        return getattr(inside[self._name], attribute)


class _Written(io.RawIOBase):
    """A binary stream that passes each chunk to a function immediately."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any, /) -> int:
        data = bytes(chunk)
        self._write(data)
        return len(data)


@contextmanager
def prints_going_to(*, stdout: Callable[[bytes], None], stderr: Callable[[bytes], None]) -> Iterator[None]:
    """Send the output that this thread prints inside this context to these functions."""
    there = {"stdout": _text(stdout, errors="strict"), "stderr": _text(stderr, errors="backslashreplace")}
    _put_switches()
    before = _streams.set(there)
    try:
        yield
    finally:
        _streams.reset(before)
        _take_switches()


def _caller(depth: int) -> str:
    """Return the top-level package of the calling function, `depth` frames up."""
    return str(sys._getframe(depth).f_globals.get("__name__", "")).partition(".")[0]  # noqa: SLF001 - CPython and PyPy have it


def _text(write: Callable[[bytes], None], *, errors: str) -> TextIO:
    return io.TextIOWrapper(_Written(write), "utf-8", errors=errors, write_through=True)  # type: ignore[type-var]


def _put_switches() -> None:
    global _running  # noqa: PLW0603 - counts for the streams of the process
    with _lock:
        _running += 1
        for name in _NAMES:
            stream = getattr(sys, name)
            if not isinstance(stream, _Switch):
                setattr(sys, name, _Switch(name, stream))


def _take_switches() -> None:
    """Restore the original streams, but keep a stream that other code has set meanwhile."""
    global _running  # noqa: PLW0603
    with _lock:
        _running -= 1
        for name in _NAMES if _running == 0 else ():
            stream = getattr(sys, name)
            if isinstance(stream, _Switch):
                setattr(sys, name, stream.before)
