"""Image pushes from Python: the API counterpart of `jobber push`."""

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
    """Push images to their registries, for example results whose push failed.

    Args:
        references: The references to push. Each has a registry or a namespace, or gets the one of `registry`.
        registry: The registry of names that have neither a registry nor a namespace. Default: the setting.
        engine: The name of an engine (`docker`, `podman`, `auto`) or an engine object. Default: the setting `engine`.
        host: The address of the engine. Default: the setting `host`.
        quiet: Show no progress. Default: False.
        progress: A listener that receives progress events. Default: a notebook display, or lines on stderr.

    Returns:
        None.

    Raises:
        PushRefused: The registry or the engine refused a push.
        UsageError: No reference is given, a reference has no registry, or another argument is invalid.
        EngineUnavailable: No engine can be reached.

    """
    from jobber.domain.configuration.settings import DEFAULT_REGISTRY
    from jobber.session.push_references import parse_references

    receiver = progress_for(quiet=quiet, progress=progress)
    settings, connection = settings_and_connection(engine, host, registry=registry)
    found = parse_references(arguments.texts("references", references), registry=settings.get(DEFAULT_REGISTRY))
    with connection.session(receiver, settings_credentials(settings)) as session, connection.opened(receiver) as opened:
        push_all(
            found,
            registry=opened.registry,
            keyring=session.keyring,
            interruptions=session.interruptions,
            progress=receiver,
            images=opened.images,
        )
