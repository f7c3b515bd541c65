"""The terminal that jobber runs in: its size, its modes, and the modes that a job leaves behind."""

from __future__ import annotations

import os
import re
import termios
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from jobber.domain.containers.container import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFAULT = Terminal(rows=24, columns=80)
_MODE = re.compile(rb"\x1b\[\?([0-9;]{1,40})([hl])")
_LONGEST = 48
_UNDONE_BY_RESET = frozenset(
    (b"1", b"9", b"1000", b"1001", b"1002", b"1003", b"1004", b"1005", b"1006", b"1015", b"2004")
)
"""Modes of keyboard and mouse that a shell does not expect."""
_SCREENS = frozenset((b"47", b"1047", b"1049"))
_CURSOR = b"25"


def is_ours(descriptor: int) -> bool:
    """Return whether a descriptor is a terminal and jobber is in its foreground.

    Using the terminal from the background would stop the process.
    """
    try:
        return os.isatty(descriptor) and os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False


def size_of(descriptor: int) -> Terminal:
    """Return the size of a terminal; 24 lines of 80 columns if it is unknown."""
    try:
        size = os.get_terminal_size(descriptor)
    except OSError:
        return _DEFAULT
    return Terminal(rows=size.lines, columns=size.columns) if size.lines and size.columns else _DEFAULT


@contextmanager
def raw(descriptor: int) -> Iterator[None]:
    """Pass keys and output unchanged inside this context; restore the modes afterwards."""
    before = termios.tcgetattr(descriptor)
    make_raw(descriptor)
    try:
        yield
    finally:
        with suppress(termios.error, OSError):  # the terminal was closed
            if is_ours(descriptor):
                termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def make_raw(descriptor: int) -> None:
    """Disable echo, line editing, signals from keys, and output processing."""
    modes = termios.tcgetattr(descriptor)
    modes[0] &= ~(
        termios.IGNBRK
        | termios.BRKINT
        | termios.PARMRK
        | termios.ISTRIP
        | termios.INLCR
        | termios.IGNCR
        | termios.ICRNL
        | termios.IXON
    )
    modes[1] &= ~termios.OPOST
    modes[2] = modes[2] & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    modes[3] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
    modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
    termios.tcsetattr(descriptor, termios.TCSADRAIN, modes)


class ScreenModes:
    """The screen modes that a job has enabled and not disabled; a killed job leaves them enabled."""

    def __init__(self) -> None:
        self._on: dict[bytes, None] = {}
        self._tail = b""

    def see(self, chunk: bytes) -> None:
        """Record the mode changes in a piece of terminal output."""
        if b"\x1b" not in chunk and not self._tail:
            return
        text = self._tail + chunk
        end = 0
        for match in _MODE.finditer(text):
            end = match.end()
            for mode in match[1].split(b";"):
                self._set(mode, on=(match[2] == b"h") is (mode != _CURSOR))
        escape = text.rfind(b"\x1b")
        self._tail = text[escape:] if escape >= end and len(text) - escape < _LONGEST else b""

    def undo(self) -> bytes:
        """Return the escape sequences that disable the recorded modes."""
        undone = b"".join(b"\x1b[?%b%b" % (mode, b"h" if mode == _CURSOR else b"l") for mode in reversed(self._on))
        self._on.clear()
        return undone + b"\x1b[0m" if undone else b""

    def _set(self, mode: bytes, *, on: bool) -> None:
        if mode not in _UNDONE_BY_RESET and mode not in _SCREENS and mode != _CURSOR:
            return
        if on:
            self._on[mode] = None
        else:
            self._on.pop(mode, None)
