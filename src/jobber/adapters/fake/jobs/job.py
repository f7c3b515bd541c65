"""Programs as Python callables: what they see, and what they do in which second.

A program runs to its end at once when its container starts; all that it does is noted with the time at which it
does it. Whoever watches sees that timeline go by on the fake clock, and a signal that ends the job cuts it there,
file system included. What it raises ends it, as it would end Python.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.working_files import WorkingFiles
from jobber.adapters.fake.jobs.captured_output import prints_going_to
from jobber.adapters.fake.jobs.exit_status import FAILED, STATUS, ends_the_test, exit_status, exit_status_of_exit, told
from jobber.domain.containers.events import Output, Stream
from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.fake.filesystem.files import Files
    from jobber.adapters.fake.filesystem.node import Layer
    from jobber.domain.containers.container import Terminal

KILLED = 137
"""What a job that SIGKILL ended exits with."""


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
    memory_ends: float | None = None
    """When the kernel kills one of its processes because memory ran out; None for never."""

    def cut(self, moment: float, *, exit_status: int) -> None:
        """Let it end now; what it would have done later never happens."""
        self.outputs = [item for item in self.outputs if item[0] <= moment]
        self.layers = [item for item in self.layers if item[0] <= moment]
        self.end = moment
        self.exit_status = exit_status
        if self.memory_ends is not None and self.memory_ends > moment:
            self.memory_ends = None

    def exhaust_memory(self, moment: float) -> None:
        """Let the kernel kill its first process at a moment because memory ran out, unless it has ended before."""
        if moment <= self.end:
            self.cut(moment, exit_status=KILLED)
            self.memory_ends = moment


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
        self.files: Files = WorkingFiles(files, workdir=workdir)
        """All that it sees; a relative path starts at `workdir`."""
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
        self.timeline.reactions[signal] = exit_status & STATUS

    def exit(self, status: int) -> None:
        """End here."""
        raise SystemExit(status)

    def run_out_of_memory(self, *, goes_on: bool = False) -> None:
        """Have the kernel kill the job because memory ran out: it ends here, with status 137.

        With `goes_on` the kernel kills another process than the first, and the program goes on.
        """
        if self.timeline.memory_ends is None:
            self.timeline.memory_ends = self._now
        if not goes_on:
            raise SystemExit(KILLED)

    def run(self, program: Program) -> Timeline:
        """Let a program do all that it does, and note it. Raises what isn't the program's: jobber's own errors."""
        with prints_going_to(stdout=self.say, stderr=self.complain):
            self.timeline.exit_status = self._call(program)
        self.timeline.layers.append((self._now, dict(self.files.top)))
        self.timeline.end = self._now
        return self.timeline

    def _call(self, program: Program) -> int:
        try:
            return exit_status(program(self), program=program)
        except SystemExit as ended:
            status, last_words = exit_status_of_exit(ended.code)
            self.complain(last_words)
            return status
        except JobberError:
            raise
        except Exception as error:
            if ends_the_test(error):
                raise
            self.complain(told(error))
            return FAILED

    def _write(self, stream: Stream, text: str | bytes) -> None:
        if not isinstance(text, (str, bytes, bytearray)):
            raise TypeError(f"a job says str or bytes, not {type(text).__name__}: {text!r}")
        chunk = text.encode() if isinstance(text, str) else bytes(text)
        if self.terminal is not None:
            stream, chunk = Stream.STDOUT, chunk.replace(b"\n", b"\r\n")
        if chunk and not self._says_nothing:
            if not self._is_noted():
                self.timeline.unnoted.add(len(self.timeline.outputs))
            self.timeline.outputs.append((self._now, Output(stream, chunk)))


Program = Callable[[Job], int | None]
"""What an image runs: it gets the job, and returns its exit status; None is 0."""
