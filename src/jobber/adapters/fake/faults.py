"""Faults of a fake engine, injected by tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from jobber.adapters.fake.choices import check_known
from jobber.domain.containers.events import ConnectionEvent, ConnectionProblem
from jobber.domain.errors import EngineFailed, EngineLost

if TYPE_CHECKING:
    from jobber.adapters.fake.jobs.interruptions import FakeInterruptions
    from jobber.domain.errors import JobberError

Phase = Literal[
    "archive", "attach", "build", "claim", "claim-run", "commit", "copies", "create", "discard", "facts", "follow",
    "inspect", "inspect-container", "leftovers", "list", "list-images", "logs", "note-end", "provide", "pull", "push",
    "read", "remove", "remove-image", "results", "signal", "start", "stream", "sweep", "tag",
]  # fmt: skip
"""Name of a call to the engine, as in the journal; `stream` is each wait for the job's next output."""

Signal = Literal["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT"]
"""Name of a signal that jobber handles: the first three end a run, jobber forwards the others to the job."""

_FILLS_THE_DISK = frozenset(("build", "pull", "provide", "create", "commit"))
_ABOUT_THE_JOB = frozenset(("signal", "note-end"))
_FULL = "no space left on device"
_REFUSED = "connection refused"


@dataclass(slots=True)
class _Fault:
    """An injected error that waits for its call."""

    call: str
    error: JobberError
    after: bool
    times: int
    spared: int = 0
    """Number of successful calls before the first failure."""


@dataclass(slots=True)
class _BrokenLine:
    """A temporary loss of the connection."""

    after: int
    """Number of output pieces before the loss."""
    seconds: float
    mended_at: float | None = None
    """Time of the reconnection on the clock's `monotonic`; None before the loss."""


