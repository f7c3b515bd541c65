"""The calls about one container that an attachment needs and that differ between engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from jobber.adapters.engine_api.response import Pending, Response
    from jobber.adapters.job_stream.frames import RawOutput
    from jobber.adapters.job_stream.replay import Tally
    from jobber.adapters.job_stream.streams import Outlet
    from jobber.domain.containers.container import Terminal

NO_DETACH_KEYS = "ctrl-^,ctrl-@,ctrl-^,ctrl-@"
"""Detach keys that nobody types.

With the engine's default keys, a shell's ^P would wait for the next key, and ^P^Q would end the run.
"""


class AttachedJob(Protocol):
    """One container in the form for an attachment."""

    @property
    def has_terminal(self) -> bool:
        """Return whether the job has a terminal."""

    @property
    def patience(self) -> float:
        """The time, in seconds, for which jobber retries an engine that does not answer."""

    @property
    def forgets_output(self) -> bool:
        """Return whether the engine's log may lose its beginning."""

    def tally(self) -> Tally:
        """Return a tally that counts the output as the engine's log would.

        It keeps tails if the log may lose its beginning.
        """

    def is_complaint(self, frame: bytes) -> bool:
        """Return whether this stderr frame is an error message of the engine and not output of the job."""

    def wait(self, *, is_started: bool) -> Pending | Response:
        """Request the container's end without waiting for it; `is_started` is whether the job may already have ended.

        After the call no end is missed.
        """

    def exit_status(self, answer: Response) -> int:
        """Return the exit status from that response."""

    def exited(self) -> int | None:
        """Return the exit status if the container has ended; None while it runs."""

    def attach(self, *, output: bool) -> Outlet:
        """Open a raw stream to the running job, for its input and, if `output` is set, for its output from now on."""

    def log(self, *, follow: bool) -> tuple[Outlet, RawOutput]:
        """Return the engine's log from the beginning, and its reader. Raises `LogUnreadable`."""

    def resize(self, terminal: Terminal) -> None:
        """Set the size of the job's terminal."""
