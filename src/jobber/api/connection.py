"""How a call of the Python interface gets at an engine, and what it tells while it works."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.cli.surroundings import surroundings
from jobber.domain.errors import Interrupted
from jobber.domain.progress import Silence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.credentials import CredentialEntry
    from jobber.domain.ports import Engine, Interruptions
    from jobber.domain.progress import Progress


@dataclass(frozen=True, slots=True)
class Choices:
    """What a call says about its surroundings; the rest is in configuration files and variables."""

    host: str | None = None
    reg: str | None = None
    config: tuple[str, ...] = ()
    engine: str | None = None
    verbose: bool = False


def settings_and_connection(
    engine: str | Engine | None, host: str | None, *, registry: str | None, config: str | Sequence[str] = ()
) -> tuple[Settings, Connection]:
    """The settings in force for a call, and the engine that they mean. Raises `JobberError`."""
    from jobber.cli.settings import load_settings
    from jobber.domain.configuration.settings import ENGINE, HOST

    named = engine if isinstance(engine, str) else None
    names = (config,) if isinstance(config, str) else tuple(config)
    settings = load_settings(Choices(host, registry, names, named), environment=os.environ)
    given = None if isinstance(engine, str) else engine
    return settings, Connection(given or settings.get(ENGINE), settings.get(HOST))


@dataclass(frozen=True, slots=True)
class Connection:
    """The engine that is meant, connected to for as long as a call takes."""

    engine: str | Engine | None = None
    """A name (`docker`, `podman`, `auto`, or what another package brings), or an engine itself."""
    host: str | None = None

    @contextmanager
    def opened(self, progress: Progress | None = None) -> Iterator[Engine]:
        """The engine; one that was given is not closed. Raises `EngineUnavailable`."""
        if self.engine is not None and not isinstance(self.engine, str):
            yield self.engine
            return
        engine = surroundings().connect(
            host=self.host, choice=self.engine or "auto", environment=os.environ, progress=progress or Silence()
        )
        try:
            yield engine
        finally:
            engine.close()


def settings_credentials(settings: Settings) -> tuple[CredentialEntry, ...]:
    """The entries of the setting `credentials`, in their order."""
    from jobber.domain.configuration.settings import CREDENTIALS

    return tuple(item.content for item in settings.get(CREDENTIALS))


@contextmanager
def interruptible() -> Iterator[Interruptions]:
    """Ctrl-C, or a notebook's "interrupt", for as long as a call takes; what it gives up is a `KeyboardInterrupt`."""
    with surroundings().guest_interruptions() as interruptions:
        try:
            yield interruptions
        except Interrupted as error:
            raise KeyboardInterrupt(error.what) from error


def progress_for(*, quiet: bool, progress: Progress | None) -> Progress:
    """The listener that was asked for, a notebook's, or lines on stderr."""
    if progress is not None:
        return progress
    if quiet:
        return Silence()
    from jobber.api.notebook import notebook_display

    if display := notebook_display():
        from jobber.api.notebook import NotebookProgress

        return NotebookProgress(display)
    from jobber.cli.messages import messages

    return messages(verbose=False, log_format="console")
