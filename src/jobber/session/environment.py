"""The environment of a command: engine discovery, clock, streams, signals, credentials, version control.

A command in a test or a notebook has a different environment than one in a shell. The environment is set for the whole
process and not for a context or a thread. Threads of a program therefore use the same engine as its main thread. An API
call with an engine object uses the environment that belongs to that engine.
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


class Environment(Protocol):
    """The environment of a command."""

    @property
    def reads_configuration(self) -> bool:
        """True if configuration files and environment variables are read."""

    @property
    def top(self) -> str:
        """The topmost directory: configuration files above it are ignored."""

    def connect(self, *, host: str | None, choice: str, environment: Mapping[str, str], progress: Progress) -> Engine:
        """Connect to the selected engine.

        Args:
            host: The address of the engine, or None for the default.
            choice: The name of the engine, or `auto`.
            environment: The environment variables.
            progress: The listener of the search.

        Returns:
            The engine; the caller closes it.

        Raises:
            EngineUnavailable: No engine can be reached.

        """

    def engines(
        self, *, host: str | None, origin: str, choice: str, environment: Mapping[str, str], progress: Progress
    ) -> EngineSearch:
        """Return the search for the selected engine and for others; `origin` is the source of the host's name."""

    def machine(self) -> Machine:
        """Return the machine that the command runs on."""

    def remote_images(self) -> RemoteImages:
        """Return the access to registries without an engine."""

    def login_variables(self) -> Mapping[str, str]:
        """Return the variables that locate the stored logins of Docker and Podman, including the home directory."""

    def clock(self) -> Clock:
        """Return the clock."""

    def kept_logs(self) -> KeptLogs:
        """Return the store of job output that the engine's log lacks."""

    def console(
        self, *, before_output: Callable[[], None], on_refused: Callable[[str, str], None], attaches: bool = False
    ) -> Console:
        """Return the job's streams.

        Args:
            before_output: A function that is called before output is written.
            on_refused: A function that receives the name of a stream that can no longer be written, and the reason.
            attaches: True if the job has started already, with or without a terminal. Default: False.

        Returns:
            The console.

        """

    def interruptions(self) -> Interruptions:
        """Start to receive the signals to this process, and return them."""

    def guest_interruptions(self) -> AbstractContextManager[Interruptions]:
        """Return a context that receives the signals that a call may handle in another program's process."""

    def source_tree(self, folder: str) -> SourceTree:
        """Return the version control of a directory."""

    def owner(self) -> str:
        """Return the owner for claims, in the format of process labels; empty if it cannot be found again."""

    def ends_with(self, image: ImageId) -> None:
        """Record the image that a command has created or reused."""


class ThisMachine:
    """The environment of the machine that jobber runs on."""

    reads_configuration = True
    top = "/"

    def __reduce__(self) -> str:
        """Return the name of the only instance: an unpickled result is looked up on the machine it arrives on."""
        return "this_machine"

    def connect(self, *, host: str | None, choice: str, environment: Mapping[str, str], progress: Progress) -> Engine:
        """Connect to the selected engine. Raises `EngineUnavailable`."""
        from jobber.adapters.discovery.connect import connect

        return connect(host=host, choice=choice, environment=environment, progress=progress)

    def engines(
        self, *, host: str | None, origin: str, choice: str, environment: Mapping[str, str], progress: Progress
    ) -> EngineSearch:
        """Return the search for engines that this machine can reach."""
        from jobber.adapters.discovery.engine_search import MachineEngines

        return MachineEngines(host, origin, choice, environment, progress)

    def machine(self) -> Machine:
        """Return this machine, described by the environment of this process."""
        import os

        from jobber.adapters.discovery.local_machine import LocalMachine

        return LocalMachine(os.environ)

    def remote_images(self) -> RemoteImages:
        """Return the access to registries through their own API."""
        from jobber.adapters.registry_api import RegistryApi

        return RegistryApi()

    def login_variables(self) -> Mapping[str, str]:
        """Return the environment variables of this process."""
        import os

        return os.environ

    def clock(self) -> Clock:
        """Return the system clock."""
        from jobber.adapters.host.clock import SystemClock

        return SystemClock()

    def kept_logs(self) -> KeptLogs:
        """Return the files of job output in the user's directories."""
        import os

        from jobber.adapters.host.kept_logs import users_logs

        return users_logs(os.environ)

    def console(
        self, *, before_output: Callable[[], None], on_refused: Callable[[str, str], None], attaches: bool = False
    ) -> Console:
        """Return the three standard streams."""
        from jobber.adapters.host.console import StandardStreams

        return StandardStreams(before_output=before_output, on_refused=on_refused, attaches=attaches)

    def interruptions(self) -> Interruptions:
        """Receive SIGINT, SIGTERM and SIGHUP."""
        from jobber.adapters.host.signals import SignalInterruptions

        return SignalInterruptions()

    @contextmanager
    def guest_interruptions(self) -> Iterator[Interruptions]:
        """Receive SIGINT in the main thread, and no signal in another thread: other signals belong to the process."""
        import threading
        from signal import SIGINT

        from jobber.adapters.host.signals import SignalInterruptions

        handled = (SIGINT,) if threading.current_thread() is threading.main_thread() else ()
        interruptions = SignalInterruptions(handled)
        try:
            yield interruptions
        finally:
            interruptions.close()

    def source_tree(self, folder: str) -> SourceTree:
        """Return the Git work tree of a directory."""
        import os

        from jobber.adapters.host.git import GitTree

        return GitTree(folder, environment=os.environ)

    def owner(self) -> str:
        """Return the owner string of this process."""
        from jobber.adapters.host.process_identity import current_owner

        return current_owner()

    def ends_with(self, image: ImageId) -> None:
        """Do nothing: jobber reports the image in a message and in the file of `--iidfile`."""


this_machine = ThisMachine()
_stack: list[Environment] = [this_machine]


def current_environment() -> Environment:
    """Return the current environment."""
    return _stack[-1]


@singledispatch
def environment_of(engine: object) -> Environment:
    """Return the environment of a call with this engine: the current one, unless the engine's type registers another.

    Engine types with a clock of their own, for example, register an environment that uses it.
    """
    del engine
    return current_environment()


@contextmanager
def using_environment(others: Environment) -> Iterator[None]:
    """Use another environment for commands and the Python API inside the context."""
    _stack.append(others)
    try:
        yield
    finally:
        _stack.remove(others)
