"""The attachment to one job: output, input, exit and signals, multiplexed.

Docker and Podman send the same frames. The differences are in the `AttachedJob` that each engine passes in: how to
attach, how to wait, how to inspect, and what a log keeps. If the connection breaks, jobber reconnects, with retries,
and replays the log from where the output stopped.
"""

from __future__ import annotations

import select
import time
from collections import deque
from typing import TYPE_CHECKING

from jobber.adapters.engine_api.connection_errors import ConnectionBroken, EngineUnreachable
from jobber.adapters.engine_api.response import Pending, Response
from jobber.adapters.job_stream.frames import RawOutput, output_reader
from jobber.adapters.job_stream.log_reader import logged
from jobber.adapters.job_stream.stdin_feed import InputFeed
from jobber.domain.containers.events import ConnectionEvent, ConnectionProblem, DeadlinePassed, Exited, Output
from jobber.domain.errors import EngineFailed, EngineLost, LogUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.adapters.job_stream.engine_job import AttachedJob
    from jobber.adapters.job_stream.replay import Remainder
    from jobber.adapters.job_stream.streams import Outlet
    from jobber.domain.containers.container import Terminal
    from jobber.domain.containers.events import JobEvent
    from jobber.domain.ports import Interruptions, JobInput

_DRAIN_SECONDS = 10.0
"""The time, in seconds, to wait for the rest of the output once the job has ended and the stream is silent."""
_DOUBT_SECONDS = 3.0
"""The time, in seconds, after which output that ended without a reported exit counts as cut off.

A busy engine reports the exit later. A job that has closed its output loses nothing by this.
"""
_BACKOFF = (0.0, 0.1, 0.3, 0.5, 1.0, 2.0, 5.0)
_LOST = (ConnectionBroken, EngineUnreachable, EngineLost)


