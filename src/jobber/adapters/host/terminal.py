"""The terminal that jobber runs in: its size and its modes."""

from __future__ import annotations

import os
import termios
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from jobber.domain.containers.container import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFAULT = Terminal(rows=24, columns=80)


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
