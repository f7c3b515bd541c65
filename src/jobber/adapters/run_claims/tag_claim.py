"""Atomic claims of tags: if two processes claim the same tag, only one gets it.

Engines overwrite tags silently. The name of a container, however, is unique. The process that creates the container
named after the tag may check and tag; the others wait.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from jobber.domain.errors import EngineFailed, ImageNotFound, NameTaken, TagTaken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber.domain.containers.container import ContainerId
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import ImageStore

    class CreateHelper(Protocol):
        """The engine's call that creates a helper container."""

        def __call__(self, image: ImageId, /, *, name: str) -> ContainerId:
            """Create a helper container. Raises `NameTaken`."""

    class RemoveHelper(Protocol):
        """The engine's call that removes a helper container."""

        def __call__(self, container: str, /, *, only_abandoned: bool = False) -> None:
            """Remove a helper container; with `only_abandoned`, only if the process that created it has ended."""


_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 30.0


def claim_tag(
    images: ImageStore,
    image: ImageId,
    reference: ImageReference,
    *,
    make: CreateHelper,
    remove: RemoveHelper,
    rename: Callable[[str], None] | None = None,
) -> None:
    """Tag an image unless another image has the tag.

    `make` and `remove` are the engine's calls for helper containers. `rename` gives a name to a container that is about
    to be removed: a quarter of the time of a helper container. Raises `TagTaken`, `ImageNotFound`.
    """
    name = f"jobber-claim-{sha256(str(reference).encode()).hexdigest()[:24]}"
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with _held(image, name, make=make, remove=remove, rename=rename):
                if not _is_ours(images, image, reference):
                    images.tag(image, reference=reference)
                return
        except NameTaken:
            if _is_ours(images, image, reference):
                return
            if time.monotonic() > give_up:
                raise TagTaken(str(reference)) from None
            time.sleep(_POLL_SECONDS)


@contextmanager
def _held(
    image: ImageId,
    name: str,
    *,
    make: CreateHelper,
    remove: RemoveHelper,
    rename: Callable[[str], None] | None,
) -> Iterator[None]:
    """Hold the container of this name. Raises `NameTaken` if another process holds it."""
    if rename is not None and _is_renamed(rename, name):
        yield
        return
    try:
        helper = make(image, name=name)
    except NameTaken:
        remove(name, only_abandoned=True)
        raise
    try:
        yield
    finally:
        remove(helper)


def _is_renamed(rename: Callable[[str], None], name: str) -> bool:
    """Rename the container; return False if the engine can't, for example because it has just been removed."""
    try:
        rename(name)
    except EngineFailed:
        return False
    return True


def _is_ours(images: ImageStore, image: ImageId, reference: ImageReference) -> bool:
    """Return whether this image has the tag. Raises `TagTaken` if another image has it."""
    try:
        there = images.inspect(reference)
    except ImageNotFound:
        return False
    if there.id != image:
        raise TagTaken(str(reference))
    return True
