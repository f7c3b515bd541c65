"""Remove an image by its id, with all its tags: engines refuse that for one with several, unless they are forced.

Forced, they would remove it from under containers too.
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
    """Remove an image; `because` is what the engine says where its tags are in the way.

    Where it can't be removed for another reason, its tags are what they were. Raises `ImageNotFound`, `EngineFailed`.
    """
    try:
        remove(image)
    except EngineFailed as error:
        if because not in error.why:
            raise
        _untag_and_remove(images, image, remove)


def _untag_and_remove(images: ImageStore, image: ImageId, remove: Callable[[ImageReference | ImageId], None]) -> None:
    # the tag that moves goes with the image: it may be another one's by the time that we come to it
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
