"""Push tags to their registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import CredentialsUnusable, PushedImageMissing, PushRefused
from jobber.domain.images.reference import reference_in
from jobber.domain.use_cases.images.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobber.domain.errors import JobberError
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports import ImageStore, Interruptions, Keyring, Registry
    from jobber.domain.ports.progress import Progress


def push_all(
    references: Iterable[ImageReference],
    *,
    registry: Registry,
    keyring: Keyring,
    interruptions: Interruptions,
    progress: Progress,
    images: ImageStore | None = None,
) -> None:
    """Push all references, one after the other, and continue after a refused one.

    If an image does not exist, the error suggests a similar name from `images`. After all attempts, the function raises
    the first error: `PushRefused` or `CredentialsUnusable`.
    """
    refused: list[tuple[ImageReference, JobberError]] = []
    for reference in references:
        progress.step(f"pushing {reference}")
        try:
            with interruptions.abortable():
                credentials = keyring.credentials_for(reference)
                digest = registry.push(reference, credentials=credentials, progress=progress)
        except (PushRefused, CredentialsUnusable) as error:
            if isinstance(error, PushedImageMissing) and images is not None and not refused:
                error.remedy = suggestion(reference, images=images, accepts=_is_remote) or error.remedy
            refused.append((reference, error))
        else:
            progress.note("pushed", reference=str(reference), digest=digest)
    if refused:
        raise _refusal(refused, progress)


def _is_remote(text: str) -> bool:
    reference = reference_in(text)
    return reference is not None and reference.is_remote


def _refusal(refused: Sequence[tuple[ImageReference, JobberError]], progress: Progress) -> JobberError:
    """Return the first error, with a hint for all of them, and warn about the others."""
    for reference, later in refused[1:]:
        progress.warn("not-pushed", reference=str(reference), why=later.what)
    error = refused[0][1]
    again = " ".join(str(reference) for reference, why in refused if not isinstance(why, PushedImageMissing))
    remedy = error.remedy if isinstance(error, PushRefused) else error.hint
    repeat = f"the image exists: push it with `jobber push {again}`, or pass --no-push" if again else None
    error.hint = "; ".join(filter(None, (remedy, repeat)))
    return error
