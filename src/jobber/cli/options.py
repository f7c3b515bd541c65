"""The options that all commands share, and what they give: messages, an engine, a registry."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.cli.messages import Messages
    from jobber.domain.ports import Engine, Interruptions
    from jobber.domain.reference import Registry

GROUP = "Global options"


@Parameter(name="*")
@dataclass(frozen=True)
class GlobalOptions:
    """What may stand before the command or after it."""

    verbose: Annotated[bool, Parameter(name=("--verbose", "-v"), group=GROUP)] = False
    """Say what is being done, with which engine call; build output in full."""
    host: Annotated[str | None, Parameter(name=("--host", "-H"), group=GROUP)] = None
    """Engine to connect to: HOST, HOST:PORT, tcp://, ssh://user@host, unix:///path."""
    reg: Annotated[str | None, Parameter(name=("--reg", "-r"), group=GROUP)] = None
    """Default registry, with or without a namespace (gcr.io/myproject)."""
    engine: Annotated[str, Parameter(group=GROUP, env_var="JOBBER_ENGINE")] = "auto"
    """Container engine: auto, docker, podman, or one that another package brings."""
    log_format: Annotated[Literal["console", "json"], Parameter(group=GROUP, env_var="JOBBER_LOG_FORMAT")] = "console"
    """jobber's own messages on stderr as text or as JSON lines."""

    def messages(self) -> Messages:
        """Where jobber says what it does."""
        from jobber.cli.messages import messages

        return messages(verbose=self.verbose, log_format=self.log_format)

    def registry(self) -> Registry | None:
        """The default registry. Raises `InvalidReference`."""
        from jobber.domain.reference import parse_registry

        return parse_registry(self.reg) if self.reg else None

    @contextmanager
    def connected(
        self, progress: Messages, interruptions: Interruptions, *, environment: Mapping[str, str]
    ) -> Iterator[Engine]:
        """The engine, for as long as it is needed. Raises `EngineUnavailable`."""
        from jobber.cli.surroundings import surroundings

        with interruptions.abortable():
            engine = surroundings().connect(
                host=self.host, choice=self.engine, environment=environment, progress=progress
            )
        try:
            yield engine
        finally:
            engine.close()
