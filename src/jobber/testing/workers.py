"""Workers of a pipeline on a fake engine: one job after the other, so that a test has the same course each time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobber.domain.pipelines.outcome import JobOutcome


class SerialWorkers:
    """Workers that do a piece of work when its end is waited for."""

    is_serial = True

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], JobOutcome]] = deque()

    def start(self, work: Callable[[], JobOutcome]) -> None:
        """Store a piece of work."""
        self._waiting.append(work)

    def wait(self, seconds: float) -> Sequence[JobOutcome]:
        """Do the oldest piece of work and return its outcome."""
        del seconds
        return [self._waiting.popleft()()] if self._waiting else []
