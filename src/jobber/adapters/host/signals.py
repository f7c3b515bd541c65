"""Signals to jobber: raised during steps that can be aborted, otherwise queued for the watcher of the job."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from jobber.domain.containers.events import FORWARDED_SIGNALS, ForwardedSignal, Resized, TerminationSignal
from jobber.domain.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

_TERMINATION_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_OF_TERMINAL = (signal.SIGWINCH, signal.SIGCONT)
_PATIENCE = 3
"""Number of unprocessed signals after which jobber assumes that it hangs in a step, and aborts it."""


class SignalInterruptions:
    """The handlers for termination signals and, by default, signals for the job, until `close`.

    Signals that the caller ignores stay ignored.
    """

    def __init__(self, handled: Sequence[signal.Signals] = _TERMINATION_SIGNALS) -> None:
        self._pending: list[str] = []
        self._for_job: list[str] = []
        self._count = 0
        self._resized = False
        self._abortable = False
        self._receiver, self._sender = os.pipe()  # macOS has no pipe2; Python closes both in a new program by itself
        for descriptor in (self._receiver, self._sender):
            os.set_blocking(descriptor, False)
        handlers: dict[signal.Signals, Callable[[int, FrameType | None], None]] = dict.fromkeys(
            handled, self._terminate
        )
        if handled == _TERMINATION_SIGNALS:  # as a library in another program, jobber handles no other signals
            handlers |= dict.fromkeys(map(signal.Signals.__getitem__, FORWARDED_SIGNALS), self._forward)
        self._before = {number: before for number in handlers if (before := signal.getsignal(number)) != signal.SIG_IGN}
        if handled == _TERMINATION_SIGNALS:  # and it has no terminal either
            handlers |= dict.fromkeys(_OF_TERMINAL, self._resize)
            self._before |= {number: signal.getsignal(number) for number in _OF_TERMINAL}
        # Python can't give a signal back to C code, so that one is not taken (signal.getsignal: None).
        self._before = {number: before for number, before in self._before.items() if before is not None}
        for number in self._before:
            signal.signal(number, handlers[number])

    def fileno(self) -> int:
        """Return a descriptor that is readable while a signal is queued."""
        return self._receiver

    def take(self) -> TerminationSignal | ForwardedSignal | Resized | None:
        """Return the next queued signal or terminal resize; None without one."""
        with suppress(OSError):
            os.read(self._receiver, 1)
        if self._pending:
            return TerminationSignal(self._pending.pop(0), self._count - len(self._pending))
        if self._for_job:
            return ForwardedSignal(self._for_job.pop(0))
        if self._resized:
            self._resized = False
            return Resized()
        return None

    @contextmanager
    def abortable(self) -> Iterator[None]:
        """Raise `Interrupted` immediately for a signal inside this context."""
        if isinstance(event := self.take(), TerminationSignal):
            raise Interrupted(event.signal)
        self._abortable = True
        try:
            yield
        finally:
            self._abortable = False

    def close(self) -> None:
        """Restore the previous signal handlers and close the descriptors."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
        if self._receiver >= 0:
            os.close(self._receiver)
            os.close(self._sender)
            self._receiver = self._sender = -1

    def _forward(self, number: int, _frame: FrameType | None) -> None:
        self._for_job.append(signal.Signals(number).name)
        self._wake()

    def _resize(self, _number: int, _frame: FrameType | None) -> None:
        """Queue a resize: the terminal has a new size, or a stopped jobber continues in the foreground."""
        self._resized = True
        self._wake()

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._sender, b"\0")

    def _terminate(self, number: int, _frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        if self._abortable:
            self._abortable = False  # a further signal must not abort the clean-up
            raise Interrupted(name)
        self._count += 1
        self._pending.append(name)
        if len(self._pending) >= _PATIENCE:
            raise Interrupted(name)
        with suppress(OSError):
            os.write(self._sender, b"\0")
