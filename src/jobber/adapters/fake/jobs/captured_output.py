"""Where the prints of a program go: to its job, and those of everybody else to where they went.

A process has one `sys.stdout`, but several jobs may run in threads. So it is a switch for the time in which any
program runs: who prints inside a program finds the job's stream behind it, all others what was there before.
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
"""Who talks to the developer in the middle of a program: `breakpoint()`."""
_streams: ContextVar[Mapping[str, TextIO] | None] = ContextVar("streams of the program that runs here", default=None)
_lock = Lock()
_running = 0
"""How many programs run, in all threads."""


class _Switch:
    """A stream of `sys`, which is another one inside a program."""

    def __init__(self, name: str, before: TextIO) -> None:
        self._name = name
        self.before = before

    def __getattr__(self, attribute: str) -> Any:
        inside = _streams.get()
        if inside is None or _caller(2) in _DEBUGGERS:
            return getattr(self.before, attribute)
        return getattr(inside[self._name], attribute)


class _Written(io.RawIOBase):
    """Bytes that go to somebody as they come."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any, /) -> int:
        octets = bytes(chunk)
        self._write(octets)
        return len(octets)


@contextmanager
def prints_going_to(*, stdout: Callable[[bytes], None], stderr: Callable[[bytes], None]) -> Iterator[None]:
    """Inside, what this thread prints goes there."""
    there = {"stdout": _text(stdout, errors="strict"), "stderr": _text(stderr, errors="backslashreplace")}
    _put_switches()
    before = _streams.set(there)
    try:
        yield
    finally:
        _streams.reset(before)
        _take_switches()


def _caller(depth: int) -> str:
    """The package that a function was called from, so many calls above this one."""
    return str(sys._getframe(depth).f_globals.get("__name__", "")).partition(".")[0]  # noqa: SLF001 - CPython and PyPy have it


def _text(write: Callable[[bytes], None], *, errors: str) -> TextIO:
    return io.TextIOWrapper(_Written(write), "utf-8", errors=errors, write_through=True)  # type: ignore[type-var]


def _put_switches() -> None:
    global _running  # noqa: PLW0603 - it counts for the streams of the process
    with _lock:
        _running += 1
        for name in _NAMES:
            stream = getattr(sys, name)
            if not isinstance(stream, _Switch):
                setattr(sys, name, _Switch(name, stream))


def _take_switches() -> None:
    """Put back what was there; where others have put something of theirs meanwhile, it stays."""
    global _running  # noqa: PLW0603
    with _lock:
        _running -= 1
        for name in _NAMES if _running == 0 else ():
            stream = getattr(sys, name)
            if isinstance(stream, _Switch):
                setattr(sys, name, stream.before)
