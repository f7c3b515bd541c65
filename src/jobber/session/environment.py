"""What a command has around it: an engine to be found, a clock, streams, signals, logins, version control.

A command that is called in a test, or in a notebook, has other things around it than one in a shell. They are set for
the whole process and not for a context or a thread: what a program does in its threads must not end up on another
engine than what it does outside them. A call of the Python interface that is handed an engine has around it what
belongs to that engine.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import singledispatch
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import Clock, Console, Engine, Interruptions, KeptLogs, RemoteImages, SourceTree
    from jobber.domain.ports.checkup import EngineSearch, Machine
    from jobber.domain.ports.progress import Progress


class Surroundings(Protocol):
    """All that a command has around it."""

    @property
    def reads_configuration(self) -> bool:
        """Whether configuration files and variables count."""

    @property
    def top(self) -> str:
        """The directory above which no configuration file counts."""

    def connect(self, *, host: str | None, choice: str, environment: Mapping[str, str], progress: Progress) -> Engine:
        """Find the engine that is meant. Raises `EngineUnavailable`."""

    def engines(
        self, *, host: str | None, origin: str, choice: str, environment: Mapping[str, str], progress: Progress
    ) -> EngineSearch:
        """Return the search for the engine that is meant, and for others; `origin` is where the host is named."""

    def machine(self) -> Machine:
        """Return the machine that the command runs on."""

    def remote_images(self) -> RemoteImages:
        """The way to registries without an engine."""

    def login_variables(self) -> Mapping[str, str]:
        """The variables that say where logins of Docker and Podman are stored, the home among them."""

    def clock(self) -> Clock:
        """The time."""

    def kept_logs(self) -> KeptLogs:
        """Where outputs are kept that engines have not noted."""

    def console(
        self, *, before_output: Callable[[], None], on_refused: Callable[[str, str], None], attaches: bool = False
    ) -> Console:
        """The job's streams; `on_refused` hears which stream takes no more of what the job says, and why.

        With `attaches` the job has started already, with a terminal or without.
        """

    def interruptions(self) -> Interruptions:
        """The signals to this process, heard from now on."""

    def guest_interruptions(self) -> AbstractContextManager[Interruptions]:
        """The signals that a call in somebody else's process may take for itself, for as long as it lasts."""

    def source_tree(self, folder: str) -> SourceTree:
        """Version control of a folder."""

    def owner(self) -> str:
        """Who is at work, as `Label.PART` has it; empty for nobody that could be found alive later."""

    def ends_with(self, image: ImageId) -> None:
        """Hear of the image that a command has made, or found to be made already."""


class ThisMachine:
    """The machine that jobber runs on."""

    reads_configuration = True
    top = "/"

    def __reduce__(self) -> str:
        """There is one machine, in each process: results that come from another one are sought on this one."""
        return "this_machine"

    def connect(self, *, host: str | None, choice: str, environment: Mapping[str, str], progress: Progress) -> Engine:
        """Find the engine that is meant. Raises `EngineUnavailable`."""
        from jobber.adapters.discovery.connect import connect

        return connect(host=host, choice=choice, environment=environment, progress=progress)

    def engines(
        self, *, host: str | None, origin: str, choice: str, environment: Mapping[str, str], progress: Progress
    ) -> EngineSearch:
        """Return the search for engines that this machine reaches."""
        from jobber.adapters.discovery.engine_search import MachineEngines

        return MachineEngines(host, origin, choice, environment, progress)

    def machine(self) -> Machine:
        """Return this machine, as the environment of this process has it."""
        import os

        from jobber.adapters.discovery.local_machine import LocalMachine

        return LocalMachine(os.environ)

    def remote_images(self) -> RemoteImages:
        """Registries by their own API."""
        from jobber.adapters.registry_api import RegistryApi

        return RegistryApi()

    def login_variables(self) -> Mapping[str, str]:
        """Those of this process."""
        import os

        return os.environ

    def clock(self) -> Clock:
        """The machine's clock."""
        from jobber.adapters.host.clock import SystemClock

        return SystemClock()

    def kept_logs(self) -> KeptLogs:
        """Files of the user's."""
        import os

        from jobber.adapters.host.kept_logs import users_logs

        return users_logs(os.environ)

    def console(
        self, *, before_output: Callable[[], None], on_refused: Callable[[str, str], None], attaches: bool = False
    ) -> Console:
        """The three standard streams."""
        from jobber.adapters.host.console import StandardStreams

        return StandardStreams(before_output=before_output, on_refused=on_refused, attaches=attaches)

    def interruptions(self) -> Interruptions:
        """SIGINT, SIGTERM, SIGHUP."""
        from jobber.adapters.host.signals import SignalInterruptions

        return SignalInterruptions()

    @contextmanager
    def guest_interruptions(self) -> Iterator[Interruptions]:
        """SIGINT, and outside the main thread none: others belong to the process."""
        import threading
        from signal import SIGINT

        from jobber.adapters.host.signals import SignalInterruptions

        heard = (SIGINT,) if threading.current_thread() is threading.main_thread() else ()
        interruptions = SignalInterruptions(heard)
        try:
            yield interruptions
        finally:
            interruptions.close()

    def source_tree(self, folder: str) -> SourceTree:
        """Git, where a folder is in a work tree."""
        import os

        from jobber.adapters.host.git import GitTree

        return GitTree(folder, environment=os.environ)

    def owner(self) -> str:
        """This process."""
        from jobber.adapters.host.process_identity import current_owner

        return current_owner()

    def ends_with(self, image: ImageId) -> None:
        """It is told in words, and to `--iidfile`."""


this_machine = ThisMachine()
_stack: list[Surroundings] = [this_machine]


def surroundings() -> Surroundings:
    """What is around now."""
    return _stack[-1]


@singledispatch
def surroundings_of(engine: object) -> Surroundings:
    """What is around a call that is handed this engine: what is around now, unless its kind has something else.

    Kinds of engines that have a time of their own, say, register what belongs to them.
    """
    del engine
    return surroundings()


@contextmanager
def surrounded_by(others: Surroundings) -> Iterator[None]:
    """Inside, commands and the Python API have other things around them."""
    _stack.append(others)
    try:
        yield
    finally:
        _stack.remove(others)
