"""The in-memory store of logs outside an engine."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO


class FakeKeptLogs:
    """The stored logs, by run."""

    def __init__(self) -> None:
        self.logs: dict[str, bytes] = {}
        self.is_full = False
        """True if the store is full."""

    def keep(self, run: str, *, log: BinaryIO) -> str | None:
        """Store a log and return its name; None if the store is full."""
        if self.is_full:
            return None
        self.logs[run] = log.read()
        return f"memory/{run}.log"

    def find(self, run: str) -> BinaryIO | None:
        """Return the stored log of a run; None without one."""
        return io.BytesIO(self.logs[run]) if run in self.logs else None

    def forget(self, run: str) -> None:
        """Remove the stored log of a run."""
        self.logs.pop(run, None)
