"""Removal of an image by its ID, with all its tags.

Without `force`, engines refuse to remove an image with several tags. With it, they would also remove an image that
containers use.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jobber.domain.errors import EngineFailed, ImageNotFound, JobberError
from jobber.domain.images.naming import LATEST_RUN
from jobber.domain.images.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import ImageStore


def remove_with_tags(
    images: ImageStore, image: ImageId, *, remove: Callable[[ImageReference | ImageId], None], because: str
) -> None:
    """Remove an image; `because` is the part of the engine's error if the image's tags prevent the removal.

    If the image can't be removed for another reason, its tags are restored. Raises `ImageNotFound`, `EngineFailed`.
    """
    try:
        remove(image)
    except EngineFailed as error:
        if because not in error.why:
            raise
        _untag_and_remove(images, image, remove)


def _untag_and_remove(images: ImageStore, image: ImageId, remove: Callable[[ImageReference | ImageId], None]) -> None:
    # The moving tag is removed last, together with the image: meanwhile it may have moved to another image.
    tags = sorted(images.inspect(image).references, key=lambda text: text.endswith(f":{LATEST_RUN}"))
    gone: list[ImageReference] = []
    try:
        for reference in map(parse_reference, tags[:-1]):
            if images.inspect(reference).id == image:
                remove(reference)
                gone.append(reference)
        remove(image)
    except ImageNotFound:
        raise
    except JobberError:
        for reference in gone:
            with suppress(JobberError):
                images.tag(image, reference=reference)
        raise
