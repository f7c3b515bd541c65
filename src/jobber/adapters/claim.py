"""Claim a tag: of two that want it at once, one gets it.

Engines tag without looking. A container's name, though, can be had only once: whoever makes the container that is
named after the tag may look and tag, the others wait their turn.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.domain.errors import ImageNotFound, NameTaken, TagTaken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber.domain.ports import ImageStore
    from jobber.domain.reference import ImageId, ImageReference

_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 30.0


def claim_tag(
    images: ImageStore,
    image: ImageId,
    reference: ImageReference,
    *,
    part: Callable[[ImageId, str], Iterator[None]],
) -> None:
    """Tag an image unless the tag stands on another one.

    `part` holds a container of the given name while it is iterated, and raises `NameTaken` where another does.
    Raises `TagTaken`, `ImageNotFound`.
    """
    name = f"jobber-claim-{sha256(str(reference).encode()).hexdigest()[:24]}"
    hold = contextmanager(part)
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while not _is_ours(images, image, reference):
        try:
            with hold(image, name):
                if not _is_ours(images, image, reference):
                    images.tag(image, reference=reference)
                return
        except NameTaken:
            if time.monotonic() > give_up:
                raise TagTaken(str(reference)) from None
            time.sleep(_POLL_SECONDS)


def _is_ours(images: ImageStore, image: ImageId, reference: ImageReference) -> bool:
    """Whether the tag stands on this image; raises `TagTaken` where it stands on another."""
    try:
        there = images.inspect(reference)
    except ImageNotFound:
        return False
    if there.id != image:
        raise TagTaken(str(reference))
    return True
