"""The termination signals to a pipeline, and their effect on its jobs.

The main thread receives the signals. After the first one no job starts. The second one is
delivered to each running job.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from jobber.domain.containers.events import ForwardedSignal, TerminationSignal
from jobber.domain.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.ports import Interruptions

_REACHES_JOBS = 2


class PipelineSignals:
    """The signals to a pipeline.

    Args:
        inner: The signals to this process.
        is_serial: Whether jobs run in the thread that takes the signals.

    """

    def __init__(self, inner: Interruptions, *, is_serial: bool) -> None:
        self._inner = inner
        self.is_serial = is_serial
        self.received = 0
        self._jobs: list[SignalsOfJob] = []

    def count(self) -> int:
        """Take the queued signals, deliver them to the jobs, and return the number of termination signals so far."""
        while (event := self._inner.take()) is not None:
            if isinstance(event, TerminationSignal):
                self.received += 1
                if self.received == _REACHES_JOBS:
                    self._deliver(TerminationSignal(event.signal, 1))
            elif isinstance(event, ForwardedSignal):
                self._deliver(event)
        return self.received

    def due(self) -> float | None:
        """Return the time of the next simulated signal."""
        found: float | None = getattr(self._inner, "due", lambda: None)()
        return found

    @contextmanager
    def of_job(self) -> Iterator[SignalsOfJob]:
        """Yield the signals for one job."""
        signals = SignalsOfJob(self)
        self._jobs.append(signals)
        try:
            yield signals
        finally:
            self._jobs.remove(signals)
            signals.close()

    def _deliver(self, event: TerminationSignal | ForwardedSignal) -> None:
        for job in [*self._jobs]:
            job.deliver(event)


class SignalsOfJob:
    """The signals that one job receives."""

    def __init__(self, shared: PipelineSignals) -> None:
        self._shared = shared
        self._queued: deque[TerminationSignal | ForwardedSignal] = deque()
        self._receiver, self._sender = (-1, -1) if shared.is_serial else os.pipe()
        for descriptor in (self._receiver, self._sender):
            if descriptor >= 0:
                os.set_blocking(descriptor, False)

    def fileno(self) -> int:
        """Return a descriptor that is readable while a signal is queued; -1 if there is none."""
        return self._receiver

    def take(self) -> TerminationSignal | ForwardedSignal | None:
        """Return the next signal for the job."""
        if self._shared.is_serial:
            self._shared.count()
        elif self._receiver >= 0:
            with suppress(OSError):
                os.read(self._receiver, 1)
        return self._queued.popleft() if self._queued else None

    def due(self) -> float | None:
        """Return the time of the next simulated signal."""
        return self._shared.due()

    @contextmanager
    def abortable(self) -> Iterator[None]:
        """Raise `Interrupted` if the jobs must stop."""
        if self._shared.is_serial:
            self._shared.count()
        if self._shared.received >= _REACHES_JOBS:
            raise Interrupted("SIGINT")
        yield

    def deliver(self, event: TerminationSignal | ForwardedSignal) -> None:
        """Queue a signal and wake the thread that waits for it."""
        self._queued.append(event)
        if self._sender >= 0:
            with suppress(OSError):
                os.write(self._sender, b"\0")

    def close(self) -> None:
        """Close the descriptors."""
        for descriptor in (self._receiver, self._sender):
            if descriptor >= 0:
                os.close(descriptor)
        self._receiver = self._sender = -1
