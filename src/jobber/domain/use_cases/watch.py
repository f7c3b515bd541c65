"""Watch a job until it ends: its output, its time limit, and the signals that are meant for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from jobber.domain.errors import LogLost
from jobber.domain.events import DeadlinePassed, Exited, Output, Signalled
from jobber.domain.policy import Outcome

if TYPE_CHECKING:
    from typing import BinaryIO

    from jobber.domain.container import ContainerId
    from jobber.domain.ports import Attachment, Clock, Console, Containers


_SECOND = 2


class Abandoned(Exception):
    """The third signal came: the container is left to itself."""

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
    log: BinaryIO
    grace: float
    """Seconds between SIGTERM and SIGKILL at a timeout."""
    ends_early: Outcome | None = None
    """Why the job was asked to end, once it was: the first reason counts."""
    terminated: bool = False
    """Whether the time limit's SIGTERM has been sent."""
    signals: int = 0
    deadline: float | None = None
    log_failure: OSError | None = None

    def until_exit(self, attachment: Attachment, *, timeout: float | None) -> tuple[int, Outcome]:
        """Pass everything on until the job has ended; its exit status and what that means.

        Raises `Abandoned`, `EngineLost`, and, when the job has ended, `LogLost` where its output could not be kept.
        """
        self.deadline = None if timeout is None else self.clock.monotonic() + timeout
        while True:
            match attachment.next(deadline=self.deadline):
                case Output() as output:
                    self._pass_on(output)
                case Signalled(signal=signal):
                    self._interrupt(signal)
                case DeadlinePassed():
                    self._time_out()
                case Exited(exit_status=exit_status):
                    if self.log_failure is not None:
                        raise LogLost(str(self.log_failure))
                    return exit_status, self._outcome(exit_status)
                case _ as never:
                    assert_never(never)

    def _pass_on(self, output: Output) -> None:
        self.console.write(output)
        if self.log_failure is not None:
            return
        try:
            self.log.write(output.chunk)
        except OSError as error:  # a full disk here must not end a job over there
            self.log_failure = error

    def _interrupt(self, signal: str) -> None:
        self.signals += 1
        if self.signals == 1:
            self.ends_early = self.ends_early or Outcome.INTERRUPTED
            self.containers.signal(self.container, signal=signal)
        elif self.signals == _SECOND:
            self.containers.signal(self.container, signal="SIGKILL")
        else:
            raise Abandoned(signal)

    def _time_out(self) -> None:
        self.ends_early = self.ends_early or Outcome.TIMED_OUT
        self.deadline = None if self.terminated else self.clock.monotonic() + self.grace
        self.containers.signal(self.container, signal="SIGKILL" if self.terminated else "SIGTERM")
        self.terminated = True

    def _outcome(self, exit_status: int) -> Outcome:
        if self.ends_early is not None:
            return self.ends_early
        return Outcome.SUCCEEDED if exit_status == 0 else Outcome.FAILED
