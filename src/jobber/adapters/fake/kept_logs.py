"""Logs that are kept beside an engine, in memory."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO


class FakeKeptLogs:
    """The logs by run."""

    def __init__(self) -> None:
        self.logs: dict[str, bytes] = {}
        self.is_full = False
        """Whether there is no room for more."""

    def keep(self, run: str, *, log: BinaryIO) -> str | None:
        """Keep a log, unless there is no room."""
        if self.is_full:
            return None
        self.logs[run] = log.read()
        return f"memory/{run}.log"

    def find(self, run: str) -> BinaryIO | None:
        """What was kept of a run."""
        return io.BytesIO(self.logs[run]) if run in self.logs else None

    def forget(self, run: str) -> None:
        """Remove what was kept of a run."""
        self.logs.pop(run, None)
