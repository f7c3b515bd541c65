"""Push tags to their registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.ports import Interruptions, Keyring, Registry
    from jobber.domain.progress import Progress
    from jobber.domain.reference import ImageReference


def push_all(
    references: Iterable[ImageReference],
    *,
    registry: Registry,
    keyring: Keyring,
    interruptions: Interruptions,
    progress: Progress,
) -> None:
    """Push every reference, one after the other. Raises `PushRefused` at the first that is refused."""
    for reference in references:
        credentials = keyring.credentials_for(reference)
        progress.step(f"pushing {reference}")
        with interruptions.abortable():
            digest = registry.push(reference, credentials=credentials, progress=progress)
        progress.note("pushed", reference=str(reference), digest=digest)
