"""The tags of a fake engine, in both directions: the image of a tag, and the tags of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.domain.images.reference import ImageId


class Tags:
    """A table of tags and their images."""

    def __init__(self) -> None:
        self._images: dict[str, ImageId] = {}
        self._names: dict[ImageId, dict[str, None]] = {}

    def image_of(self, name: str) -> ImageId | None:
        """Return the image of a tag; None if the tag does not exist."""
        return self._images.get(name)

    def names_of(self, image: ImageId) -> tuple[str, ...]:
        """Return the tags of an image, the oldest first."""
        return tuple(self._names.get(image, ()))

    def names(self) -> tuple[str, ...]:
        """Return all tags."""
        return tuple(self._images)

    def put(self, name: str, image: ImageId) -> None:
        """Point a tag to an image; replace its previous image."""
        self.drop(name)
        self._images[name] = image
        self._names.setdefault(image, {})[name] = None

    def drop(self, name: str) -> None:
        """Remove a tag if it exists."""
        image = self._images.pop(name, None)
        if image is not None:
            del self._names[image][name]
