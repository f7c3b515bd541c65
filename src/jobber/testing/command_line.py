"""The complete `jobber` command in this process, on an engine under test."""

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
from jobber.session.environment import environment_of, using_environment
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
    from jobber.session.environment import WorkersOfPipeline
    from jobber.testing.engine import EngineUnderTest

_COLUMNS = "80"
_NOWHERE = "/nonexistent"
"""The home directory of a user who has none."""


class CapturingConsole:
    """A console that captures the job's output, with a given standard input."""

    terminal = None
    """The job's terminal: none."""

    def __init__(self, stdin: bytes, streams: Streams) -> None:
        self._stdin = stdin
        self._streams = streams

    @property
    def stdin(self) -> JobInput:
        """The job's standard input."""
        return job_input(self._stdin)

    def raw(self) -> AbstractContextManager[None]:
        """Return a context manager that does nothing, because there is no terminal to change."""
        return nullcontext()

    def write(self, output: Output) -> None:
        """Store a piece of output."""
        stream = self._streams.stdout if output.stream is Stream.STDOUT else self._streams.stderr
        stream.write(output.chunk)

    def spool(self) -> BinaryIO:
        """Return a new empty spool for output of any size."""
        from jobber.adapters.host.console import Spool

        return Spool()


class _OneEngine:
    """The search for engines in a test; it finds the test's engine."""

    def __init__(self, connect: Callable[[], Engine]) -> None:
        self._connect = connect

    def connect(self) -> tuple[Engine, str]:
        """Return the test's engine and its origin. Raises `EngineUnavailable` if the engine has disappeared."""
        return self._connect(), "the engine of the test"

    def places(self) -> Sequence[EnginePlace]:
        """Return an empty tuple: there are no other places."""
        return ()


class EnvironmentUnderTest:
    """The environment of commands and the Python API in a test: the test's engine and its clock, and no user.

    With an `environment`, configuration files are read: those of its home directory, and those from `top` downwards.
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
        """The image that the last command created or reused, if any."""

    def __reduce__(self) -> str:
        """Refuse to pickle, because no other process has this engine. Raises `TypeError`."""
        raise TypeError("objects from an engine under test can't be pickled: no other process has that engine")

    def connect(self, *, host: str | None, choice: str, environment: Mapping[str, str], progress: Progress) -> Engine:  # noqa: ARG002
        """Return the test's engine, for any choice. Raises `EngineUnavailable` if the engine has disappeared."""
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
        """Return the fake registry of a fake engine; else the access to registries through their own API."""
        if isinstance(self._engine, FakeEngine):
            return FakeRemoteImages(self._engine.remote)
        from jobber.adapters.registry_api import RegistryApi

        return RegistryApi(self._environment)

    def login_variables(self) -> Mapping[str, str]:
        """Return the variables of the call, which locate none of the user's logins."""
        return self._environment

    def clock(self) -> Clock:
        """Return the engine's clock."""
        return self._engine.clock

    def kept_logs(self) -> KeptLogs:
        """Return the store of job output of the test's engine."""
        return self._engine.kept_logs

    def console(
        self, *, before_output: Callable[[], None], on_refused: Callable[[str, str], None], attaches: bool = False
    ) -> Console:
        """Return the streams of the call."""
        del on_refused, attaches
        before_output()
        return CapturingConsole(self.stdin, self.streams)

    def interruptions(self) -> FakeInterruptions:
        """Receive the signals that the test sends, and no others."""
        interruptions = self._engine.interruptions if isinstance(self._engine, FakeEngine) else FakeInterruptions()
        interruptions.begin()
        return interruptions

    def end(self) -> None:
        """Drop the signals that no command received: signals to a command end with the command."""
        if isinstance(self._engine, FakeEngine):
            self._engine.interruptions.end()

    @contextmanager
    def guest_interruptions(self) -> Iterator[FakeInterruptions]:
        """Receive the signals that the test sends, and no others."""
        try:
            yield self.interruptions()
        finally:
            self.end()

    def source_tree(self, folder: str) -> SourceTree:
        """Return the Git work tree of a directory.

        Work trees at `top` or below are found; for a directory elsewhere, only a work tree that starts there.
        """
        is_below = self.reads_configuration and _is_below(folder, self.top)
        top = self.top if is_below else os.path.realpath(folder)
        return GitTree(folder, environment=self._environment, ceiling=os.path.dirname(top))  # noqa: PTH120

    def workers(self) -> WorkersOfPipeline:
        """Return workers that do one job after the other on a fake engine, else threads."""
        if isinstance(self._engine, FakeEngine):
            from jobber.testing.workers import SerialWorkers

            return SerialWorkers()
        from jobber.adapters.host.workers import ThreadWorkers

        return ThreadWorkers()

    def owner(self) -> str:
        """Return no owner, so that `jobber recover` finishes runs of this very process."""
        return ""

    def ends_with(self, image: ImageId) -> None:
        """Record the image for `Completed`."""
        self.ending = (image,)


