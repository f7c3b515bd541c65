"""Docker's images."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from jobber.adapters.claim import claim_tag
from jobber.adapters.docker.archives import open_archive
from jobber.adapters.docker.parts import make_part, remove_part
from jobber.adapters.docker.translate import failed, image_of, listed_image_of, tags_of
from jobber.adapters.untag import remove_with_tags
from jobber.domain.errors import ImageNotFound, NameTaken

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from jobber.adapters.wire import Wire
    from jobber.domain.image import Image, ListedImage
    from jobber.domain.reference import ImageId, ImageReference

_MISSING = 404
_TRIES = 20
_PAUSE_SECONDS = 0.1
_SEVERAL_TAGS = "multiple repositories"


class DockerImages:
    """The image store behind a wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def inspect(self, name: ImageReference | ImageId | str) -> Image:
        """Look an image up. Raises `ImageNotFound`."""
        with self._wire.call("GET", f"/images/{_path(name)}/json") as response:
            if response.status == _MISSING:
                raise ImageNotFound(str(name))
            if not response.ok:
                raise failed(f"inspect image {name}", response)
            return image_of(response.json())

    def tag(self, image: ImageId, *, reference: ImageReference) -> None:
        """Give an image a tag, taking it from any other image. Raises `ImageNotFound`."""
        query = {"repo": reference.repository, "tag": reference.tag}
        with self._wire.call("POST", f"/images/{_path(image)}/tag", query=query) as response:
            if response.status == _MISSING:
                raise ImageNotFound(image)
            if not response.ok:
                raise failed(f"tag {reference}", response)

    def claim(self, image: ImageId, *, reference: ImageReference) -> None:
        """Give an image a tag that no other image has. Raises `TagTaken`, `ImageNotFound`."""
        claim_tag(self, image, reference, part=self._claim)

    def remove(self, name: ImageReference | ImageId) -> None:
        """Remove a tag, and the image with its last one; by id, the image with all its tags. Raises `ImageNotFound`."""
        if isinstance(name, str):
            remove_with_tags(self, name, remove=self._remove, because=_SEVERAL_TAGS)
        else:
            self._remove(name)

    def _remove(self, name: ImageReference | ImageId) -> None:
        with self._wire.call("DELETE", f"/images/{_path(name)}") as response:
            if response.status == _MISSING:
                raise ImageNotFound(str(name))
            if not response.ok:
                raise failed(f"remove image {name}", response)

    def archive(self, image: ImageId, *, path: str) -> Generator[bytes]:
        """A file or a directory of an image as a tar archive. Raises `ImageNotFound`, `PathNotFound`."""
        part = make_part(self._wire, image)
        try:
            yield from open_archive(self._wire, part, path, of=image)
        finally:
            remove_part(self._wire, part)

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[ListedImage]:
        """All images with these labels."""
        words = [name if value is None else f"{name}={value}" for name, value in labels.items()]
        query = {"all": True, "filters": json.dumps({"label": words} if words else {})}
        for tries_left in reversed(range(_TRIES)):
            with self._wire.call("GET", "/images/json", query=query) as response:
                if response.ok:
                    return [listed_image_of(item) for item in response.json() or ()]
                error = failed("list images", response)
            # The containerd store stumbles over an image that somebody removes meanwhile: the list is made again.
            if not tries_left or "not found" not in error.why:
                raise error
            time.sleep(_PAUSE_SECONDS)
        raise AssertionError

    def references(self) -> tuple[str, ...]:
        """The tags of all images."""
        with self._wire.call("GET", "/images/json") as response:
            if not response.ok:
                raise failed("list images", response)
            return tags_of(response.json())

    def _claim(self, image: ImageId, name: str) -> Iterator[None]:
        try:
            part = make_part(self._wire, image, name=name)
        except NameTaken:
            remove_part(self._wire, name, only_abandoned=True)
            raise
        try:
            yield
        finally:
            remove_part(self._wire, part)


def _path(name: ImageReference | ImageId | str) -> str:
    return quote(str(name), safe="/:@")
