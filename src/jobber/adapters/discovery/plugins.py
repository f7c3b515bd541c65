"""Third-party engines, loaded from the entry-point group `jobber.engines`.

The name of an entry point is a value of `--engine`; its object is an `EngineConnector`. Entry points with the name of
a built-in engine are ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from jobber.domain.errors import JobberError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import EntryPoint

    from jobber.domain.ports import Engine, EngineConnector
    from jobber.domain.ports.progress import Progress

GROUP = "jobber.engines"
_OWN = ("auto", "docker", "podman")


class EngineBroken(JobberError):
    """The error for a package whose engine cannot be loaded."""

    def __init__(self, name: str, *, package: str, why: str) -> None:
        super().__init__(f"engine {name} from package {package} could not be loaded: {why}")
        self.name = name
        self.package = package


def brought_names() -> tuple[str, ...]:
    """Return the names of all third-party engines, sorted."""
    return tuple(sorted(_entries()))


def connect_brought(choice: str, *, host: str | None, environment: Mapping[str, str], progress: Progress) -> Engine:
    """Connect to a third-party engine. Raises `UsageError`, `EngineBroken`, and any error of the connector."""
    found = _entries()
    if choice not in found:
        raise UsageError(f"unknown engine {choice!r}", hint=f"available: {', '.join((*_OWN, *sorted(found)))}")
    entry = found[choice]
    package = entry.dist.name if entry.dist else entry.value
    try:
        connector: object = entry.load()
    except Exception as error:
        raise EngineBroken(choice, package=package, why=f"{type(error).__name__}: {error}") from error
    if not callable(connector):
        why = f"{entry.value} is not a function: it can't be called"
        raise EngineBroken(choice, package=package, why=why)
    return cast("EngineConnector", connector)(host=host, environment=environment, progress=progress)


def _entries() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=GROUP) if entry.name not in _OWN}
