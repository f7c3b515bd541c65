"""Ports of `jobber doctor`: the local host, and engines that describe their configuration."""

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
    """An engine that describes its configuration; engines from other packages may lack this role."""

    def facts(self) -> EngineFacts:
        """Return the engine's configuration, without changing anything.

        Returns:
            The configuration; facts that the engine does not report are empty.

        Raises:
            EngineLost: The connection to the engine was lost.
            EngineFailed: The engine returned an error.

        """


class EngineSearch(Protocol):
    """The search for the engine that a run would use."""

    def connect(self) -> tuple[Engine, str]:
        """Connect to the engine that a run would use.

        Returns:
            The engine, and the reason for the choice in a few words (`DOCKER_HOST`).

        Raises:
            JobberError: A run would find no engine.

        """

    def places(self) -> Sequence[EnginePlace]:
        """Return the other addresses where an engine may be, with their answers; call it after `connect`.

        Returns:
            The addresses that were tried.

        """


class Machine(Protocol):
    """The local host, on which jobber runs."""

    def installation(self) -> Installation:
        """Describe the running program, and other programs with its name.

        Returns:
            The installation.

        """

    def name(self) -> str:
        """Return the host name.

        Returns:
            The host name.

        """

    def space(self, path: str) -> Space | None:
        """Return the space on the file system of a directory.

        Args:
            path: The path of the directory.

        Returns:
            The space in bytes; None if it cannot be determined.

        """

    def devices(self, folders: Sequence[str]) -> LocalDevices:
        """Find GPUs and CDI specifications.

        Args:
            folders: The directories to search for CDI specifications; the usual ones if empty.

        Returns:
            The devices of the local host.

        """

    def logins(self, entries: Sequence[CredentialEntry]) -> Logins:
        """List the stored logins and those of the configuration, with their problems; secrets are never included.

        Args:
            entries: The credentials in the configuration.

        Returns:
            The logins.

        """
