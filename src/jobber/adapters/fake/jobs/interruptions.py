"""Simulated signals to jobber: they arrive at times of the fake clock, or during engine calls."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobber.domain.containers.events import FORWARDED_SIGNALS, ForwardedSignal, Resized, TerminationSignal
from jobber.domain.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.fake.clock import FakeClock


class FakeInterruptions:
    """The signals to jobber that a test sends.

    Args:
        clock: The clock that decides when signals arrive. Default: None, for a time that stays 0.

    Example:
        >>> import jobber
        >>> from jobber.testing import FakeEngine
        >>> engine = FakeEngine()
        >>> image = engine.image("train", run=lambda job: job.sleep(3600))
        >>> engine.interruptions.send("SIGINT", at=60)
        >>> try:
        ...     result = jobber.run("train", engine=engine, quiet=True)
        ... except KeyboardInterrupt:
        ...     print(jobber.image("train:latest-run", engine=engine).record["outcome"])
        interrupted

    """

    def __init__(self, clock: FakeClock | None = None) -> None:
        self._clock = clock
        self._planned: list[tuple[float, str]] = []
        self._resizes: list[float] = []
        self._count = 0
        self._abortable = False

    def send(self, signal: str, *, at: float = 0.0) -> None:
        """Send a signal to jobber.

        Args:
            signal: The name of the signal, such as `SIGTERM`.
            at: The time on the clock's `monotonic`, in seconds. Default: 0, for at once.

        """
        self._planned.append((at, signal))
        self._planned.sort()

    def resize(self, *, at: float = 0.0) -> None:
        """Change the size of the terminal.

        Args:
            at: The time on the clock's `monotonic`, in seconds. Default: 0, for at once.

        """
        self._resizes.append(at)
        self._resizes.sort()

    def deliver(self, signal: str) -> None:
        """Send a signal during a call.

        Args:
            signal: The name of the signal.

        Raises:
            Interrupted: The call can be aborted, and the signal is a termination signal.

        """
        if self._abortable and signal not in FORWARDED_SIGNALS:
            raise Interrupted(signal)
        self.send(signal)

    def begin(self) -> None:
        """Restart the count of termination signals for a new command."""
        self._count = 0

    def end(self) -> None:
        """Discard signals that arrived but were not taken: they belong to the command that ends."""
        now = self._now()
        self._planned = [(at, signal) for at, signal in self._planned if at > now]
        self._resizes = [at for at in self._resizes if at > now]

    def due(self) -> float | None:
        """Return the time of the next signal or resize.

        Returns:
            The time on the clock's `monotonic`; None if nothing is planned.

        """
        moments = [*self._resizes[:1], *(at for at, _ in self._planned[:1])]
        return min(moments, default=None)

    def fileno(self) -> int:
        """Return -1, because there is no descriptor to wait on.

        Returns:
            Always -1.

        """
        return -1

    def take(self) -> TerminationSignal | ForwardedSignal | Resized | None:
        """Return the next event that has arrived.

        Returns:
            The signal or terminal resize; None without one.

        """
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
        """Raise `Interrupted` for a signal that arrives inside this context.

        Raises:
            Interrupted: A termination signal has arrived.

        """
        if isinstance(event := self.take(), TerminationSignal):
            raise Interrupted(event.signal)
        self._abortable = True
        try:
            yield
        finally:
            self._abortable = False
