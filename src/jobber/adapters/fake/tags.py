"""The tags of a fake engine, both ways: what a name stands on, and what names an image has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.domain.images.reference import ImageId


class Tags:
    """Names and the images that they stand on."""

    def __init__(self) -> None:
        self._images: dict[str, ImageId] = {}
        self._names: dict[ImageId, dict[str, None]] = {}

    def image_of(self, name: str) -> ImageId | None:
        """What a name stands on; None where there is no such name."""
        return self._images.get(name)

    def names_of(self, image: ImageId) -> tuple[str, ...]:
        """The names of an image, the oldest first."""
        return tuple(self._names.get(image, ()))

    def names(self) -> tuple[str, ...]:
        """All names."""
        return tuple(self._images)

    def put(self, name: str, image: ImageId) -> None:
        """Let a name stand on an image, whatever it stood on before."""
        self.drop(name)
        self._images[name] = image
        self._names.setdefault(image, {})[name] = None

    def drop(self, name: str) -> None:
        """Take a name away, if it is there."""
        image = self._images.pop(name, None)
        if image is not None:
            del self._names[image][name]
