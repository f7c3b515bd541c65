"""Events of a running job."""

from __future__ import annotations

from enum import Enum

from jobber.domain.values import frozen


class Stream(Enum):
    """The output stream of a job. A job with a terminal writes everything to stdout."""

    STDOUT = 1
    STDERR = 2


@frozen
class Output:
    """A chunk of the job's output, unchanged."""

    stream: Stream
    chunk: bytes


@frozen
class Exited:
    """The end of the job, after all its output was received."""

    exit_status: int


@frozen
class TerminationSignal:
    """A termination signal that jobber received; `count` is the number of such signals so far."""

    signal: str
    """The signal's name: `SIGINT`, `SIGTERM` or `SIGHUP`."""
    count: int


@frozen
class ForwardedSignal:
    """A signal that jobber forwards to the job unchanged, for example a notice from a scheduler."""

    signal: str
    """The signal's name, one of `FORWARDED_SIGNALS`."""


FORWARDED_SIGNALS = ("SIGUSR1", "SIGUSR2", "SIGQUIT")


@frozen
class DeadlinePassed:
    """The deadline given to `next` has passed."""


@frozen
class Resized:
    """A change of the size of jobber's terminal."""


class ConnectionProblem(Enum):
    """A problem of the connection to a job that continues; the values are the names of the events for the user."""

    CONNECTION_LOST = "connection-lost"
    """The connection to the engine is lost; jobber tries to reconnect for a while."""
    CONNECTION_RESTORED = "connection-restored"
    LOG_UNREADABLE = "log-unreadable"
    """The engine keeps no log: output that the job writes during a disconnection is lost."""
    LOG_CUT = "log-cut"
    """The engine's log has lost the output that follows the part already received."""
    LOG_EMPTIED = "log-emptied"
    """The engine empties its log at a limit: output may be missing, and nothing shows whether it is."""
    INPUT_CUT = "input-cut"
    """The job's standard input was closed before all input was sent."""


@frozen
class ConnectionEvent:
    """A problem of the connection, or its end."""

    disturbance: ConnectionProblem
    why: str = ""


JobEvent = Output | Exited | TerminationSignal | ForwardedSignal | DeadlinePassed | Resized | ConnectionEvent
