"""A simulated clock that a test advances."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """The simulated time of an engine, its registry and its jobs; a sleeping job advances it.

    Args:
        beginning: The initial time. Default: 2026-01-01 00:00 UTC.

    Example:
        >>> from jobber.testing import FakeClock
        >>> clock = FakeClock()
        >>> clock.advance(90)
        >>> clock.now().isoformat()
        '2026-01-01T00:01:30+00:00'
        >>> clock.monotonic()
        90.0

    """

    def __init__(self, beginning: datetime = _BEGINNING) -> None:
        self._beginning = beginning
        self._seconds = 0.0

    def now(self) -> datetime:
        """Return the current simulated time.

        Returns:
            The time in UTC.

        """
        return self._beginning + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        """Return the simulated time since the clock was created.

        Returns:
            The time in seconds.

        """
        return self._seconds

    def advance(self, seconds: float) -> None:
        """Advance the clock.

        Args:
            seconds: Duration in seconds.

        """
        self._seconds += seconds

    def sleep(self, seconds: float) -> None:
        """Advance the clock without waiting.

        Args:
            seconds: Duration in seconds.

        """
        self.advance(seconds)

    def advance_to(self, moment: float) -> None:
        """Advance the clock to a time; a time in the past has no effect.

        Args:
            moment: The time in seconds, as `monotonic` returns it.

        """
        self._seconds = max(self._seconds, moment)
