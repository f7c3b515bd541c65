"""What `jobber doctor` asks: this machine, and engines about themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.checkup.findings import EnginePlace, Installation, LocalDevices, Logins
    from jobber.domain.containers.engine_facts import EngineFacts, Space
    from jobber.domain.images.credentials import CredentialEntry
    from jobber.domain.ports.engine import Engine


@runtime_checkable
class InspectableEngine(Protocol):
    """An engine that describes its set-up; an engine that another package brings need not."""

    def facts(self) -> EngineFacts:
        """Describe the engine's set-up, and change nothing.

        Returns what the engine describes; what it does not describe stays empty. Raises `EngineLost`, `EngineFailed`.
        """


class EngineSearch(Protocol):
    """The search for the engine that a run would use."""

    def connect(self) -> tuple[Engine, str]:
        """Connect to the engine that a run would use.

        Returns the engine, and the reason for it in a few words (`DOCKER_HOST`). Raises `JobberError` where a run
        would find none.
        """

    def places(self) -> Sequence[EnginePlace]:
        """Ask at the other places where an engine may be; to be called after `connect`."""


class Machine(Protocol):
    """The machine that jobber runs on."""

    def installation(self) -> Installation:
        """Describe the program that is running, and others of its name."""

    def name(self) -> str:
        """Return the host name."""

    def space(self, path: str) -> Space | None:
        """Return the room on the file system of a directory; None where that can't be looked at."""

    def devices(self, folders: Sequence[str]) -> LocalDevices:
        """Look for GPUs, and for CDI specifications in these directories, or in the usual ones if there are none."""

    def logins(self, entries: Sequence[CredentialEntry]) -> Logins:
        """List the stored logins and those of the configuration, and what is wrong with them; never a secret."""
