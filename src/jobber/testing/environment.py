"""The fake environment of use cases: console, signals, credentials, version control, and a progress listener."""

from __future__ import annotations

import io
import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from jobber._version import __version__
from jobber.adapters.fake.jobs.interruptions import FakeInterruptions
from jobber.domain.containers.events import Output, Stream
from jobber.domain.use_cases.run.run import RunJob
from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber.adapters.fake.engine import FakeEngine
    from jobber.domain.containers.container import Terminal
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference

__all__ = [
    "FakeConsole",
    "FakeInput",
    "FakeInterruptions",
    "FakeKeyring",
    "FakeProgress",
    "FakeSourceTree",
    "fake_runner",
]
_ids = itertools.count(1)


class FakeInput(io.BytesIO):
    """A standard input with given content."""

    def fileno(self) -> int:
        """Return -1: there is no file descriptor to wait on."""
        return -1


class FakeConsole:
    """A console that stores the job's output.

    Args:
        stdin: The job's standard input in bytes; None for no standard input. Default: empty.
        terminal: The job's terminal. Default: none.

    Example:
        >>> from jobber.domain.containers.options import ContainerOptions
        >>> from jobber.domain.use_cases.run.prepare import RunRequest
        >>> from jobber.testing import FakeConsole, FakeEngine, fake_runner
        >>> engine = FakeEngine()
        >>> image = engine.image("upper", run=lambda job: job.say(job.stdin.upper()))
        >>> console = FakeConsole(b"points")
        >>> ran = fake_runner(engine, console=console).run(RunRequest("upper", ContainerOptions()))
        >>> console.stdout
        b'POINTS'

    """

    def __init__(self, stdin: bytes | None = b"", *, terminal: Terminal | None = None) -> None:
        self._stdin = stdin
        self.terminal = terminal
        self.is_raw = False
        self.outputs: list[Output] = []

    @property
    def stdin(self) -> FakeInput | None:
        """The job's standard input; None if there is none."""
        return None if self._stdin is None else FakeInput(self._stdin)

    @contextmanager
    def raw(self) -> Iterator[None]:
        """Set `is_raw` to True inside the context."""
        self.is_raw = True
        try:
            yield
        finally:
            self.is_raw = False

    @property
    def stdout(self) -> bytes:
        """The captured standard output."""
        return b"".join(output.chunk for output in self.outputs if output.stream is Stream.STDOUT)

    @property
    def stderr(self) -> bytes:
        """The captured standard error."""
        return b"".join(output.chunk for output in self.outputs if output.stream is Stream.STDERR)

    def write(self, output: Output) -> None:
        """Store a piece of output.

        Args:
            output: The output: its stream and its bytes.

        """
        self.outputs.append(output)

    def spool(self) -> BinaryIO:
        """Return a new empty spool for output.

        Returns:
            A file in memory.

        """
        return io.BytesIO()


class FakeKeyring:
    """A keyring with the given credentials, by registry host.

    Example:
        >>> from jobber.domain.images.credentials import Credentials
        >>> from jobber.domain.images.reference import parse_reference
        >>> from jobber.testing import FakeKeyring
        >>> keyring = FakeKeyring(**{"registry.test:5000": Credentials("ann", "secret")})
        >>> keyring.credentials_for(parse_reference("registry.test:5000/train")).user
        'ann'
        >>> keyring.credentials_for(parse_reference("train")) is None
        True

    """

    def __init__(self, **credentials: Credentials) -> None:
        self._credentials = credentials

    def credentials_for(self, reference: ImageReference) -> Credentials | None:
        """Return the credentials of the reference's registry.

        Args:
            reference: The reference of an image.

        Returns:
            The credentials; None if there are none for that registry.

        """
        return self._credentials.get(reference.registry or "docker.io")


class FakeProgress:
    """A progress listener that stores all events.

    Example:
        >>> import jobber
        >>> from jobber.testing import FakeEngine, FakeProgress
        >>> engine = FakeEngine()
        >>> image = engine.image("train", run=lambda job: print("done"))
        >>> progress = FakeProgress()
        >>> result = jobber.run("train", engine=engine, progress=progress)
        done
        >>> [event for event, facts in progress.notes]
        ['result']

    """

    def __init__(self) -> None:
        self.notes: list[tuple[str, dict[str, object]]] = []
        self.warnings: list[tuple[str, dict[str, object]]] = []
        self.steps: list[str] = []
        self.output = b""

    def note(self, event: str, /, **facts: object) -> None:
        """Store a note.

        Args:
            event: The name of the event.
            facts: The facts of the event, by name.

        """
        self.notes.append((event, facts))

    def warn(self, event: str, /, **facts: object) -> None:
        """Store a warning.

        Args:
            event: The name of the event.
            facts: The facts of the event, by name.

        """
        self.warnings.append((event, facts))

    def call(self, event: str, /, **facts: object) -> None:
        """Do nothing: the engine's journal contains the calls.

        Args:
            event: The name of the event.
            facts: The facts of the event, by name.

        """

    def step(self, text: str, /) -> None:
        """Store a step.

        Args:
            text: The text of the step.

        """
        self.steps.append(text)

    def build_output(self, chunk: bytes, /) -> None:
        """Store the output of a build.

        Args:
            chunk: The output in bytes.

        """
        self.output += chunk


