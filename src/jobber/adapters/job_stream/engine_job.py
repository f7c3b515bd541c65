"""What an attachment asks of one container, and each engine answers in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from jobber.adapters.job_stream.frames import RawOutput
    from jobber.adapters.job_stream.replay import Tally
    from jobber.adapters.job_stream.streams import Outlet
    from jobber.adapters.wire import Pending, Response
    from jobber.domain.containers.container import Terminal

NO_DETACH_KEYS = "ctrl-^,ctrl-@,ctrl-^,ctrl-@"
"""Keys that nobody types: by the engine's own, a shell's ^P waits for the next key, and ^P^Q ends the run."""


class AttachedJob(Protocol):
    """What an engine's adapter knows of one container."""

    @property
    def has_terminal(self) -> bool:
        """Whether the job has a terminal."""

    @property
    def patience(self) -> float:
        """For how many seconds an engine that does not answer is tried again."""

    @property
    def forgets_output(self) -> bool:
        """Whether the engine's log may lose its beginning."""

    def tally(self) -> Tally:
        """What counts the output as the engine's log would, and keeps tails where that may lose its beginning."""

    def is_complaint(self, frame: bytes) -> bool:
        """Whether this, as the job's, is what the engine itself says of a line with which it can't go on."""

    def wait(self, *, is_started: bool) -> Pending | Response:
        """Ask for the container's end, without waiting for it; `is_started` tells whether it may be over already.

        From then on no end is missed.
        """

    def exit_status(self, answer: Response) -> int:
        """Read that answer."""

    def exited(self) -> int | None:
        """Look whether it has ended, and with what; None while it runs."""

    def attach(self, *, output: bool) -> Outlet:
        """A raw stream to the running job, for its input and, if wanted, for what it says from now on."""

    def log(self, *, follow: bool) -> tuple[Outlet, RawOutput]:
        """The engine's log from the beginning, and what reads it. Raises `LogUnreadable`."""

    def resize(self, terminal: Terminal) -> None:
        """Tell its terminal a new size."""
