"""Attachments to jobs of the fake."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobber.domain.containers.events import DeadlinePassed, Exited
from jobber.domain.errors import EngineLost

if TYPE_CHECKING:
    from datetime import datetime

    from jobber.adapters.fake.store import Store, StoredContainer
    from jobber.domain.containers.container import Terminal
    from jobber.domain.containers.events import JobEvent
    from jobber.domain.ports import Interruptions


class FakeAttachment:
    """An attachment that follows a job's timeline on the fake clock."""

    def __init__(self, store: Store, stored: StoredContainer, interruptions: Interruptions) -> None:
        self._store = store
        self._stored = stored
        self._interruptions = interruptions
        self._seen = 0
        """Number of output pieces delivered so far."""
        self._call = contextmanager(store.call)

    def skip_to(self, since: datetime | None) -> None:
        """Skip the output from before a time."""
        timeline = self._stored.timeline
        if since is None or timeline is None:
            return
        moment = self._store.clock.monotonic() - (self._store.clock.now() - since).total_seconds()
        self._seen = sum(self._stored.start + offset < moment for offset, _ in timeline.outputs)

    def next(self, *, deadline: float | None = None) -> JobEvent:
        """Advance the clock to the next event and return it. Raises `EngineLost` if a test injected that fault."""
        with self._call("stream", self._stored.id):
            if event := self._interruptions.take() or self._disturbance():
                return event
            timeline = self._stored.timeline
            if timeline is None:
                raise EngineLost("the run", why="the job was never started")
            clock, start = self._store.clock, self._stored.start
            pending = self._seen < len(timeline.outputs)
            moment = start + (timeline.outputs[self._seen][0] if pending else timeline.end)
            mended = self._store.faults.mended_at
            due = getattr(self._interruptions, "due", lambda: None)()
            coming = moment if mended is None else mended
            first = min(value for value in (coming, deadline, due) if value is not None)
            clock.advance_to(first)
            if due is not None and due == first and (event := self._interruptions.take()):
                return event
            if mended is not None:
                return self._disturbance() or DeadlinePassed()
            if moment <= clock.monotonic():
                if pending:
                    self._seen += 1
                    return timeline.outputs[self._seen - 1][1]
                self._store.settle(self._stored)
                return Exited(timeline.exit_status)
            return DeadlinePassed()

    def _disturbance(self) -> JobEvent | None:
        return self._store.faults.disturbance(seen=self._seen, now=self._store.clock.monotonic())

    def resize(self, terminal: Terminal) -> None:
        """Record the new size of the job's terminal in the journal."""
        self._store.note("resize", f"{terminal.rows}x{terminal.columns}")

    def close(self) -> None:
        """Do nothing: there is no connection to close, and the job continues."""