class FakeCommandLine:
    r"""The `jobber` command as a callable: `jobber_cli("run", "-i", "digits", "train")`.

    It has its own home, current directory and environment; `PATH` is the only variable of the calling process. It must
    not be used by several threads at once, because a process has one environment and one current directory.

    Configuration files and Git work trees above `top` are ignored. By default, `top` is its directory. For a call in a
    directory outside `top`, those above that directory are ignored.

    Args:
        engine: The engine of all calls.
        home: The home directory of all calls.
        directory: The current directory of all calls, unless a call names another.

    Example:
        >>> from pathlib import Path
        >>> from jobber.testing import FakeCommandLine, FakeEngine
        >>> engine = FakeEngine()
        >>> image = engine.image("train", run=lambda job: print("done"))
        >>> jobber_cli = FakeCommandLine(engine, home=Path.cwd(), directory=Path.cwd())
        >>> completed = jobber_cli("run", "--tag", "model", "train")
        >>> completed.exit_status, completed.out, completed.tags
        (0, 'done\n', ('model:20260101_000000', 'model:latest-run'))

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
        """The environment variables of all calls; a test may add to them."""

    def __call__(
        self,
        *words: str | Path,
        stdin: bytes | str = b"",
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> Completed:
        """Call `jobber` in this process.

        Args:
            words: The arguments of the command line.
            stdin: The standard input. Default: empty.
            environment: Variables to add to the environment for this call. Default: none.
            directory: The current directory of this call, absolute or relative to `self.directory`. Default:
                `self.directory`.

        Returns:
            The exit status, the output and the image.

        """
        from jobber.cli.main import call

        made = len(self._engine.made)
        place = self.directory / directory if directory else self.directory
        variables = {**self.environment, **(environment or {}), "PWD": str(place)}
        top = self.top if _is_below(place, os.path.realpath(self.top)) else place
        around = EnvironmentUnderTest(self._engine, environment=variables, top=top)
        around.stdin = stdin.encode() if isinstance(stdin, str) else stdin
        with using_environment(around), in_place(place, environment=variables, streams=around.streams):
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
        """Return the image that a command created or reused last, if it still exists."""
        for id_ in (*ending, *reversed(self._engine.made[made:])):
            if image := self._engine.look(id_):
                return image
        return None


@contextmanager
def using(engine: EngineUnderTest) -> Iterator[None]:
    r"""Make `jobber.run`, `jobber.build` and commands called in this process use this engine inside the context.

    Configuration files and logins of the user are ignored there. An API call with an engine of this kit, `jobber.run(…,
    engine=engine)`, works in the same way.

    Args:
        engine: The fake or real engine.

    Example:
        >>> import jobber
        >>> from jobber.testing import FakeEngine, using
        >>> engine = FakeEngine()
        >>> image = engine.image("train", run=lambda job: print("done"))
        >>> with using(engine):
        ...     jobber.run("train", quiet=True).log
        'done\n'

    """
    with using_environment(EnvironmentUnderTest(engine)):
        yield


environment_of.register(FakeEngine, EnvironmentUnderTest)
environment_of.register(RealEngine, EnvironmentUnderTest)


def _of_nobody() -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": _NOWHERE}


def _is_below(place: str | Path, top: str) -> bool:
    return lies_within(os.path.realpath(place), directory=top)