class StreamAttachment:
    """An attachment over a raw stream, or over the log if the stream broke."""

    def __init__(
        self,
        line: Outlet | None,
        job: AttachedJob,
        *,
        stdin: JobInput | None,
        interruptions: Interruptions,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Watch a job that is about to start over `line`; without it, a job that has already started."""
        self._job = job
        self._line = line
        self._source = line
        self._output = self._live_output()
        self._tally = job.tally()
        self._remainder: Remainder | None = None
        self._answer: Pending | Response | None = None
        self._input = InputFeed(stdin, has_terminal=job.has_terminal)
        self._interruptions = interruptions
        self._monotonic = monotonic
        self._exit_status: int | None = None
        self._output_ended = False
        self._must_look_again = False
        """A flag: the log has to be read again when the job has ended.

        A log that is followed ends with the job. With both engines it does not always contain the last output.
        """
        self._events: deque[ConnectionEvent] = deque()
        self._retry_at: float | None = None
        self._broken_since: float | None = None
        self._tries = 0
        if line is None:
            self._mend()
            return
        self._answer = job.wait(is_started=False)
        if stdin is None:
            self._input.end(line)

    def next(self, *, deadline: float | None = None) -> JobEvent:
        """Wait for the next event."""
        while True:
            if self._events:
                return self._events.popleft()
            if output := self._take_output():
                return output
            if self._output_ended and self._exit_status is not None:
                return Exited(self._exit_status)
            event = self._wait(deadline)
            if event is not None:
                return event

    def resize(self, terminal: Terminal) -> None:
        """Set the size of the job's terminal.

        If the connection is broken, the size is sent with the next change after the reconnection.
        """
        try:
            self._job.resize(terminal)
        except _LOST:
            return

    def close(self) -> None:
        """Close the connections; the job continues."""
        self._drop_lines()
        if self._answer is not None:
            self._answer.close()
            self._answer = None

    def _take_output(self) -> Output | None:
        while output := self._output.take():
            fresh = output if self._remainder is None else self._remainder.of(output)
            if fresh is not None:
                self._tally.add(fresh)
                return fresh
        return None

    def _wait(self, deadline: float | None) -> JobEvent | None:
        readers, writers = self._descriptors()
        wake = self._interruptions.fileno()
        has_more = self._has_more()
        seconds = 0.0 if has_more else self._seconds_until(deadline)
        ready, writable, _ = select.select([fd for fd in (*readers, wake) if fd >= 0], writers, [], seconds)
        if wake in ready and (event := self._interruptions.take()):
            return event
        if writable and self._line is not None:
            self._input.send(self._line)
        self._read_ready(set(ready))
        now = self._monotonic()
        if deadline is not None and now >= deadline and self._exit_status is None:
            return DeadlinePassed()
        if self._retry_at is not None and now >= self._retry_at:
            self._mend()
        elif not (ready or writable or has_more) and self._exit_status is not None:
            self._output_ended = True  # the job has ended, and no output has arrived for a while
        return None

    def _descriptors(self) -> tuple[list[int], list[int]]:
        readers: list[int] = []
        writers: list[int] = []
        if self._source is not None:
            readers.append(self._source.fileno())
        if self._line is not None:
            if self._line is not self._source:
                readers.append(self._line.fileno())
            if self._input.waits_for_line:
                writers.append(self._line.fileno())
            elif (stdin := self._input.fileno()) is not None:
                readers.append(stdin)
        if self._answer is not None and not self._answer_is_here():
            readers.append(self._answer.fileno())
        return readers, writers

    def _has_more(self) -> bool:
        """Return whether data is available that `select` does not detect."""
        source, line = self._source, self._line
        return (
            (source is not None and source.has_more)
            or (line is not None and line is not source and line.has_more)
            or self._answer_is_here()
        )

    def _answer_is_here(self) -> bool:
        """Return whether part of the response about the job's end arrived together with its head."""
        return isinstance(self._answer, Response) and self._answer.has_begun

    def _read_ready(self, ready: set[int]) -> None:
        source, line = self._source, self._line
        if source is not None and (source.has_more or source.fileno() in ready):
            self._receive(source)
        if line is not None and line is not source and line is self._line and line.fileno() in ready:
            self._hear_line(line)
        if self._answer is not None and (self._answer_is_here() or self._answer.fileno() in ready):
            self._take_answer()
        if self._line is not None and self._input.fileno() in ready:
            self._input.read(self._line)

    def _seconds_until(self, deadline: float | None) -> float | None:
        moments = [moment for moment in (deadline, self._retry_at) if moment is not None]
        now = self._monotonic()
        if self._exit_status is not None and self._retry_at is None:
            return _DRAIN_SECONDS
        return max(0.0, min(moments) - now) if moments else None

    def _receive(self, source: Outlet) -> None:
        chunk = source.receive()
        if chunk is None:
            return
        if chunk:
            self._output.feed(chunk)
        if not chunk or self._output.is_broken:
            self._end(source)

    def _end(self, source: Outlet) -> None:
        whole, is_live = source.ended_well, source is self._line
        self._source = None
        source.close()
        if is_live:
            self._line = None
        if self._output.is_broken:  # the job no longer reads its input, and the log contains its output
            self._input.drop()
            self._must_look_again = True
            self._retry(0.0)
        elif whole and self._must_look_again:
            if self._exit_status is not None:
                self._retry(0.0)
        elif whole or (is_live and self._exit_status is not None):
            # A log that ends properly before the job does belongs to a job that has closed its output. If the engine
            # has stopped instead, the pending response breaks as well.
            self._output_ended = True
        else:
            self._retry(_DOUBT_SECONDS if is_live else 0.0)

    def _hear_line(self, line: Outlet) -> None:
        """Discard output of a stream that serves only the input; the log contains it. Notice the stream's end."""
        if line.receive() == b"":
            line.close()
            self._line = None

    def _take_answer(self) -> None:
        """Take the response about the job's end, if it has arrived.

        Docker sends the head at once and the body at the job's end. Podman sends both at the job's end.
        """
        if isinstance(self._answer, Pending) and not self._answer.is_here():
            return
        answer, self._answer = self._answer, None
        assert answer is not None
        try:
            with answer if isinstance(answer, Response) else answer.answer() as response:
                self._exit_status = self._job.exit_status(response)
        except _LOST:
            self._retry(0.0)
            return
        if self._source is None and self._must_look_again:
            self._retry(0.0)
        elif self._source is None:
            self._output_ended = True  # the output ended by itself, and the engine is running: nothing was cut off
            self._retry_at = None

    def _retry(self, seconds: float) -> None:
        if self._retry_at is None or seconds == 0.0:
            self._retry_at = self._monotonic() + seconds

    def _mend(self) -> None:
        """Restore the missing parts: the wait for the job's end, its output, and the stream for its input."""
        self._retry_at = None
        try:
            if self._answer is None and self._exit_status is None:
                self._exit_status = self._job.exited()
                if self._exit_status is None:
                    self._answer = self._job.wait(is_started=True)
            if self._source is None and not self._output_ended:
                self._replay()
        except (*_LOST, EngineFailed) as error:
            self._try_again(error)
            return
        self._tries = 0
        if self._broken_since is not None:
            self._broken_since = None
            self._events.append(ConnectionEvent(ConnectionProblem.CONNECTION_RESTORED))

    def _replay(self) -> None:
        try:
            source, output = self._job.log(follow=self._exit_status is None)
        except LogUnreadable as error:
            self._events.append(ConnectionEvent(ConnectionProblem.LOG_UNREADABLE, error.why))
            if self._exit_status is not None:
                self._output_ended = True
                return
            self._line = source = self._job.attach(output=True)
            self._output = self._live_output()
            self._remainder = None
        else:
            self._output = output
            self._remainder = self._what_is_new()
            self._must_look_again = self._exit_status is None
        self._source = source
        if self._exit_status is None:
            self._reopen_input()

    def _what_is_new(self) -> Remainder:
        """Return the remainder that drops the output already received from the engine's log."""
        if not self._job.forgets_output:
            return self._tally.remainder()
        remainder, goes_on = self._tally.remainder_in(logged(self._job))
        if not goes_on:
            self._events.append(ConnectionEvent(ConnectionProblem.LOG_CUT))
        return remainder

    def _reopen_input(self) -> None:
        if not self._input.is_open:
            return
        if not self._job.has_terminal:  # the engine closed it when the connection broke
            self._input.drop()
            self._events.append(ConnectionEvent(ConnectionProblem.INPUT_CUT))
        elif self._line is None:
            self._line = self._job.attach(output=False)

    def _try_again(self, error: Exception) -> None:
        now = self._monotonic()
        if self._broken_since is None:
            self._broken_since = now
            self._events.append(ConnectionEvent(ConnectionProblem.CONNECTION_LOST, str(error)))
        elif now - self._broken_since > self._job.patience:
            raise EngineLost("the run", why=str(error)) from None
        self._tries += 1
        self._retry_at = now + _BACKOFF[min(self._tries, len(_BACKOFF) - 1)]

    def _live_output(self) -> RawOutput:
        return output_reader(multiplexed=not self._job.has_terminal, is_complaint=self._job.is_complaint)

    def _drop_lines(self) -> None:
        for outlet in (self._source, self._line):
            if outlet is not None:
                outlet.close()
        self._source = self._line = None
