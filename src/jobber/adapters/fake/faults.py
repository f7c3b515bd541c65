"""What goes wrong on a fake engine, on demand."""

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
"""A call to the engine, as the journal names it; `stream` is each wait for the job's next output."""

Signal = Literal["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT"]
"""A signal that jobber takes: the first three end a run, the others are the job's."""

_FILLS_THE_DISK = frozenset(("build", "pull", "provide", "create", "commit"))
_ABOUT_THE_JOB = frozenset(("signal", "note-end"))
_FULL = "no space left on device"
_GONE = "connection refused"


@dataclass(slots=True)
class _Fault:
    """An error that waits for its call."""

    call: str
    error: JobberError
    after: bool
    times: int
    spared: int = 0
    """How many calls go well before the first that fails."""


@dataclass(slots=True)
class _BrokenLine:
    """A connection that breaks, and is mended."""

    after: int
    """How many pieces of output come before."""
    seconds: float
    mended_at: float | None = None
    """On the clock's `monotonic`, once it is broken."""


@dataclass(slots=True)
class Faults:
    """The faults of one fake engine: each of its methods lets something go wrong from then on."""

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
        """When a line that is broken will be mended."""
        return self._line.mended_at if self._line else None

    @property
    def is_gone(self) -> bool:
        """Whether the engine answers nothing."""
        return self._is_gone

    def fail(self, call: str, error: JobberError, *, times: int = 1, after: bool = False, spared: int = 0) -> None:
        """Let a call fail, `spared` calls later, `times` times; with `after`, when it has done its work."""
        _check_call(call)
        self._waiting.append(_Fault(call, error, after, times, spared))

    def lose_output(self, *, after: int = 0) -> None:
        """Let the connection to the running job end, when `after` pieces of its output have come.

        The run ends with `EngineLost`; the container goes on, for `jobber recover`.
        """
        self.fail("stream", EngineLost("the run", why="the output ended early"), spared=after)

    def break_line(self, *, after: int = 0, seconds: float = 1.0) -> None:
        """Let the connection to the running job break, when `after` pieces of its output have come, and be mended.

        Nothing of the output is lost; what jobber asks of the job in those seconds is `EngineLost`.
        """
        self._line = _BrokenLine(after, seconds)

    def disturbance(self, *, seen: int, now: float) -> ConnectionEvent | None:
        """What happens to a connection that has given so many pieces of output."""
        line = self._line
        if line is None:
            return None
        if line.mended_at is None and seen >= line.after:
            line.mended_at = now + line.seconds
            return ConnectionEvent(ConnectionProblem.CONNECTION_LOST, _GONE)
        if line.mended_at is not None and now >= line.mended_at:
            self._line = None
            return ConnectionEvent(ConnectionProblem.CONNECTION_RESTORED)
        return None

    def time_out(self, call: Phase = "commit") -> None:
        """Let a call do all its work, and its answer get lost: `EngineLost`, once."""
        self.fail(call, EngineLost(call, why="timed out"), after=True)

    def disappear(self, *, at: Phase | None = None) -> None:
        """Let the engine be gone, at once or from a call on: every call is an `EngineLost`, until `reappear`."""
        if at is not None:
            _check_call(at)
        self._is_gone = at is None
        self._goes_at = at or ""

    def reappear(self) -> None:
        """Let the engine answer again; all that it had is there."""
        self._is_gone, self._goes_at = False, ""

    @property
    def disk_is_full(self) -> bool:
        """Whether the engine has no room."""
        return self._disk_is_full

    def fill_disk(self) -> None:
        """Let every call that needs room on the engine's disk be an `EngineFailed`, until `free_disk`.

        What jobs say meanwhile is in no log of the engine's.
        """
        self._disk_is_full = True

    def free_disk(self) -> None:
        """Let there be room again."""
        self._disk_is_full = False

    def exhaust_memory(self, *, after: float = 0.0) -> None:
        """Let the next job that starts run out of memory: the kernel kills it `after` so many seconds (status 137).

        A job that ends before that ends as it would. A program says the same with `job.run_out_of_memory()`.
        """
        self._memory = after

    def take_memory(self) -> float | None:
        """Return when the job that starts now runs out of memory, in seconds, and forget it; None for never."""
        seconds, self._memory = self._memory, None
        return seconds

    def signal(self, signal: Signal, *, at: Phase) -> None:
        """Let a signal reach jobber when it makes this call the next time."""
        check_known(signal, known=get_args(Signal), what="signal that jobber takes,")
        _check_call(at)
        self._signals.append((at, signal))

    def strike_before(self, call: str) -> None:
        """What happens to a call that begins. Raises what the call is to fail with."""
        if self._goes_at == call:
            self._is_gone = True
        if self._is_gone or (call in _ABOUT_THE_JOB and self.mended_at is not None):
            raise EngineLost(call, why=_GONE)
        if self._disk_is_full and call in _FILLS_THE_DISK:
            raise EngineFailed(call, why=_FULL)
        if self._signals:
            self._send(call)
        self._strike(call, after=False)

    def strike_after(self, call: str) -> None:
        """What happens to a call that has done its work. Raises what the call is to fail with."""
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