@dataclass(slots=True)
class Faults:
    """The faults of one fake engine. Each method changes the engine's behaviour from that call on."""

    interruptions: FakeInterruptions
    _waiting: list[_Fault] = field(default_factory=list)
    _signals: list[tuple[str, str]] = field(default_factory=list)
    _disk_is_full: bool = False
    _is_gone: bool = False
    _goes_at: str = ""
    _line: _BrokenLine | None = None
    _memory: float | None = None

    @property
    def mended_at(self) -> float | None:
        """The time at which a lost connection is restored; None without a lost connection."""
        return self._line.mended_at if self._line else None

    @property
    def is_gone(self) -> bool:
        """True if the engine fails all calls."""
        return self._is_gone

    def fail(self, call: str, error: JobberError, *, times: int = 1, after: bool = False, spared: int = 0) -> None:
        """Make a call fail.

        Args:
            call: The name of the call, one of `Phase`.
            error: The error to raise.
            times: Number of calls that fail. Default: 1.
            after: Whether the call fails after it has done its work. Default: False.
            spared: Number of successful calls before the first failure. Default: 0.

        Raises:
            ValueError: There is no such call.

        """
        _check_call(call)
        self._waiting.append(_Fault(call, error, after, times, spared))

    def lose_output(self, *, after: int = 0) -> None:
        """End the connection to the running job.

        The run ends with `EngineLost`; the container continues, so that `jobber recover` can finish the run.

        Args:
            after: Number of output pieces before the connection ends. Default: 0.

        """
        self.fail("stream", EngineLost("the run", why="the output ended early"), spared=after)

    def break_line(self, *, after: int = 0, seconds: float = 1.0) -> None:
        """Interrupt the connection to the running job, and restore it later.

        No output is lost. Until the connection is restored, jobber's requests about the job raise `EngineLost`.

        Args:
            after: Number of output pieces before the interruption. Default: 0.
            seconds: Duration of the interruption in seconds of the fake clock. Default: 1.

        """
        self._line = _BrokenLine(after, seconds)

    def disturbance(self, *, seen: int, now: float) -> ConnectionEvent | None:
        """Return the connection event that is due.

        Args:
            seen: Number of output pieces delivered so far.
            now: The time on the clock's `monotonic`.

        Returns:
            The loss or the restoration of the connection; None if neither is due.

        """
        line = self._line
        if line is None:
            return None
        if line.mended_at is None and seen >= line.after:
            line.mended_at = now + line.seconds
            return ConnectionEvent(ConnectionProblem.CONNECTION_LOST, _REFUSED)
        if line.mended_at is not None and now >= line.mended_at:
            self._line = None
            return ConnectionEvent(ConnectionProblem.CONNECTION_RESTORED)
        return None

    def time_out(self, call: Phase = "commit") -> None:
        """Make a call do its work and then raise `EngineLost`, once.

        Args:
            call: The name of the call. Default: `commit`.

        Raises:
            ValueError: There is no such call.

        """
        self.fail(call, EngineLost(call, why="timed out"), after=True)

    def disappear(self, *, at: Phase | None = None) -> None:
        """Make the engine fail every call with `EngineLost`, until `reappear`.

        Args:
            at: The name of the call from which on calls fail. Default: None, for all calls from now on.

        Raises:
            ValueError: There is no such call.

        """
        if at is not None:
            _check_call(at)
        self._is_gone = at is None
        self._goes_at = at or ""

    def reappear(self) -> None:
        """Make the engine respond again, with its state unchanged."""
        self._is_gone, self._goes_at = False, ""

    @property
    def disk_is_full(self) -> bool:
        """True if the engine's disk is full."""
        return self._disk_is_full

    def fill_disk(self) -> None:
        """Fill the engine's disk: every call that needs disk space raises `EngineFailed`, until `free_disk`.

        The engine's logs omit the output that jobs write meanwhile.
        """
        self._disk_is_full = True

    def free_disk(self) -> None:
        """Free the engine's disk."""
        self._disk_is_full = False

    def exhaust_memory(self, *, after: float = 0.0) -> None:
        """Make the next job that starts run out of memory: the kernel kills it (exit status 137).

        A job that ends earlier is not affected. A program can do the same with `job.run_out_of_memory()`.

        Args:
            after: Time of the kill, in seconds after the job's start. Default: 0.

        """
        self._memory = after

    def take_memory(self) -> float | None:
        """Return the time at which the starting job runs out of memory, and clear it.

        Returns:
            The time in seconds after the start; None for never.

        """
        seconds, self._memory = self._memory, None
        return seconds

    def signal(self, signal: Signal, *, at: Phase) -> None:
        """Send a signal to jobber during the next call with this name.

        Args:
            signal: The name of the signal.
            at: The name of the call.

        Raises:
            ValueError: The signal or the call is unknown.

        """
        check_known(signal, known=get_args(Signal), what="signal that jobber takes,")
        _check_call(at)
        self._signals.append((at, signal))

    def strike_before(self, call: str) -> None:
        """Apply the faults at the start of a call.

        Args:
            call: The name of the call.

        Raises:
            EngineLost: The engine is unreachable.
            EngineFailed: The engine's disk is full.
            JobberError: An error that the test injected.

        """
        if self._goes_at == call:
            self._is_gone = True
        if self._is_gone or (call in _ABOUT_THE_JOB and self.mended_at is not None):
            raise EngineLost(call, why=_REFUSED)
        if self._disk_is_full and call in _FILLS_THE_DISK:
            raise EngineFailed(call, why=_FULL)
        if self._signals:
            self._send(call)
        self._strike(call, after=False)

    def strike_after(self, call: str) -> None:
        """Apply the faults after a call has done its work.

        Args:
            call: The name of the call.

        Raises:
            JobberError: An error that the test injected.

        """
        self._strike(call, after=True)

    def _send(self, call: str) -> None:
        for planned in [planned for planned in self._signals if planned[0] == call]:
            self._signals.remove(planned)
            self.interruptions.deliver(planned[1])

    def _strike(self, call: str, *, after: bool) -> None:
        for fault in self._waiting:
            if fault.call != call or fault.after is not after or fault.times <= 0:
                continue
            if fault.spared:
                fault.spared -= 1
                continue
            fault.times -= 1
            raise fault.error


def _check_call(call: str) -> None:
    check_known(call, known=get_args(Phase), what="call")
