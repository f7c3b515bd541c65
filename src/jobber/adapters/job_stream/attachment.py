"""The attachment to one job: output, input, exit and signals, multiplexed.

Docker and Podman send the same frames. The differences are in the `AttachedJob` that each engine passes in: how to
attach, how to wait, how to inspect, and what a log keeps. If the connection breaks, jobber reconnects, with retries,
and replays the part of the log that it has not received.
"""

from __future__ import annotations

import select
import time
from collections import deque
from contextlib import closing
from enum import Enum, auto
from typing import TYPE_CHECKING

from jobber.adapters.engine_api.retry import Retries
from jobber.adapters.job_stream.frames import FramedOutput, RawOutput
from jobber.adapters.job_stream.log_replay import LogReplay
from jobber.adapters.job_stream.stdin_feed import StdinFeed
from jobber.adapters.job_stream.streams import ResponseStream
from jobber.domain.containers.events import ConnectionEvent, ConnectionProblem, DeadlinePassed, Exited
from jobber.domain.errors import EngineFailed, EngineLost, LogUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from jobber.adapters.job_stream.engine_job import AttachedJob
    from jobber.adapters.job_stream.streams import AttachStream
    from jobber.domain.containers.container import Terminal
    from jobber.domain.containers.events import JobEvent
    from jobber.domain.ports import Interruptions, JobInput

    Source = AttachStream | ResponseStream

_DRAIN_SECONDS = 10.0
"""The time, in seconds, to wait for the rest of the output once the job has ended and the stream is silent."""
_DOUBT_SECONDS = 3.0
"""The time, in seconds, after which output that ended without a reported exit counts as cut off.

A busy engine reports the exit later. A job that has closed its output loses nothing by this.
"""


class State(Enum):
    """The state of a job's output."""

    ATTACHED = auto()
    """The output arrives over the attach stream."""
    DOUBTFUL = auto()
    """The attach stream has ended: the job has closed its output, or has ended, or the connection broke."""
    RECONNECTING = auto()
    """The connection broke, or the rest of the log is to be read: jobber opens the log as soon as it can."""
    FOLLOWING = auto()
    """The output arrives from the log of the running job."""
    CLOSED = auto()
    """The log of the running job has ended: the job has closed its output. It is read again at the job's end.

    A log that is followed does not always contain the last output, with both engines.
    """
    FINISHING = auto()
    """The rest of the output arrives from the log of the ended job."""
    ENDED = auto()
    """The job has ended, and its output is complete."""


