"""Claim a tag: of two that want it at once, one gets it.

Engines tag without looking. A container's name, though, can be had only once: whoever makes the container that is
named after the tag may look and tag, the others wait their turn.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from jobber.domain.errors import ImageNotFound, NameTaken, TagTaken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.containers.container import ContainerId
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import ImageStore

    class MakePart(Protocol):
        """The engine's way to make a container that is never started."""

        def __call__(self, image: ImageId, /, *, name: str) -> ContainerId:
            """Make one. Raises `NameTaken`."""

    class RemovePart(Protocol):
        """The engine's way to remove one."""

        def __call__(self, container: str, /, *, only_abandoned: bool = False) -> None:
            """Remove one; with `only_abandoned`, only if its maker is no more."""


_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 30.0


def claim_tag(
    images: ImageStore,
    image: ImageId,
    reference: ImageReference,
    *,
    make: MakePart,
    remove: RemovePart,
) -> None:
    """Tag an image unless the tag stands on another one.

    `make` and `remove` are the engine's calls for containers of jobber's own.
    Raises `TagTaken`, `ImageNotFound`.
    """
    name = f"jobber-claim-{sha256(str(reference).encode()).hexdigest()[:24]}"
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while not _is_ours(images, image, reference):
        try:
            with _held(image, name, make=make, remove=remove):
                if not _is_ours(images, image, reference):
                    images.tag(image, reference=reference)
                return
        except NameTaken:
            if time.monotonic() > give_up:
                raise TagTaken(str(reference)) from None
            time.sleep(_POLL_SECONDS)


@contextmanager
def _held(image: ImageId, name: str, *, make: MakePart, remove: RemovePart) -> Iterator[None]:
    """Have the container of this name. Raises `NameTaken` where another has it."""
    try:
        part = make(image, name=name)
    except NameTaken:
        remove(name, only_abandoned=True)
        raise
    try:
        yield
    finally:
        remove(part)


def _is_ours(images: ImageStore, image: ImageId, reference: ImageReference) -> bool:
    """Whether the tag stands on this image; raises `TagTaken` where it stands on another."""
    try:
        there = images.inspect(reference)
    except ImageNotFound:
        return False
    if there.id != image:
        raise TagTaken(str(reference))
    return True
