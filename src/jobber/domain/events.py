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
class Signalled:
    """Somebody wants the run to end: the first, second, third time."""

    signal: str
    """`SIGINT`, `SIGTERM`, `SIGHUP`."""
    count: int


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The time that was given to `next` is over."""


JobEvent = Output | Exited | Signalled | DeadlinePassed
