"""Programs as Python callables: what they see, and what they do in which second.

A program runs to its end at once when its container starts; all that it does is noted with the time at which it
does it. Whoever watches sees that timeline go by on the fake clock, and a signal that ends the job cuts it there,
file system included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.events import Output, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobber.adapters.fake.files import Files, Layer
    from jobber.domain.container import Terminal

KILLED = 137
"""What a job that SIGKILL ended exits with."""


class JobExit(Exception):
    """The program ends itself in the middle."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Timeline:
    """What a job does, and when: seconds since its start."""

    outputs: list[tuple[float, Output]] = field(default_factory=list)
    unnoted: set[int] = field(default_factory=set)
    """Which of the outputs are in no log, for the engine had no room."""
    layers: list[tuple[float, Layer]] = field(default_factory=list)
    """The container's layer as it was from then on."""
    reactions: dict[str, int] = field(default_factory=dict)
    """Signals that end it, with the exit status; others than SIGKILL do nothing to a container's first process."""
    end: float = 0.0
    exit_status: int = 0

    def cut(self, moment: float, *, exit_status: int) -> None:
        """Let it end now; what it would have done later never happens."""
        self.outputs = [item for item in self.outputs if item[0] <= moment]
        self.layers = [item for item in self.layers if item[0] <= moment]
        self.end = moment
        self.exit_status = exit_status


class Job:
    """What a program is given."""

    def __init__(
        self,
        *,
        argv: tuple[str, ...],
        environment: Mapping[str, str],
        workdir: str,
        user: str,
        files: Files,
        stdin: bytes,
        hostname: str,
        terminal: Terminal | None = None,
        is_noted: Callable[[], bool] = lambda: True,
    ) -> None:
        self.argv = argv
        self.environment = environment
        self.workdir = workdir
        self.user = user
        self.files = files
        self.stdin = stdin
        self.hostname = hostname
        self.terminal = terminal
        """The size of its terminal; None without one."""
        self._is_noted = is_noted
        self.timeline = Timeline()
        self._now = 0.0
        self._says_nothing = False

    def say(self, text: str | bytes) -> None:
        """Write to stdout, as it is."""
        self._write(Stream.STDOUT, text)

    def complain(self, text: str | bytes) -> None:
        """Write to stderr, as it is; with a terminal it comes on stdout as well."""
        self._write(Stream.STDERR, text)

    def close_output(self) -> None:
        """Say nothing more, and go on."""
        self._says_nothing = True

    def sleep(self, seconds: float) -> None:
        """Let time pass; what was written before stays even if the job is ended now."""
        self.timeline.layers.append((self._now, dict(self.files.top)))
        self._now += seconds

    def on_signal(self, signal: str, exit_status: int) -> None:
        """End with this status when the signal comes."""
        self.timeline.reactions[signal] = exit_status

    def exit(self, status: int) -> None:
        """End here."""
        raise JobExit(status)

    def run(self, program: object) -> Timeline:
        """Let a program do all that it does, and note it."""
        assert callable(program)
        try:
            status = program(self)
        except JobExit as ended:
            status = ended.status
        self.timeline.layers.append((self._now, dict(self.files.top)))
        self.timeline.end = self._now
        self.timeline.exit_status = int(status or 0)
        return self.timeline

    def _write(self, stream: Stream, text: str | bytes) -> None:
        chunk = text.encode() if isinstance(text, str) else text
        if self.terminal is not None:
            stream, chunk = Stream.STDOUT, chunk.replace(b"\n", b"\r\n")
        if chunk and not self._says_nothing:
            if not self._is_noted():
                self.timeline.unnoted.add(len(self.timeline.outputs))
            self.timeline.outputs.append((self._now, Output(stream, chunk)))
