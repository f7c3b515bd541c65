"""Images on Podman."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jobber.adapters.archives.paths import check_askable
from jobber.adapters.engine_api.calls import failed, listed, with_labels
from jobber.adapters.engine_api.remove_image import remove_with_tags
from jobber.adapters.engine_api.retry import retrying
from jobber.adapters.podman.archives import mounted, open_archive
from jobber.adapters.podman.names import candidates, engine_reference
from jobber.adapters.podman.parts import create_helper, remove_helper, set_up_part
from jobber.adapters.podman.translate import image_id, image_of, listed_image_of
from jobber.adapters.run_claims.tag_claim import claim_tag
from jobber.domain.errors import EngineFailed, ImageNotFound

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageId, ImageReference

_MISSING = 404
_SEVERAL_TAGS = "more than one tag"
_WAS_REMOVED = "image not known"
"""Podman's error for an image list if an image is removed meanwhile."""
IS_BEING_REMOVED = "nil pointer dereference"
"""Podman 4.3's error for an image while that one, or one that it is compared with, is being removed."""
LOST_NAME = "a concurrent change to the image's names overwrote it"
"""jobber's message for a name that Podman before 4.8 loses: Podman reads all names of an image and writes them back."""


class PodmanImages:
    """The image store of a Podman engine."""

    def __init__(self, client: EngineConnection) -> None:
        self._client = client

    def inspect(self, name: ImageReference | ImageId | str) -> Image:
        """Inspect an image. Raises `ImageNotFound`."""
        for candidate in candidates(name):
            facts = retrying(partial(self._facts, candidate, name), sign=IS_BEING_REMOVED)
            if facts is not None:
                return image_of({**facts, "Digest": self._own_digest(facts, name)})
        raise ImageNotFound(str(name))

    def _own_digest(self, facts: dict[str, Any], name: ImageReference | ImageId | str) -> str:
        """Return the digest of the image as the engine stores it.

        For a request by name, Podman returns a registry's digest instead if the image has been pulled by that digest as
        well.
        """
        own = str(facts.get("Digest") or "")
        known = {digest.partition("@")[2] for digest in facts.get("RepoDigests") or ()}
        if known <= {own}:
            return own
        by_id = retrying(partial(self._facts, facts["Id"], name), sign=IS_BEING_REMOVED)
        return str((by_id or facts).get("Digest") or "")

    def _facts(self, candidate: str, name: ImageReference | ImageId | str) -> dict[str, Any] | None:
        """Return Podman's inspect response for an image; None if the image does not exist."""
        with self._client.call("GET", f"/images/{quote(candidate, safe='/:@')}/json") as response:
            if response.status == _MISSING:
                return None
            if not response.ok:
                raise failed(f"inspect image {name}", response)
            facts: dict[str, Any] = response.json()
            return facts

    def tag(self, image: ImageId, *, reference: ImageReference) -> None:
        """Tag an image; the tag moves from any other image. Raises `ImageNotFound`."""
        retrying(partial(self._tag, image, reference), sign=LOST_NAME)

    def _tag(self, image: ImageId, reference: ImageReference) -> None:
        full = engine_reference(reference)
        query = {"repo": full.repository, "tag": full.tag}
        path = f"/images/{image.removeprefix('sha256:')}/tag"
        with self._client.call("POST", path, query=query) as response:
            if response.status == _MISSING:
                raise ImageNotFound(image)
            if not response.ok:
                raise failed(f"tag {reference}", response)
        if retrying(partial(self._facts, str(full), reference), sign=IS_BEING_REMOVED) is None:
            raise EngineFailed(f"tag {reference}", why=LOST_NAME)

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

        By default Podman also removes parents without a tag, such as the code image of a run by ID. A temporary helper
        container of the parent prevents this.
        """
        facts = self._facts(image.removeprefix("sha256:"), image) or {}
        keeper = create_helper(self._client, image_id(facts["Parent"])) if facts.get("Parent") else None
        try:
            self._remove(image)
        finally:
            if keeper is not None:
                remove_helper(self._client, keeper)

    def _remove(self, name: ImageReference | ImageId) -> None:
        for candidate in candidates(name):
            with self._client.call("DELETE", f"/images/{quote(candidate, safe='/:@')}") as response:
                if response.status == _MISSING:
                    continue
                if not response.ok:
                    raise failed(f"remove image {name}", response)
                return
        raise ImageNotFound(str(name))

    def archive(self, image: ImageId, *, path: str) -> Generator[bytes]:
        """Yield a file or a directory of an image as a tar archive.

        Raises `ImageNotFound`, `PathNotFound`, `PathNotUtf8`.
        """
        check_askable(path)
        has_volumes = bool(self.inspect(image).configuration.volumes)
        part = create_helper(self._client, image)
        try:
            if not has_volumes:
                yield from open_archive(self._client, part, path, of=image)
                return
            # Volumes are empty until the container is set up. The setup fails, because the container has no executable
            # command. Podman then unmounts the container's file system, unless it is kept mounted.
            set_up_part(self._client, part, call=f"read {path} of image {image}")
            with mounted(self._client, part):
                yield from open_archive(self._client, part, path, of=image)
        finally:
            remove_helper(self._client, part)

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[ListedImage]:
        """List all images with these labels."""
        return self.listed(labels=labels, everything=True)

    def list_few(self, *, limit: int) -> Sequence[ListedImage]:
        """List all images if there are at most `limit`; else return nothing, without requesting the list."""
        return self.list(labels={}) if self._count() <= limit else ()

    def _count(self) -> int:
        """Return the number of images, including untagged ones."""
        with self._client.call("GET", "/info") as response:
            if not response.ok:
                raise failed("count images", response)
            number: int = response.json()["store"]["imageStore"]["number"]
        return number

    def listed(self, *, labels: Mapping[str, str | None], everything: bool) -> Sequence[ListedImage]:
        """List images with these labels; with `everything`, also untagged images that others are made from."""
        ask = partial(listed, self._client, "/images/json", filters=with_labels(labels), everything=everything)
        return [listed_image_of(item) for item in retrying(ask, sign=_WAS_REMOVED)]

    def references(self, *, seconds: float | None = None) -> tuple[str, ...]:
        """Return the tags of all images. Raises `EngineLost` if that takes longer than `seconds`."""
        if seconds is None:
            return tuple(tag for image in self.listed(labels={}, everything=False) for tag in image.references)
        with closing(self._client.limited(seconds)) as client:
            return PodmanImages(client).references()
