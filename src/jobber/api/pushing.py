"""Push images, as `jobber push` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.api import arguments
from jobber.api.connection import progress_for, settings_and_connection, settings_credentials
from jobber.domain.use_cases.images.push import push_all

if TYPE_CHECKING:
    from jobber.domain.ports import Engine
    from jobber.domain.ports.progress import Progress


def push(
    *references: str,
    registry: str | None = None,
    engine: str | Engine | None = None,
    host: str | None = None,
    quiet: bool = False,
    progress: Progress | None = None,
) -> None:
    """Push images to their registries: for results whose push failed. Raises `PushRefused`, `UsageError`."""
    from jobber.domain.configuration.settings import DEFAULT_REGISTRY
    from jobber.session.bootstrap import keyring
    from jobber.session.push_references import parse_references

    told = progress_for(quiet=quiet, progress=progress)
    settings, connection = settings_and_connection(engine, host, registry=registry)
    found = parse_references(arguments.texts("references", references), registry=settings.get(DEFAULT_REGISTRY))
    keys = keyring(settings_credentials(settings), around=connection.around)
    with connection.interruptible() as interruptions, connection.opened(told) as opened:
        push_all(
            found,
            registry=opened.registry,
            keyring=keys,
            interruptions=interruptions,
            progress=told,
            images=opened.images,
        )
