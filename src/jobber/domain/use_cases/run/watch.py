"""Watch a job until it ends: its output, its time limit, and the signals for it."""

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
    """Raised when the user detaches; the container keeps running."""

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
    """The time in seconds between SIGTERM and SIGKILL at a timeout."""
    log: BinaryIO | None = None
    """The file for the output; None if it is not stored."""
    on_end: Callable[[Outcome], None] = field(default=lambda _: None)
    """A function called with the reason before the job is asked to end."""
    ends_early: Outcome | None = None
    """The reason for asking the job to end; the first reason is kept."""
    terminated: bool = False
    """True if the SIGTERM of the time limit has been sent."""
    signals: int = 0
    deadline: float | None = None
    log_failure: OSError | None = None
    was_disturbed: bool = False
    """True if the connection broke meanwhile, so that the job may have ended long ago."""
    undelivered: str | None = None
    """A signal for the job that will be sent when the engine can be reached again."""

    def until_exit(self, attachment: Attachment, *, timeout: float | None) -> tuple[int, Outcome]:
        """Forward everything until the job has ended, and return its exit status and outcome.

        Raises `Detached`, `EngineLost`, and after the job's end `LogLost` if its output could not be stored.
        """
        self.deadline = None if timeout is None else self.clock.monotonic() + timeout
        while True:
            match attachment.next(deadline=self.deadline):
                case Output() as output:
                    self._pass_on(output)
                case TerminationSignal() | ForwardedSignal() as received:
                    self._on_signal(received)
                case DeadlinePassed():
                    self._time_out()
                case Resized():
                    if (terminal := self.console.terminal) is not None:
                        attachment.resize(terminal)
                case ConnectionEvent() as disturbed:
                    self._report(disturbed)
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
        except OSError as error:  # a full local disk must not end a job on the engine
            self.log_failure = error

    def _on_signal(self, received: TerminationSignal | ForwardedSignal) -> None:
        if isinstance(received, ForwardedSignal):
            self._forward(received.signal)
        else:
            self._interrupt(received.signal)

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

    def _forward(self, signal: str) -> None:
        with suppress(EngineLost):  # as for a signal to a process that has ended
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
            with suppress(EngineLost):  # the reason is then lost if this process is killed too
                self.on_end(outcome)
        self._send(signal)

    def _send(self, signal: str) -> None:
        try:
            self.containers.signal(self.container, signal=signal)
        except EngineLost:
            self.undelivered = signal

    def _report(self, disturbed: ConnectionEvent) -> None:
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
    """A watch that does not forward signals to the job."""

    def _interrupt(self, signal: str) -> None:
        raise Detached(signal)

    def _forward(self, signal: str) -> None:
        """Do not forward the signal."""


def take_signal(interruptions: Interruptions) -> str | None:
    """Return the pending termination signal, if any."""
    while (event := interruptions.take()) is not None:
        if isinstance(event, TerminationSignal):
            return event.signal
    return None
