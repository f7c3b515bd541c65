"""Pull an image with the available credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import CredentialsUnusable, PullUnauthorized

if TYPE_CHECKING:
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports import Keyring, Registry
    from jobber.domain.ports.progress import Progress


def pull(reference: ImageReference, *, registry: Registry, keyring: Keyring, progress: Progress) -> Image:
    """Pull an image. An unusable stored login is an error only if the registry requires one.

    Raises `PullRefused`, `CredentialsUnusable`.
    """
    try:
        credentials = keyring.credentials_for(reference)
    except CredentialsUnusable as unusable:
        if not unusable.is_stored:
            raise
        try:
            return registry.pull(reference, credentials=None, progress=progress)
        except PullUnauthorized:
            raise unusable from None
    return registry.pull(reference, credentials=credentials, progress=progress)
