"""The whole `jobber` command in this process, on an engine that a test has."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from jobber.adapters.fake.engine import FakeEngine
from jobber.adapters.fake.jobs.interruptions import FakeInterruptions
from jobber.adapters.fake.remote_images import FakeRemoteImages
from jobber.adapters.host.git import GitTree
from jobber.domain.containers.events import Output, Stream
from jobber.domain.errors import EngineUnavailable
from jobber.domain.files.paths import lies_within
from jobber.session.environment import surrounded_by, surroundings_of
from jobber.testing.completed import Completed
from jobber.testing.place import Streams, in_place
from jobber.testing.real import RealEngine
from jobber.testing.standard_input import job_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

    from jobber.domain.checkup.findings import EnginePlace
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import Clock, Console, Engine, JobInput, KeptLogs, RemoteImages, SourceTree
    from jobber.domain.ports.checkup import EngineSearch, Machine
    from jobber.domain.ports.progress import Progress
    from jobber.testing.engine import EngineUnderTest

_COLUMNS = "80"
_NOWHERE = "/nonexistent"
"""The home of somebody who has none."""


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


class _OneEngine:
    """The search for engines in a test."""

    def __init__(self, connect: Callable[[], Engine]) -> None:
        self._connect = connect

    def connect(self) -> tuple[Engine, str]:
        """Return the test's engine. Raises `EngineUnavailable` where it has disappeared."""
        return self._connect(), "the engine of the test"

    def places(self) -> Sequence[EnginePlace]:
        """Return no other place."""
        return ()


class SurroundingsUnderTest:
    """What commands and the Python API have around them in a test: the test's engine, its clock, and no user.

    With an `environment`, configuration files count: those of its home, and those from `top` down.
    """

    def __init__(
        self, engine: EngineUnderTest, *, environment: Mapping[str, str] | None = None, top: Path | None = None
    ) -> None:
        self._engine = engine
        self.reads_configuration = environment is not None
        self.top = os.path.realpath(top) if top is not None else "/"
        self._environment = {"XDG_RUNTIME_DIR": _NOWHERE, **(environment or _of_nobody())}
        self.streams = Streams()
        self.stdin = b""
        self.ending: tuple[ImageId, ...] = ()
        """The image that the command has ended with, if it has."""

    def __reduce__(self) -> str:
        """No other process has this engine. Raises `TypeError`."""
        raise TypeError("what an engine under test has made can't be pickled: no other process has that engine")

    def connect(self, *, host: str | None, choice: str, environment: Mapping[str, str], progress: Progress) -> Engine:  # noqa: ARG002
        """The test's engine, whatever is asked for. Raises `EngineUnavailable` where it has disappeared."""
        if isinstance(self._engine, FakeEngine) and self._engine.faults.is_gone:
            raise EngineUnavailable([("memory:", "connection refused")], hint="the test let the engine disappear")
        return self._engine

    def engines(
        self, *, host: str | None, origin: str, choice: str, environment: Mapping[str, str], progress: Progress
    ) -> EngineSearch:
        """Return a search that finds the test's engine, and no other."""
        del origin
        return _OneEngine(lambda: self.connect(host=host, choice=choice, environment=environment, progress=progress))

    def machine(self) -> Machine:
        """Return this machine, with the environment of the call and no GPUs."""
        from jobber.adapters.discovery.local_machine import LocalMachine

        return LocalMachine(self._environment, dev=_NOWHERE)

    def remote_images(self) -> RemoteImages:
        """The fake registry of a fake engine; else registries by their own API."""
        if isinstance(self._engine, FakeEngine):
            return FakeRemoteImages(self._engine.remote)
        from jobber.adapters.registry_api import RegistryApi

        return RegistryApi()

    def login_variables(self) -> Mapping[str, str]:
        """Those of the call, which know no login of the machine's user."""
        return self._environment

    def clock(self) -> Clock:
        """The engine's clock."""
        return self._engine.clock

    def kept_logs(self) -> KeptLogs:
        """Those beside the test's engine."""
        return self._engine.kept_logs

    def console(
        self, *, before_output: Callable[[], None], on_refused: Callable[[str, str], None], attaches: bool = False
    ) -> Console:
        """The streams of the call."""
        del on_refused, attaches
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
        """Git, for work trees that begin at `top` or below it; for a folder elsewhere, one that begins there."""
        is_below = self.reads_configuration and _is_below(folder, self.top)
        top = self.top if is_below else os.path.realpath(folder)
        return GitTree(folder, environment=self._environment, ceiling=os.path.dirname(top))  # noqa: PTH120

    def owner(self) -> str:
        """Nobody: `jobber recover` finishes runs of this very process."""
        return ""

    def ends_with(self, image: ImageId) -> None:
        """Keep it for `Completed`."""
        self.ending = (image,)


class FakeCommandLine:
    """`jobber`, to be called like a function: `jobber_cli("run", "-i", "digits", "train")`.

    Its home and its current directory are its own, and so is its environment, with `PATH` as the only variable of the
    process that calls. Not for several threads at once: a process has one environment and one current directory.

    Of what is above `top`, its directory unless a test says otherwise, no configuration file counts and no git work
    tree; for a call in a directory elsewhere, of what is above that.
    """

    def __init__(self, engine: EngineUnderTest, *, home: Path, directory: Path) -> None:
        self._engine = engine
        self.home = home
        self.directory = directory
        self.top = directory
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

        made = len(self._engine.made)
        place = self.directory / directory if directory else self.directory
        variables = {**self.environment, **(environment or {}), "PWD": str(place)}
        top = self.top if _is_below(place, os.path.realpath(self.top)) else place
        around = SurroundingsUnderTest(self._engine, environment=variables, top=top)
        around.stdin = stdin.encode() if isinstance(stdin, str) else stdin
        with surrounded_by(around), in_place(place, environment=variables, streams=around.streams):
            try:
                exit_status = call([str(word) for word in words], environment=os.environ)
            finally:
                around.end()
        return Completed(
            exit_status,
            around.streams.stdout.getvalue(),
            around.streams.stderr.getvalue(),
            self._image(made, around.ending),
        )

    def _image(self, made: int, ending: tuple[ImageId, ...]) -> Image | None:
        """The image that a command has ended with, or the last one that it made, if it is still there."""
        for id_ in (*ending, *reversed(self._engine.made[made:])):
            if image := self._engine.look(id_):
                return image
        return None


@contextmanager
def using(engine: EngineUnderTest) -> Iterator[None]:
    """Inside, `jobber.run`, `jobber.build` and commands that are called in this process use this engine.

    No configuration and no login of the machine's user counts there. A call that is handed an engine of this kit,
    `jobber.run(…, engine=engine)`, is made in the same way.
    """
    with surrounded_by(SurroundingsUnderTest(engine)):
        yield


surroundings_of.register(FakeEngine, SurroundingsUnderTest)
surroundings_of.register(RealEngine, SurroundingsUnderTest)


def _of_nobody() -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": _NOWHERE}


def _is_below(place: str | Path, top: str) -> bool:
    return lies_within(os.path.realpath(place), directory=top)
