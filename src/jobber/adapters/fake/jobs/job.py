"""Programs as Python callables: what they see, and when they do what.

A program runs to its end when its container starts; the fake records everything that it does with the time. A watcher
sees this timeline as the fake clock advances. A signal that ends the job cuts the timeline, including the file
system, at that time. An exception ends the program with the exit status and the traceback of Python.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.working_files import WorkingFiles
from jobber.adapters.fake.jobs.captured_output import prints_going_to
from jobber.adapters.fake.jobs.exit_status import (
    FAILED,
    STATUS,
    ends_the_test,
    error_output,
    exit_status,
    exit_status_of_exit,
)
from jobber.domain.containers.events import Output, Stream
from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.fake.filesystem.files import Files
    from jobber.adapters.fake.filesystem.node import Layer
    from jobber.domain.containers.container import Terminal

KILLED = 137
"""Exit status of a job that SIGKILL ended."""


@dataclass(slots=True)
class Timeline:
    """The timeline of a job; times are in seconds since its start."""

    outputs: list[tuple[float, Output]] = field(default_factory=list)
    unnoted: set[int] = field(default_factory=set)
    """Indexes of output pieces that are missing in the log, because the engine's disk was full."""
    layers: list[tuple[float, Layer]] = field(default_factory=list)
    """The container's layer from each time on."""
    reactions: dict[str, int] = field(default_factory=dict)
    """Signals that end the job, with the exit status.

    Signals other than SIGKILL and these have no effect on a container's first process.
    """
    end: float = 0.0
    exit_status: int = 0
    memory_ends: float | None = None
    """Time at which the kernel kills one of the job's processes because memory ran out; None for never."""

    def cut(self, moment: float, *, exit_status: int) -> None:
        """End the job at a time and drop everything later."""
        self.outputs = [item for item in self.outputs if item[0] <= moment]
        self.layers = [item for item in self.layers if item[0] <= moment]
        self.end = moment
        self.exit_status = exit_status
        if self.memory_ends is not None and self.memory_ends > moment:
            self.memory_ends = None

    def exhaust_memory(self, moment: float) -> None:
        """Make the kernel kill the first process at a time because memory ran out, unless the job has ended before."""
        if moment <= self.end:
            self.cut(moment, exit_status=KILLED)
            self.memory_ends = moment


class Job:
    """The job that a program receives as its argument: what it sees, and what it can do.

    Args:
        argv: The program's arguments, beginning with its own name.
        environment: The environment variables.
        workdir: The working directory.
        user: The user; empty for the default user.
        files: The files of the container.
        stdin: The complete standard input.
        hostname: The host name of the container.
        terminal: The size of the terminal. Default: None, for a job without a terminal.
        is_noted: A function that returns whether the engine logs output now. Default: always True.

    """

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
        """The files that the program sees; a relative path starts at `workdir`."""
        self.stdin = stdin
        self.hostname = hostname
        self.terminal = terminal
        """The size of the job's terminal; None without one."""
        self._is_noted = is_noted
        self.timeline = Timeline()
        self._now = 0.0
        self._says_nothing = False

    def say(self, text: str | bytes) -> None:
        """Write to standard output, without adding a line ending.

        Args:
            text: The output; a str is encoded as UTF-8.

        Raises:
            TypeError: The output is neither bytes nor str.

        """
        self._write(Stream.STDOUT, text)

    def complain(self, text: str | bytes) -> None:
        """Write to standard error, without adding a line ending.

        A job with a terminal writes it to standard output instead.

        Args:
            text: The output; a str is encoded as UTF-8.

        Raises:
            TypeError: The output is neither bytes nor str.

        """
        self._write(Stream.STDERR, text)

    def close_output(self) -> None:
        """Close the output; the program continues, and later output is dropped."""
        self._says_nothing = True

    def sleep(self, seconds: float) -> None:
        """Let the job spend time; files written before remain even if the job is ended during this time.

        Args:
            seconds: Duration in seconds of the fake clock.

        """
        self.timeline.layers.append((self._now, dict(self.files.top)))
        self._now += seconds

    def on_signal(self, signal: str, exit_status: int) -> None:
        """Make a signal end the job.

        Args:
            signal: The name of the signal, such as `SIGTERM`.
            exit_status: The exit status of the job; only its lowest 8 bits count.

        """
        self.timeline.reactions[signal] = exit_status & STATUS

    def exit(self, status: int) -> None:
        """End the program.

        Args:
            status: The exit status.

        Raises:
            SystemExit: Always.

        """
        raise SystemExit(status)

    def run_out_of_memory(self, *, goes_on: bool = False) -> None:
        """Make the kernel kill the job because memory ran out; the job ends with exit status 137.

        Args:
            goes_on: Whether the kernel kills a process other than the first, so that the program continues.
                Default: False.

        Raises:
            SystemExit: The first process is killed.

        """
        if self.timeline.memory_ends is None:
            self.timeline.memory_ends = self._now
        if not goes_on:
            raise SystemExit(KILLED)

    def run(self, program: Program) -> Timeline:
        """Run a program and record everything that it does.

        Args:
            program: The program.

        Returns:
            The timeline of the job.

        Raises:
            JobberError: An error of jobber itself, which is not the program's.

        """
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
            self.complain(error_output(error))
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
"""A program of an image: it receives the job, and returns its exit status; None is 0."""
