"""Signals to jobber in a fake world: they come at moments of its clock, or at calls to its engine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobber.domain.containers.events import FORWARDED_SIGNALS, ForwardedSignal, Resized, TerminationSignal
from jobber.domain.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.fake.clock import FakeClock


class FakeInterruptions:
    """Signals that come when a test says so."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self._clock = clock
        self._planned: list[tuple[float, str]] = []
        self._resizes: list[float] = []
        self._count = 0
        self._abortable = False

    def send(self, signal: str, *, at: float = 0.0) -> None:
        """Let a signal come, at once or at a moment of the clock's `monotonic`."""
        self._planned.append((at, signal))
        self._planned.sort()

    def resize(self, *, at: float = 0.0) -> None:
        """Let the terminal change its size, at once or at a moment of the clock's `monotonic`."""
        self._resizes.append(at)
        self._resizes.sort()

    def deliver(self, signal: str) -> None:
        """Let a signal come in the middle of a call. Raises `Interrupted` where the call can be given up."""
        if self._abortable and signal not in FORWARDED_SIGNALS:
            raise Interrupted(signal)
        self.send(signal)

    def begin(self) -> None:
        """Count from the first again, for a new command."""
        self._count = 0

    def end(self) -> None:
        """Forget what has come and was not taken: with a command end the signals to it."""
        now = self._now()
        self._planned = [(at, signal) for at, signal in self._planned if at > now]
        self._resizes = [at for at in self._resizes if at > now]

    def due(self) -> float | None:
        """When the next one comes."""
        moments = [*self._resizes[:1], *(at for at, _ in self._planned[:1])]
        return min(moments, default=None)

    def fileno(self) -> int:
        """There is nothing to wait on."""
        return -1

    def take(self) -> TerminationSignal | ForwardedSignal | Resized | None:
        """The next that has come, if any."""
        now = self._now()
        if self._resizes and self._resizes[0] <= now:
            self._resizes.pop(0)
            return Resized()
        if not self._planned or self._planned[0][0] > now:
            return None
        signal = self._planned.pop(0)[1]
        if signal in FORWARDED_SIGNALS:
            return ForwardedSignal(signal)
        self._count += 1
        return TerminationSignal(signal, self._count)

    def _now(self) -> float:
        return self._clock.monotonic() if self._clock else 0.0

    @contextmanager
    def abortable(self) -> Iterator[None]:
        """Inside, a signal that has come raises `Interrupted`."""
        if isinstance(event := self.take(), TerminationSignal):
            raise Interrupted(event.signal)
        self._abortable = True
        try:
            yield
        finally:
            self._abortable = False
