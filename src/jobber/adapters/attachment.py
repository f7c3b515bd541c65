"""The wire to one job: its output, its input, its end, and signals to us, all waited for at once.

Docker and Podman send the same frames; what differs (how to attach, how to wait, how to look) is handed in.
"""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING, Protocol

from jobber.adapters.frames import output_reader
from jobber.adapters.wire import Pending, Response, WireBroken, WireUnreachable
from jobber.domain.errors import EngineLost
from jobber.domain.events import DeadlinePassed, Exited, Signalled

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.adapters.wire import RawStream
    from jobber.domain.container import Terminal
    from jobber.domain.events import JobEvent
    from jobber.domain.ports import Interruptions, JobInput

_RECEIVE = 1 << 20
_READ = 1 << 16
_DRAIN_SECONDS = 10.0
"""How long the rest of the output may take to come after the job has ended and the line went silent."""


class Job(Protocol):
    """What an engine's adapter knows of one container."""

    def wait(self) -> Pending:
        """Ask for the container's end, without waiting for it."""

    def exit_status(self, answer: Response) -> int:
        """Read that answer."""

    def exited(self) -> int | None:
        """Look whether it has ended, and with what; None while it runs."""

    def resize(self, terminal: Terminal) -> None:
        """Tell its terminal a new size."""


class StreamAttachment:
    """The attachment over a raw stream."""

    def __init__(
        self,
        stream: RawStream,
        job: Job,
        *,
        multiplexed: bool,
        stdin: JobInput | None,
        interruptions: Interruptions,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._job = job
        self._output = output_reader(multiplexed=multiplexed)
        self._answer: Pending | Response | None = job.wait()
        self._stdin = stdin
        self._pending = memoryview(b"")
        self._interruptions = interruptions
        self._monotonic = monotonic
        self._exit_status: int | None = None
        self._output_ended = False
        self._ends_input = False
        if stdin is None:
            self._end_input()

    def next(self, *, deadline: float | None = None) -> JobEvent:
        """Wait for the next event."""
        while True:
            if output := self._output.take():
                return output
            if self._output_ended and self._exit_status is not None:
                return Exited(self._exit_status)
            event = self._wait(deadline)
            if event is not None:
                return event

    def resize(self, terminal: Terminal) -> None:
        """Tell the job's terminal its new size."""
        self._job.resize(terminal)

    def close(self) -> None:
        """Let go of the wire; the job goes on."""
        self._stream.close()
        if self._answer is not None:
            self._answer.close()
            self._answer = None

    def _wait(self, deadline: float | None) -> Signalled | DeadlinePassed | None:
        readers: list[int] = [] if self._output_ended else [self._stream.fileno()]
        writers = [self._stream.fileno()] if self._pending or self._ends_input else []
        if self._answer is not None:
            readers.append(self._answer.fileno())
        if self._stdin is not None and not self._pending:
            readers.append(self._stdin.fileno())
        wake = self._interruptions.fileno()
        readers.append(wake)
        has_pending = not self._output_ended and self._stream.has_pending
        seconds = 0 if has_pending else self._seconds_until(deadline)
        ready, writable, _ = select.select([fd for fd in readers if fd >= 0], writers, [], seconds)
        if wake in ready and (signalled := self._interruptions.take()):
            return signalled
        if writable:
            self._send()
        if has_pending or (not self._output_ended and self._stream.fileno() in ready):
            self._receive()
        if self._answer is not None and self._answer.fileno() in ready:
            self._take_answer()
        if self._stdin is not None and self._stdin.fileno() in ready:
            self._read_input()
        if deadline is not None and self._monotonic() >= deadline and self._exit_status is None:
            return DeadlinePassed()
        if not has_pending and not ready and not writable and self._exit_status is not None:
            self._output_ended = True  # the job is gone, and for a while nothing has come
        return None

    def _seconds_until(self, deadline: float | None) -> float | None:
        if self._exit_status is not None:
            return _DRAIN_SECONDS
        return None if deadline is None else max(0.0, deadline - self._monotonic())

    def _receive(self) -> None:
        chunk = self._stream.receive(_RECEIVE)
        if chunk is None:
            return
        if chunk:
            self._output.feed(chunk)
            return
        self._output_ended = True
        self._forget_input()
        if self._exit_status is None:
            self._look()

    def _look(self) -> None:
        """The output has ended: with the job, or because the job closed it, or because the wire broke."""
        try:
            self._exit_status = self._job.exited()
        except (WireBroken, WireUnreachable) as error:
            raise EngineLost("the run", why=str(error)) from None

    def _take_answer(self) -> None:
        """Docker sends the head of its answer at once, and the body at the job's end; Podman both at the end."""
        if isinstance(self._answer, Pending) and not self._answer.is_here():
            return
        answer, self._answer = self._answer, None
        assert answer is not None
        try:
            response = answer if isinstance(answer, Response) else answer.answer()
            if not response.has_begun and not isinstance(answer, Response):
                self._answer = response
                return
            with response:
                self._exit_status = self._job.exit_status(response)
        except WireBroken as error:
            self._look()
            if self._exit_status is None:  # the job goes on, and nobody knows what it said meanwhile
                raise EngineLost("the run", why=str(error)) from None

    def _read_input(self) -> None:
        assert self._stdin is not None
        chunk = self._stdin.read(_READ)
        if chunk:
            self._pending = memoryview(chunk)
            self._send()
        else:
            self._end_input()

    def _send(self) -> None:
        if self._ends_input:
            self._end_input()
            return
        try:
            self._pending = self._pending[self._stream.send(self._pending) :]
        except OSError:  # the job reads no more, or has ended
            self._forget_input()

    def _end_input(self) -> None:
        self._stdin = None
        self._ends_input = not self._stream.end_input()

    def _forget_input(self) -> None:
        self._stdin = None
        self._pending = memoryview(b"")
        self._ends_input = False