class StreamAttachment:
    """An attachment over a raw stream, or over the log if the stream broke."""

    def __init__(
        self,
        stream: AttachStream | None,
        job: AttachedJob,
        *,
        stdin: JobInput | None,
        interruptions: Interruptions,
        since: datetime | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Watch a job that is about to start over `stream`; without it, a job that has started, from `since` on."""
        self._job = job
        self._state = State.ATTACHED if stream is not None else State.RECONNECTING
        self._source: Source | None = stream
        self._output = self._attached_output()
        self._input_stream = stream
        self._stdin = StdinFeed(stdin, has_terminal=job.has_terminal)
        self._replay = LogReplay(job, since=since)
        self._wait: ResponseStream | None = None
        self._exit_status: int | None = None
        self._interruptions = interruptions
        self._monotonic = monotonic
        self._events: deque[ConnectionEvent] = deque()
        self._is_emptied_reported = False
        self._retries = Retries(patience=job.patience, monotonic=monotonic)
        if stream is None:
            self._reconnect()
            return
        self._wait = job.wait(is_started=False)
        if stdin is None:
            self._stdin.end(stream)

    def next(self, *, deadline: float | None = None) -> JobEvent:
        """Wait for the next event."""
        while True:
            if self._events:
                return self._events.popleft()
            if output := self._output.take():
                self._replay.add(output)
                return output
            if self._state is State.ENDED:
                assert self._exit_status is not None
                return Exited(self._exit_status)
            if event := self._await_event(deadline):
                return event

    def resize(self, terminal: Terminal) -> None:
        """Set the size of the job's terminal.

        If the connection is broken, the size is sent with the next change after the reconnection.
        """
        try:
            self._job.resize(terminal)
        except EngineLost:
            return

    def close(self) -> None:
        """Close the connections; the job continues."""
        for source in (self._source, self._input_stream, self._wait):
            if source is not None:
                source.close()
        self._source = self._input_stream = self._wait = None

    def _await_event(self, deadline: float | None) -> JobEvent | None:
        sources = dict.fromkeys(it for it in (self._source, self._input_stream, self._wait) if it is not None)
        filled = [source for source in sources if source.has_more]
        wake = self._interruptions.fileno()
        inputs, writers = self._input_descriptors()
        readers = [fd for fd in (*(source.fileno() for source in sources), *inputs, wake) if fd >= 0]
        seconds = 0.0 if filled else self._seconds_until(deadline)
        ready, writable, _ = select.select(readers, writers, [], seconds)
        if wake in ready and (event := self._interruptions.take()):
            return event
        if writable and self._input_stream is not None:
            self._stdin.send(self._input_stream)
        for source in sources:
            if source in filled or source.fileno() in ready:
                self._receive(source)
        if self._input_stream is not None and self._stdin.fileno() in ready:
            self._stdin.read(self._input_stream)
        if deadline is not None and self._monotonic() >= deadline and self._exit_status is None:
            return DeadlinePassed()
        if self._retries.are_due():
            self._reconnect()
        elif not (ready or writable or filled) and self._exit_status is not None:
            self._state = State.ENDED  # no output has arrived for a while
        return None

    def _input_descriptors(self) -> tuple[list[int], list[int]]:
        """Return the descriptors to read from and to write to for the job's input."""
        if self._input_stream is None:
            return [], []
        if self._stdin.is_sending:
            return [], [self._input_stream.fileno()]
        stdin = self._stdin.fileno()
        return ([] if stdin is None else [stdin]), []

    def _seconds_until(self, deadline: float | None) -> float | None:
        if self._exit_status is not None and self._retries.at is None:
            return _DRAIN_SECONDS
        moments = [moment for moment in (deadline, self._retries.at) if moment is not None]
        return max(0.0, min(moments) - self._monotonic()) if moments else None

    def _receive(self, source: Source) -> None:
        if source is self._source:
            self._receive_output(source)
        elif isinstance(source, ResponseStream):
            self._receive_exit_status(source)
        else:
            self._discard_output(source)

    def _receive_output(self, source: Source) -> None:
        chunk = source.receive()
        if chunk:
            self._output.feed(chunk)
            self._report_cut()
        if chunk == b"" or self._output.is_broken:
            source.close()
            self._source = None
            self._input_stream = None if source is self._input_stream else self._input_stream
            self._end_output(ended_well=source.ended_well)

    def _end_output(self, *, ended_well: bool) -> None:
        match self._state:
            case State.ATTACHED if self._output.is_broken:
                self._stdin.drop()  # the job no longer reads it; the log contains the job's output
                self._reconnect_in(0.0)
            case State.ATTACHED if self._exit_status is None:
                self._reconnect_in(_DOUBT_SECONDS, state=State.DOUBTFUL)
            case State.FOLLOWING if ended_well and self._exit_status is None:
                self._state = State.CLOSED
            case State.FINISHING if not ended_well:
                self._reconnect_in(0.0)
            case State.FOLLOWING:
                self._reconnect_in(0.0)
            case _:
                self._state = State.ENDED

    def _discard_output(self, stream: AttachStream) -> None:
        """Discard output of a stream that serves only the input; the log contains it. Notice the stream's end."""
        if stream.receive() == b"":
            stream.close()
            self._input_stream = None

    def _receive_exit_status(self, wait: ResponseStream) -> None:
        """Receive the response about the job's end.

        Docker sends the head at once and the body at the job's end. Podman sends both at the job's end.
        """
        if (chunk := wait.receive()) is None:
            return
        self._wait = None
        try:
            with closing(wait):
                rest = wait.read(patience=self._job.patience) if chunk else ()
                self._exit_status = self._job.exit_status(b"".join((chunk, *rest)))
        except EngineLost:
            self._retries.schedule(0.0)
            return
        if self._state is State.DOUBTFUL:  # the output ended by itself, and the engine is running: nothing was cut off
            self._state = State.ENDED
            self._retries.cancel()
        elif self._state is State.CLOSED:
            self._reconnect_in(0.0)

    def _reconnect_in(self, seconds: float, *, state: State = State.RECONNECTING) -> None:
        self._state = state
        self._retries.schedule(seconds)

    def _reconnect(self) -> None:
        """Restore the missing parts: the wait for the job's end, its output, and the stream for its input."""
        self._retries.cancel()
        if self._source is None:
            self._state = State.RECONNECTING
        try:
            if self._wait is None and self._exit_status is None:
                self._exit_status = self._job.exited()
                if self._exit_status is None:
                    self._wait = self._job.wait(is_started=True)
            if self._source is None:
                self._open_log()
        except (EngineLost, EngineFailed) as error:
            if self._retries.fail(str(error)):
                self._events.append(ConnectionEvent(ConnectionProblem.CONNECTION_LOST, str(error)))
            return
        if self._retries.succeed():
            self._events.append(ConnectionEvent(ConnectionProblem.CONNECTION_RESTORED))

    def _open_log(self) -> None:
        has_ended = self._exit_status is not None
        try:
            self._source, self._output = self._replay.open(follow=not has_ended)
            self._state = State.FINISHING if has_ended else State.FOLLOWING
            self._report_cut()
            self._report_emptied(is_followed=not has_ended)
        except LogUnreadable as error:
            self._events.append(ConnectionEvent(ConnectionProblem.LOG_UNREADABLE, error.why))
            if has_ended:
                self._state = State.ENDED
                return
            self._source = self._input_stream = self._job.attach(output=True)
            self._output = self._attached_output()
            self._state = State.ATTACHED
        if not has_ended and self._stdin.is_open:
            self._reopen_input()

    def _reopen_input(self) -> None:
        if not self._job.has_terminal:  # the engine closed it when the connection broke
            self._stdin.drop()
            self._events.append(ConnectionEvent(ConnectionProblem.INPUT_CUT))
        elif self._input_stream is None:
            self._input_stream = self._job.attach(output=False)

    def _report_cut(self) -> None:
        if self._replay.take_cut():
            self._events.append(ConnectionEvent(ConnectionProblem.LOG_CUT))

    def _report_emptied(self, *, is_followed: bool) -> None:
        if is_followed and self._job.log_format.is_emptied and not self._is_emptied_reported:
            self._is_emptied_reported = True
            self._events.append(ConnectionEvent(ConnectionProblem.LOG_EMPTIED))

    def _attached_output(self) -> RawOutput:
        return RawOutput() if self._job.has_terminal else FramedOutput(is_error_message=self._job.is_error_message)
