"""The options that all commands share, and the objects built from them: settings, messages, an engine, a registry."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from jobber.cli.command_line.option import Option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.images.credentials import CredentialEntry
    from jobber.domain.images.reference import Registry
    from jobber.domain.ports import Engine
    from jobber.domain.ports.progress import Progress
    from jobber.session.environment import Environment
    from jobber.session.messages import Messages
    from jobber.session.session import Session

GROUP = "Global options"


@dataclass(frozen=True)
class GlobalOptions:
    """The global options, accepted before and after the command."""

    verbose: Annotated[bool, Option("--verbose", "-v", group=GROUP)] = False
    """Print each step with its engine call, and the full build output."""
    host: Annotated[str | None, Option("--host", "-H", group=GROUP)] = None
    """Engine to connect to: HOST, HOST:PORT, tcp://, https://, ssh://user@host, unix:///path."""
    reg: Annotated[str | None, Option("--reg", "-r", group=GROUP)] = None
    """Default registry, with or without a namespace (gcr.io/myproject)."""
    config: Annotated[tuple[str, ...], Option("--config", "-c", group=GROUP)] = ()
    """Activate a named configuration; may be repeated."""
    engine: Annotated[str | None, Option(group=GROUP)] = None
    """Container engine: auto, docker, podman, or one from another package [env var: JOBBER_ENGINE]."""
    log_format: Annotated[Literal["console", "json"], Option(group=GROUP, variable="JOBBER_LOG_FORMAT")] = "console"
    """Format of jobber's messages on stderr: text or JSON lines."""

    @cached_property
    def environment(self) -> Environment:
        """The environment of this command."""
        from jobber.session.environment import current_environment

        return current_environment()

    @cached_property
    def settings(self) -> Settings:
        """The effective settings with these options. Raises `ConfigurationInvalid` and other `JobberError`s."""
        from jobber.session.settings import load_settings, misnamed_configurations

        for path in misnamed_configurations(os.environ, around=self.environment):
            from jobber.session.messages import messages

            messages(verbose=False, log_format=self.log_format, environment=self.environment).warn(
                "misnamed-configuration", path=path
            )
        return load_settings(self, environment=os.environ, around=self.environment)

    def messages(self) -> Messages:
        """Return the messages of this command. Raises the same errors as `settings`."""
        from jobber.domain.configuration.settings import VERBOSE
        from jobber.session.messages import messages

        receiver = messages(
            verbose=self.settings.get(VERBOSE), log_format=self.log_format, environment=self.environment
        )
        if self.settings.active:
            receiver.call("configurations", names=", ".join(self.settings.active))
        return receiver

    def registry(self) -> Registry | None:
        """Return the default registry. Raises the same errors as `settings`."""
        from jobber.domain.configuration.settings import DEFAULT_REGISTRY

        return self.settings.get(DEFAULT_REGISTRY)

    def credentials(self) -> tuple[CredentialEntry, ...]:
        """Return the entries of the setting `credentials`, in their order. Raises the same errors as `settings`."""
        from jobber.domain.configuration.lists import located_entry
        from jobber.domain.configuration.settings import CREDENTIALS

        return tuple(located_entry(item) for item in self.settings.get(CREDENTIALS))

    def session(self, progress: Progress) -> Session:
        """Return the session of this command with these messages; it receives the signals to this process from now on.

        Raises the same errors as `settings`.
        """
        from jobber.session.bootstrap import open_session

        return open_session(self.environment, progress, self.credentials())

    @contextmanager
    def connected(self, session: Session) -> Iterator[Engine]:
        """Yield the engine and close it afterwards. Raises `EngineUnavailable`."""
        from jobber.domain.configuration.settings import ENGINE, HOST
        from jobber.session.settings import naming_origin

        host = self.settings.value(HOST)
        choice = self.settings.get(ENGINE)
        with session.interruptions.abortable(), naming_origin(host):
            engine = session.environment.connect(
                host=host.content, choice=choice, environment=os.environ, progress=session.progress
            )
        try:
            yield engine
        finally:
            engine.close()
