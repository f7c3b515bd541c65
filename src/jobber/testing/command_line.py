"""The whole `jobber` command in this process, on an engine that a test has."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from jobber.adapters.fake.engine import FakeEngine
from jobber.adapters.fake.interruptions import FakeInterruptions
from jobber.adapters.fake.remote_images import FakeRemoteImages
from jobber.domain.errors import EngineUnavailable
from jobber.domain.events import Output, Stream
from jobber.testing.completed import Completed
from jobber.testing.place import Streams, in_place
from jobber.testing.standard_input import job_input
from jobber.testing.surroundings import FakeSourceTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

    from jobber.domain.image import Image
    from jobber.domain.ports import Clock, Console, Engine, JobInput, KeptLogs, RemoteImages, SourceTree
    from jobber.domain.progress import Progress
    from jobber.testing.engine import EngineUnderTest

_COLUMNS = "80"


class CapturingConsole:
    """The job's streams: a text to read, and places to write to."""

    terminal = None
    """The job has no terminal."""

    def __init__(self, stdin: bytes, streams: Streams) -> None:
        self._stdin = stdin
        self._streams = streams

    @property
    def stdin(self) -> JobInput:
        """The job's standard input."""
        return job_input(self._stdin)

    def raw(self) -> AbstractContextManager[None]:
        """There is no terminal to change."""
        return nullcontext()

    def write(self, output: Output) -> None:
        """Keep a piece of output."""
        stream = self._streams.stdout if output.stream is Stream.STDOUT else self._streams.stderr
        stream.write(output.chunk)

    def spool(self) -> BinaryIO:
        """A new empty place for output of any size."""
        from jobber.adapters.host.console import Spool

        return Spool()


class SurroundingsUnderTest:
    """What commands and the Python API have around them in a test: the test's engine, and its clock."""

    def __init__(self, engine: EngineUnderTest, *, reads_configuration: bool) -> None:
        self._engine = engine
        self.reads_configuration = reads_configuration
        self.streams = Streams()
        self.stdin = b""

    def connect(self, *, host: str | None, choice: str, environment: Mapping[str, str], progress: Progress) -> Engine:  # noqa: ARG002
        """The test's engine, whatever is asked for. Raises `EngineUnavailable` where it has disappeared."""
        if isinstance(self._engine, FakeEngine) and self._engine.faults.is_gone:
            raise EngineUnavailable([("memory:", "connection refused")], hint="the test let the engine disappear")
        return self._engine

    def remote_images(self) -> RemoteImages:
        """The fake registry of a fake engine; else registries by their own API."""
        if isinstance(self._engine, FakeEngine):
            return FakeRemoteImages(self._engine.remote)
        from jobber.adapters.registry_api import RegistryApi

        return RegistryApi()

    def clock(self) -> Clock:
        """The engine's clock."""
        return self._engine.clock

    def kept_logs(self) -> KeptLogs:
        """Those beside the test's engine."""
        return self._engine.kept_logs

    def console(self, *, before_output: Callable[[], None], on_refused: Callable[[str, str], None]) -> Console:
        """The streams of the call."""
        del on_refused
        before_output()
        return CapturingConsole(self.stdin, self.streams)

    def interruptions(self) -> FakeInterruptions:
        """Signals that the test sends, and no others."""
        interruptions = self._engine.interruptions if isinstance(self._engine, FakeEngine) else FakeInterruptions()
        interruptions.begin()
        return interruptions

    def end(self) -> None:
        """Forget the signals that nobody took: with a command end the signals to it."""
        if isinstance(self._engine, FakeEngine):
            self._engine.interruptions.end()

    @contextmanager
    def guest_interruptions(self) -> Iterator[FakeInterruptions]:
        """Signals that the test sends, and no others."""
        try:
            yield self.interruptions()
        finally:
            self.end()

    def source_tree(self, folder: str) -> SourceTree:
        """No version control."""
        del folder
        return FakeSourceTree()

    def owner(self) -> str:
        """Nobody: `jobber recover` finishes runs of this very process."""
        return ""


class FakeCommandLine:
    """`jobber`, to be called like a function: `jobber_cli("run", "-i", "digits", "train")`.

    Its home and its current directory are its own, and so is its environment, with `PATH` as the only variable of the
    process that calls. Not for several threads at once: a process has one environment and one current directory.
    """

    def __init__(self, engine: EngineUnderTest, *, home: Path, directory: Path) -> None:
        self._engine = engine
        self.home = home
        self.directory = directory
        self.environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "COLUMNS": _COLUMNS,
            "TERM": "dumb",
        }
        """The environment of all calls; a test may add to it."""

    def __call__(
        self,
        *words: str | Path,
        stdin: bytes | str = b"",
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> Completed:
        """Call `jobber` with these words, in `directory`, with `environment` besides its own."""
        from jobber.cli.main import call
        from jobber.cli.surroundings import surrounded_by

        around = SurroundingsUnderTest(self._engine, reads_configuration=True)
        around.stdin = stdin.encode() if isinstance(stdin, str) else stdin
        made = len(self._engine.made)
        place = self.directory / directory if directory else self.directory
        variables = {**self.environment, **(environment or {}), "PWD": str(place)}
        with surrounded_by(around), in_place(place, environment=variables, streams=around.streams):
            try:
                exit_status = call([str(word) for word in words], environment=os.environ)
            finally:
                around.end()
        return Completed(
            exit_status, around.streams.stdout.getvalue(), around.streams.stderr.getvalue(), self._image(made)
        )

    def _image(self, made: int) -> Image | None:
        """The last image that was made since there were so many, if it is still there."""
        for id_ in reversed(self._engine.made[made:]):
            if image := self._engine.look(id_):
                return image
        return None


@contextmanager
def using(engine: EngineUnderTest) -> Iterator[None]:
    """Inside, `jobber.run`, `jobber.build` and commands that are called in this process use this engine.

    No configuration of the machine's user counts there.
    """
    from jobber.cli.surroundings import surrounded_by

    with surrounded_by(SurroundingsUnderTest(engine, reads_configuration=False)):
        yield
