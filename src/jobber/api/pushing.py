"""Push images, as `jobber push` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.api.connection import Connection, interruptible, progress_for
from jobber.domain.reference import parse_registry
from jobber.domain.use_cases.push import push_all

if TYPE_CHECKING:
    from jobber.domain.ports import Engine
    from jobber.domain.progress import Progress


def push(
    *references: str,
    registry: str | None = None,
    engine: str | Engine | None = None,
    host: str | None = None,
    quiet: bool = False,
    progress: Progress | None = None,
) -> None:
    """Push images to their registries: for results whose push failed. Raises `PushRefused`, `UsageError`."""
    from jobber.cli.composition import NoCredentials
    from jobber.cli.push_references import parse_references

    told = progress_for(quiet=quiet, progress=progress)
    found = parse_references(references, registry=parse_registry(registry) if registry else None)
    with interruptible() as interruptions, Connection(engine, host).opened(told) as opened:
        push_all(found, registry=opened.registry, keyring=NoCredentials(), interruptions=interruptions, progress=told)
