"""A clock that moves when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """The time of one fake world; jobs that sleep move it on."""

    def __init__(self, beginning: datetime = _BEGINNING) -> None:
        self._beginning = beginning
        self._seconds = 0.0

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._beginning + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self._seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._seconds += seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass, which takes none."""
        self.advance(seconds)

    def advance_to(self, moment: float) -> None:
        """Let time pass up to a moment of `monotonic`; one that has been is no error."""
        self._seconds = max(self._seconds, moment)
