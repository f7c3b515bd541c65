"""What a running job can do to the one who watches it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Stream(Enum):
    """The two outputs of a job; with a terminal all of it comes on stdout."""

    STDOUT = 1
    STDERR = 2


@dataclass(frozen=True, slots=True)
class Output:
    """Bytes of the job's output, as they came."""

    stream: Stream
    chunk: bytes


@dataclass(frozen=True, slots=True)
class Exited:
    """The job has ended and all its output has been seen."""

    exit_status: int


@dataclass(frozen=True, slots=True)
class TerminationSignal:
    """Somebody wants the run to end: the first, second, third time."""

    signal: str
    """`SIGINT`, `SIGTERM`, `SIGHUP`."""
    count: int


@dataclass(frozen=True, slots=True)
class ForwardedSignal:
    """A signal that means nothing to jobber, and perhaps something to the job: a scheduler's notice, for example."""

    signal: str
    """One of `FORWARDED_SIGNALS`."""


FORWARDED_SIGNALS = ("SIGUSR1", "SIGUSR2", "SIGQUIT")


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The time that was given to `next` is over."""


@dataclass(frozen=True, slots=True)
class Resized:
    """Our terminal has another size now."""


class ConnectionProblem(Enum):
    """What can go wrong on the wire to a job that goes on; the values are the events that the user hears of."""

    CONNECTION_LOST = "connection-lost"
    """The engine is out of reach; it is tried again for a while."""
    CONNECTION_RESTORED = "connection-restored"
    LOG_UNREADABLE = "log-unreadable"
    """The engine keeps no log: what the job says while nobody listens can't be had."""
    LOG_CUT = "log-cut"
    """The engine's log has lost what comes after that which was heard."""
    INPUT_CUT = "input-cut"
    """The job has found the end of its input before it was there."""


@dataclass(frozen=True, slots=True)
class ConnectionEvent:
    """Something happened to the wire."""

    disturbance: ConnectionProblem
    why: str = ""


JobEvent = Output | Exited | TerminationSignal | ForwardedSignal | DeadlinePassed | Resized | ConnectionEvent
