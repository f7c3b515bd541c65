"""Watch a job until it ends: its output, its time limit, and the signals that are meant for it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from jobber.domain.containers.events import (
    ConnectionEvent,
    ConnectionProblem,
    DeadlinePassed,
    Exited,
    ForwardedSignal,
    Output,
    Resized,
    TerminationSignal,
)
from jobber.domain.errors import EngineLost, LogLost
from jobber.domain.runs.policy import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from jobber.domain.containers.container import ContainerId
    from jobber.domain.ports import Attachment, Clock, Console, Containers, Interruptions
    from jobber.domain.ports.progress import Progress


_SECOND = 2


class Detached(Exception):
    """We were asked not to wait any longer: the container is left to itself."""

    def __init__(self, signal: str) -> None:
        super().__init__(signal)
        self.signal = signal


@dataclass(slots=True)
class Watch:
    """The state of watching one job."""

    containers: Containers
    container: ContainerId
    console: Console
    clock: Clock
    progress: Progress
    grace: float
    """Seconds between SIGTERM and SIGKILL at a timeout."""
    log: BinaryIO | None = None
    """Where the output is kept, if it is."""
    on_end: Callable[[Outcome], None] = field(default=lambda _: None)
    """Told why the job is asked to end, before it is."""
    ends_early: Outcome | None = None
    """Why the job was asked to end, once it was: the first reason counts."""
    terminated: bool = False
    """Whether the time limit's SIGTERM has been sent."""
    signals: int = 0
    deadline: float | None = None
    log_failure: OSError | None = None
    was_disturbed: bool = False
    """Whether the wire broke meanwhile, so that the job's end may be long ago."""
    undelivered: str | None = None
    """A signal for the job that waits for the engine to be back."""

    def until_exit(self, attachment: Attachment, *, timeout: float | None) -> tuple[int, Outcome]:
        """Pass everything on until the job has ended; its exit status and what that means.

        Raises `Detached`, `EngineLost`, and, when the job has ended, `LogLost` where its output could not be kept.
        """
        self.deadline = None if timeout is None else self.clock.monotonic() + timeout
        while True:
            match attachment.next(deadline=self.deadline):
                case Output() as output:
                    self._pass_on(output)
                case TerminationSignal() | ForwardedSignal() as heard:
                    self._hear(heard)
                case DeadlinePassed():
                    self._time_out()
                case Resized():
                    if (terminal := self.console.terminal) is not None:
                        attachment.resize(terminal)
                case ConnectionEvent() as disturbed:
                    self._tell(disturbed)
                case Exited(exit_status=exit_status):
                    if self.log_failure is not None:
                        raise LogLost((self.log_failure.strerror or str(self.log_failure)).lower())
                    return exit_status, self._outcome(exit_status)
                case _ as never:
                    assert_never(never)

    def _pass_on(self, output: Output) -> None:
        self.console.write(output)
        if self.log_failure is not None or self.log is None:
            return
        try:
            self.log.write(output.chunk)
        except OSError as error:  # a full disk here must not end a job over there
            self.log_failure = error

    def _hear(self, heard: TerminationSignal | ForwardedSignal) -> None:
        if isinstance(heard, ForwardedSignal):
            self._hand_on(heard.signal)
        else:
            self._interrupt(heard.signal)

    def _interrupt(self, signal: str) -> None:
        self.signals += 1
        if self.signals == 1:
            self._end(Outcome.INTERRUPTED, signal)
            self.progress.note("passed-on", signal=signal)
        elif self.signals == _SECOND:
            self.progress.note("killed", signal=signal)
            self._send("SIGKILL")
        else:
            raise Detached(signal)

    def _hand_on(self, signal: str) -> None:
        with suppress(EngineLost):  # as a signal to a process that is gone
            self.containers.signal(self.container, signal=signal)

    def _time_out(self) -> None:
        self.deadline = None if self.terminated else self.clock.monotonic() + self.grace
        if self.terminated:
            self.progress.note("still-there", seconds=f"{self.grace:g}")
            self._send("SIGKILL")
            return
        self.terminated = True
        self.progress.note("out-of-time", seconds=f"{self.grace:g}")
        self._end(Outcome.TIMED_OUT, "SIGTERM")

    def _end(self, outcome: Outcome, signal: str) -> None:
        if self.ends_early is None:
            self.ends_early = outcome
            with suppress(EngineLost):  # then nobody else will know, should we be killed as well
                self.on_end(outcome)
        self._send(signal)

    def _send(self, signal: str) -> None:
        try:
            self.containers.signal(self.container, signal=signal)
        except EngineLost:
            self.undelivered = signal

    def _tell(self, disturbed: ConnectionEvent) -> None:
        self.was_disturbed = True
        self.progress.warn(disturbed.disturbance.value, why=disturbed.why)
        if disturbed.disturbance is ConnectionProblem.CONNECTION_RESTORED:
            signal, self.undelivered = self.undelivered, None
            if signal is not None:
                self._send(signal)

    def _outcome(self, exit_status: int) -> Outcome:
        if self.ends_early is not None:
            return self.ends_early
        return Outcome.SUCCEEDED if exit_status == 0 else Outcome.FAILED


@dataclass(slots=True)
class PassiveWatch(Watch):
    """One who only looks on: a signal to us is not meant for the job."""

    def _interrupt(self, signal: str) -> None:
        raise Detached(signal)

    def _hand_on(self, signal: str) -> None:
        """Leave it."""


def take_signal(interruptions: Interruptions) -> str | None:
    """The signal that waits for us, if any."""
    while (event := interruptions.take()) is not None:
        if isinstance(event, TerminationSignal):
            return event.signal
    return None
