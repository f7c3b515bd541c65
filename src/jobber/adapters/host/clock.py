"""The system clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The system time of the local machine."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return a time in seconds that never decreases."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Suspend this process for `seconds`."""
        time.sleep(seconds)
