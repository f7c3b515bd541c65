"""Images on Docker."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from jobber.adapters.archives.paths import check_askable
from jobber.adapters.docker.archives import open_archive
from jobber.adapters.docker.init_layer import without_init_layer
from jobber.adapters.docker.parts import create_helper, remove_helper
from jobber.adapters.docker.translate import image_of, listed_image_of
from jobber.adapters.engine_api.calls import failed, listed, with_labels
from jobber.adapters.engine_api.remove_image import remove_with_tags
from jobber.adapters.engine_api.retry import retrying
from jobber.adapters.run_claims.tag_claim import claim_tag
from jobber.domain.errors import ImageNotFound
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageId, ImageReference

_MISSING = 404
_WAS_REMOVED = "not found"
"""The error of an image list from containerd's store if an image is removed meanwhile."""
_SEVERAL_TAGS = "multiple repositories"


class DockerImages:
    """The image store of a Docker engine."""

    def __init__(self, client: EngineConnection) -> None:
        self._client = client

    def inspect(self, name: ImageReference | ImageId | str) -> Image:
        """Inspect an image. Raises `ImageNotFound`."""
        with self._client.call("GET", f"/images/{_path(name)}/json") as response:
            if response.status == _MISSING:
                raise ImageNotFound(str(name))
            if not response.ok:
                raise failed(f"inspect image {name}", response)
            return image_of(response.json())

    def tag(self, image: ImageId, *, reference: ImageReference) -> None:
        """Tag an image; the tag moves from any other image. Raises `ImageNotFound`."""
        query = {"repo": reference.repository, "tag": reference.tag}
        with self._client.call("POST", f"/images/{_path(image)}/tag", query=query) as response:
            if response.status == _MISSING:
                raise ImageNotFound(image)
            if not response.ok:
                raise failed(f"tag {reference}", response)

    def claim(self, image: ImageId, *, reference: ImageReference) -> None:
        """Tag an image with a tag that no other image has. Raises `TagTaken`, `ImageNotFound`."""
        claim_tag(
            self,
            image,
            reference,
            make=partial(create_helper, self._client),
            remove=partial(remove_helper, self._client),
        )

    def remove(self, name: ImageReference | ImageId) -> None:
        """Remove a tag, and the image with its last tag; by ID, the image with all its tags. Raises `ImageNotFound`."""
        if isinstance(name, str):
            remove_with_tags(self, name, remove=self._remove, because=_SEVERAL_TAGS)
        else:
            self._remove(name)

    def remove_alone(self, image: ImageId) -> None:
        """Remove an image by its ID without removing its parents. Raises `ImageNotFound`, `EngineFailed`.

        By default Docker also removes parents without a tag, such as the code image of a run by ID.
        """
        self._remove(image, noprune=True)

    def _remove(self, name: ImageReference | ImageId, *, noprune: bool | None = None) -> None:
        with self._client.call("DELETE", f"/images/{_path(name)}", query={"noprune": noprune}) as response:
            if response.status == _MISSING:
                raise ImageNotFound(str(name))
            if not response.ok:
                raise failed(f"remove image {name}", response)

    def archive(self, image: ImageId, *, path: str) -> Generator[bytes]:
        """Yield a file or a directory of an image as a tar archive.

        Raises `ImageNotFound`, `PathNotFound`, `PathNotUtf8`.
        """
        check_askable(path)
        part = create_helper(self._client, image)
        try:
            archive = open_archive(self._client, part, path, of=image)
            yield from without_init_layer(archive) if normal_path(path) == "/" else archive
        finally:
            remove_helper(self._client, part)

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[ListedImage]:
        """List all images with these labels."""
        return self.listed(labels=labels, everything=True)

    def list_few(self, *, limit: int) -> Sequence[ListedImage]:
        """List all images if there are at most `limit`, else return nothing. A list takes Docker milliseconds."""
        found = self.list(labels={})
        return found if len(found) <= limit else ()

    def listed(self, *, labels: Mapping[str, str | None], everything: bool) -> Sequence[ListedImage]:
        """List images with these labels; with `everything`, also untagged images that others are made from."""
        ask = partial(listed, self._client, "/images/json", filters=with_labels(labels), everything=everything)
        found = [listed_image_of(item) for item in retrying(ask, sign=_WAS_REMOVED)]
        # containerd's store lists an image that is being removed, without its labels
        return [image for image in found if image.labels.keys() >= labels.keys()]

    def references(self, *, seconds: float | None = None) -> tuple[str, ...]:
        """Return the tags of all images. Raises `EngineLost` if that takes longer than `seconds`."""
        if seconds is None:
            return tuple(tag for image in self.listed(labels={}, everything=False) for tag in image.references)
        with closing(self._client.limited(seconds)) as client:
            return DockerImages(client).references()


def _path(name: ImageReference | ImageId | str) -> str:
    return quote(str(name), safe="/:@")