class FakeSourceTree:
    """A version control with given answers.

    Args:
        revision: The commit. Default: None.
        origin: The URL of the remote. Default: None.
        trouble: The reason why the revision is incomplete. Default: None.

    Example:
        >>> from jobber.testing import FakeSourceTree
        >>> tree = FakeSourceTree("4b825dc642cb6eb9a060e54bf8d69288fbee4904")
        >>> tree.revision()
        '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
        >>> tree.origin() is None
        True

    """

    def __init__(self, revision: str | None = None, origin: str | None = None, *, trouble: str | None = None) -> None:
        self._revision = revision
        self._origin = origin
        self.trouble = trouble

    def revision(self) -> str | None:
        """Return the commit.

        Returns:
            The commit; None if there is none.

        """
        return self._revision

    def origin(self) -> str | None:
        """Return the URL of the remote.

        Returns:
            The URL; None if there is none.

        """
        return self._origin


def fake_runner(
    engine: FakeEngine,
    *,
    console: FakeConsole | None = None,
    interruptions: FakeInterruptions | None = None,
    progress: FakeProgress | None = None,
    keyring: FakeKeyring | None = None,
) -> RunJob:
    r"""Return the use case of `jobber run` on a fake engine.

    Args:
        engine: The fake engine.
        console: The job's streams. Default: a new `FakeConsole`.
        interruptions: The signals to jobber. Default: those of the engine.
        progress: The progress listener. Default: a new `FakeProgress`.
        keyring: The registry credentials. Default: none.

    Returns:
        The use case.

    Example:
        >>> from jobber.domain.containers.options import ContainerOptions
        >>> from jobber.domain.use_cases.run.prepare import RunRequest
        >>> from jobber.testing import FakeConsole, FakeEngine, fake_runner
        >>> engine, console = FakeEngine(), FakeConsole()
        >>> image = engine.image("train", run=lambda job: print("done"))
        >>> ran = fake_runner(engine, console=console).run(RunRequest("train", ContainerOptions()))
        >>> ran.exit_status, console.stdout
        (0, b'done\n')

    """
    return RunJob(
        engine=engine,
        clock=engine.clock,
        console=console or FakeConsole(),
        interruptions=interruptions or engine.interruptions,
        keyring=keyring or FakeKeyring(),
        kept_logs=engine.kept_logs,
        progress=progress or FakeProgress(),
        version=__version__,
        new_id=f"00000000-0000-4000-8000-{next(_ids):012d}",
        owner="fake/boot/1/1",
    )


def fake_run_finisher(
    engine: FakeEngine,
    *,
    interruptions: FakeInterruptions | None = None,
    progress: FakeProgress | None = None,
    is_alive: Callable[[str], bool | None] = lambda _owner: False,
) -> RunFinisher:
    """Return the use case that finishes runs of other processes, on a fake engine.

    Args:
        engine: The fake engine.
        interruptions: The signals to jobber. Default: none, on the clock of the engine.
        progress: The progress listener. Default: a new `FakeProgress`.
        is_alive: A function that returns whether the process of an owner runs. Default: all other processes have ended.

    Returns:
        The use case.

    Example:
        >>> import jobber
        >>> from jobber.domain.use_cases.unfinished.recover import RecoverRuns
        >>> from jobber.testing import FakeEngine, fake_run_finisher
        >>> engine = FakeEngine()
        >>> image = engine.image("train", run=lambda job: print("done"))
        >>> engine.faults.lose_output()
        >>> try:
        ...     result = jobber.run("train", engine=engine, quiet=True)
        ... except jobber.EngineLost as error:
        ...     engine.die()
        >>> RecoverRuns(fake_run_finisher(engine)).recover()
        ()
        >>> jobber.image("train:latest-run", engine=engine).record["outcome"]
        'succeeded'

    """
    return RunFinisher(
        engine=engine,
        clock=engine.clock,
        interruptions=interruptions or FakeInterruptions(engine.clock),
        keyring=FakeKeyring(),
        kept_logs=engine.kept_logs,
        progress=progress or FakeProgress(),
        version=__version__,
        spool=io.BytesIO,
        is_alive=is_alive,
    )
