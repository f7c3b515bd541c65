"""Built images, found by their context keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.images.naming import is_timestamp_tag
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.image import ListedImage


def image_with_key(images: Iterable[ListedImage], key: str) -> ListedImage | None:
    """Return the newest image that a build with this context key created; None if there is none."""
    found = [image for image in images if image.labels.get(Label.CONTEXT_KEY) == key and has_own_key(image)]
    return max(found, key=lambda image: image.created, default=None)


def has_own_key(image: ListedImage) -> bool:
    """Return whether the context key in an image's labels is its own.

    An image that another tool builds from it inherits the labels. It does not have the timestamp tag of the build,
    which never moves.
    """
    tags = image.labels.get(Label.BUILD_TAGS, "").split(",")
    fixed = {text for text in tags if is_timestamp_tag(text.rpartition(":")[2])}
    return not fixed.isdisjoint(image.references)
