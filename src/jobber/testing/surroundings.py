"""The rest of a fake world: console, signals, keys, version control, and a listener."""

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
    """A standard input that has a text to give."""

    def fileno(self) -> int:
        """There is nothing to wait on."""
        return -1


class FakeConsole:
    """The job's streams, kept."""

    def __init__(self, stdin: bytes | None = b"", *, terminal: Terminal | None = None) -> None:
        self._stdin = stdin
        self.terminal = terminal
        self.is_raw = False
        self.outputs: list[Output] = []

    @property
    def stdin(self) -> FakeInput | None:
        """The job's standard input; None for none."""
        return None if self._stdin is None else FakeInput(self._stdin)

    @contextmanager
    def raw(self) -> Iterator[None]:
        """Inside, `is_raw` is true."""
        self.is_raw = True
        try:
            yield
        finally:
            self.is_raw = False

    @property
    def stdout(self) -> bytes:
        """All that was written to stdout."""
        return b"".join(output.chunk for output in self.outputs if output.stream is Stream.STDOUT)

    @property
    def stderr(self) -> bytes:
        """All that was written to stderr."""
        return b"".join(output.chunk for output in self.outputs if output.stream is Stream.STDERR)

    def write(self, output: Output) -> None:
        """Keep a piece of output."""
        self.outputs.append(output)

    def spool(self) -> BinaryIO:
        """A new empty place for output."""
        return io.BytesIO()


class FakeKeyring:
    """Credentials by host."""

    def __init__(self, **credentials: Credentials) -> None:
        self._credentials = credentials

    def credentials_for(self, reference: ImageReference) -> Credentials | None:
        """Those of the reference's registry."""
        return self._credentials.get(reference.registry or "docker.io")


class FakeProgress:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, dict[str, object]]] = []
        self.warnings: list[tuple[str, dict[str, object]]] = []
        self.steps: list[str] = []
        self.output = b""

    def note(self, event: str, /, **facts: object) -> None:
        """Keep a note."""
        self.notes.append((event, facts))

    def warn(self, event: str, /, **facts: object) -> None:
        """Keep a warning."""
        self.warnings.append((event, facts))

    def call(self, event: str, /, **facts: object) -> None:
        """Calls are in the engine's journal."""

    def step(self, text: str, /) -> None:
        """Keep a step."""
        self.steps.append(text)

    def build_output(self, chunk: bytes, /) -> None:
        """Keep a build's output."""
        self.output += chunk


class FakeSourceTree:
    """Version control that says what it is told."""

    def __init__(self, revision: str | None = None, origin: str | None = None, *, trouble: str | None = None) -> None:
        self._revision = revision
        self._origin = origin
        self.trouble = trouble

    def revision(self) -> str | None:
        """The commit."""
        return self._revision

    def origin(self) -> str | None:
        """The remote's address."""
        return self._origin


def fake_runner(
    engine: FakeEngine,
    *,
    console: FakeConsole | None = None,
    interruptions: FakeInterruptions | None = None,
    progress: FakeProgress | None = None,
    keyring: FakeKeyring | None = None,
) -> RunJob:
    """The use case of `jobber run` on a fake engine."""
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
    """What finishes the runs of others on a fake engine; by default everybody else is dead."""
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
