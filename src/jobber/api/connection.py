"""The connection of an API call to its engine, environment and progress listener."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.api import arguments
from jobber.domain.errors import Interrupted
from jobber.domain.ports.progress import Silence
from jobber.session.environment import environment_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.images.credentials import CredentialEntry
    from jobber.domain.ports import Engine, Interruptions
    from jobber.domain.ports.progress import Progress
    from jobber.session.environment import Environment
    from jobber.session.session import Session


@dataclass(frozen=True, slots=True)
class Choices:
    """The global options of an API call; all other settings come from configuration files and environment variables."""

    host: str | None = None
    reg: str | None = None
    config: tuple[str, ...] = ()
    engine: str | None = None
    verbose: bool = False


def settings_and_connection(
    engine: str | Engine | None, host: str | None, *, registry: str | None, config: str | Sequence[str] = ()
) -> tuple[Settings, Connection]:
    """Return the effective settings of a call and the connection to its engine. Raises `JobberError`."""
    from jobber.domain.configuration.settings import ENGINE, HOST
    from jobber.session.settings import load_settings, misnamed_configurations

    arguments.engine(engine)
    given = None if isinstance(engine, str) else engine
    choices = Choices(
        arguments.text_or_none("host", host),
        arguments.text_or_none("registry", registry),
        arguments.texts("config", config),
        engine if isinstance(engine, str) else None,
    )
    environment = environment_of(given)
    for path in misnamed_configurations(os.environ, around=environment):
        import warnings

        from jobber.session.messages import sentence

        warnings.warn(sentence("misnamed-configuration", {"path": path}), stacklevel=3)
    settings = load_settings(choices, environment=os.environ, around=environment)
    return settings, Connection(environment, settings.get(ENGINE) if given is None else given, settings.get(HOST))


@dataclass(frozen=True, slots=True)
class Connection:
    """The engine of an API call, opened for the duration of the call, with the call's environment."""

    environment: Environment
    engine: str | Engine
    """The name of an engine (`docker`, `podman`, `auto`, or a third-party engine), or an engine object."""
    host: str | None = None

    def __deepcopy__(self, memo: object) -> Connection:
        """Return the connection itself: an engine must not be copied."""
        return self

    def __reduce__(self) -> tuple[type[Connection], tuple[object, ...]]:
        """Return a reduction that finds the engine again in another process.

        Raises `TypeError` for an engine that was passed as an object.
        """
        if not isinstance(self.engine, str):
            kind = type(self.engine).__name__
            raise TypeError(f"objects from a custom {kind} can't be pickled: they belong to this process")
        return Connection, (self.environment, self.engine, self.host)

    @contextmanager
    def opened(self, progress: Progress | None = None) -> Iterator[Engine]:
        """Yield the engine; close it afterwards unless the caller passed an object. Raises `EngineUnavailable`."""
        if not isinstance(self.engine, str):
            yield self.engine
            return
        engine = self.environment.connect(
            host=self.host, choice=self.engine, environment=os.environ, progress=progress or Silence()
        )
        try:
            yield engine
        finally:
            engine.close()

    @contextmanager
    def session(self, progress: Progress, entries: Sequence[CredentialEntry] = ()) -> Iterator[Session]:
        """Yield the session of a call, with these credentials before those of the environment's logins.

        Raises `KeyboardInterrupt` for Ctrl-C, or a notebook's "interrupt", during the call.
        """
        from jobber.session.bootstrap import keyring
        from jobber.session.session import Session

        with self.interruptible() as interruptions:
            yield Session(self.environment, progress, keyring(entries, self.environment), interruptions)

    @contextmanager
    def interruptible(self) -> Iterator[Interruptions]:
        """Handle Ctrl-C, or a notebook's "interrupt", during a call. Raises `KeyboardInterrupt` for it."""
        with self.environment.guest_interruptions() as interruptions:
            try:
                yield interruptions
            except Interrupted as error:
                raise KeyboardInterrupt(error.what) from error


def settings_credentials(settings: Settings) -> tuple[CredentialEntry, ...]:
    """Return the entries of the setting `credentials`, in their order."""
    from jobber.domain.configuration.lists import located_entry
    from jobber.domain.configuration.settings import CREDENTIALS

    return tuple(located_entry(item) for item in settings.get(CREDENTIALS))


def progress_for(*, quiet: bool, progress: Progress | None) -> Progress:
    """Return the given listener, a notebook display, or a listener that prints to stderr. Raises `UsageError`."""
    arguments.truths(quiet=quiet)
    arguments.listener(progress)
    if progress is not None:
        return progress
    if quiet:
        return Silence()
    from jobber.api.notebook_progress import notebook_display

    if display := notebook_display():
        from jobber.api.notebook_progress import NotebookProgress

        return NotebookProgress(display)
    from jobber.session.messages import ConsoleMessages

    return ConsoleMessages(verbose=False)
