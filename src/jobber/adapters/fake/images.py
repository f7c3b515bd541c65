"""The fake's images and its way to a fake registry."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobber.adapters.askable import check_askable
from jobber.adapters.fake.archive import archive_of
from jobber.adapters.fake.files import Files
from jobber.adapters.refusals import refusal
from jobber.domain.errors import (
    EngineFailed,
    ImageNotFound,
    PathNotFound,
    PullRefused,
    PushedImageMissing,
    PushRefused,
    TagTaken,
)
from jobber.domain.input import normal_path
from jobber.domain.reference import ImageId, ImageReference, parse_image_id

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from jobber.adapters.fake.registry import FakeRegistry
    from jobber.adapters.fake.store import Store, StoredImage
    from jobber.domain.credentials import Credentials
    from jobber.domain.image import Image, ListedImage
    from jobber.domain.progress import Progress


class FakeImages:
    """The image store of a fake engine."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._call = contextmanager(store.call)

    def inspect(self, name: ImageReference | ImageId | str) -> Image:
        """Look an image up. Raises `ImageNotFound`."""
        with self._call("inspect", str(name)):
            return self._store.describe(self.find(name))

    def tag(self, image: ImageId, *, reference: ImageReference) -> None:
        """Give an image a tag, taking it from any other image. Raises `ImageNotFound`."""
        with self._call("tag", str(reference)):
            self._store.tags.put(str(reference.with_default_tag()), self.find(image).id)

    def claim(self, image: ImageId, *, reference: ImageReference) -> None:
        """Give an image a tag that no other image has. Raises `TagTaken`, `ImageNotFound`."""
        with self._call("claim", str(reference)):
            found = self.find(image).id
            holder = self._store.tags.image_of(str(reference))
            if holder not in (None, found):
                raise TagTaken(str(reference))
            self._store.tags.put(str(reference), found)

    def remove(self, name: ImageReference | ImageId) -> None:
        """Remove a tag, and the image with its last one; by id, the image. Raises `ImageNotFound`, `EngineFailed`."""
        with self._call("remove-image", str(name)):
            image = self.find(name).id
            tag = str(name.with_default_tag()) if isinstance(name, ImageReference) else None
            names = self._store.tags.names_of(image)
            if tag in names and len(names) > 1:
                self._store.tags.drop(tag)
                return
            if any(container.image == image for container in self._store.containers.values()):
                raise EngineFailed(f"remove image {name}", why="a container uses it", status=409)
            for each in names:
                self._store.tags.drop(each)
            del self._store.images[image]

    def archive(self, image: ImageId, *, path: str) -> Generator[bytes]:
        """A file or a directory of an image as a tar archive. Raises `ImageNotFound`, `PathNotFound`, `PathNotUtf8`."""
        check_askable(path)
        with self._call("archive", path):
            files = Files(self.find(image).layers)
            real = files.resolve(path)
            if not files.exists(path) and not files.is_directory(path):
                raise PathNotFound(image, path=path)
            yield archive_of(files, real, name=normal_path(path).rpartition("/")[2])

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[ListedImage]:
        """All images with these labels."""
        with self._call("list-images"):
            return [
                self._store.list_entry(stored)
                for stored in self._store.images.values()
                if all(name in stored.labels and value in (None, stored.labels[name]) for name, value in labels.items())
            ]

    def references(self) -> tuple[str, ...]:
        """The tags of all images."""
        with self._call("list-images"):
            return self._store.tags.names()

    def find(self, name: ImageReference | ImageId | str) -> StoredImage:
        """The image of a name. Raises `ImageNotFound`."""
        images = self._store.images
        if isinstance(name, ImageReference):
            id_ = self._by_reference(name)
            if id_ in images:
                return images[id_]
            raise ImageNotFound(str(name))
        if (whole := parse_image_id(name)) in images:
            return images[whole]
        short = name.removeprefix("sha256:")
        matching = [id_ for id_ in images if id_.removeprefix("sha256:").startswith(short)]
        if len(matching) != 1 or whole:
            raise ImageNotFound(name)
        return images[matching[0]]

    def _by_reference(self, reference: ImageReference) -> ImageId:
        if reference.digest:
            name = f"{reference.repository}@{reference.digest}"
            digests = self._store.repository_digests
            return next((id_ for id_, known in digests.items() if name in known), ImageId(""))
        return self._store.tags.image_of(str(reference.with_default_tag())) or ImageId("")


class FakeRegistryPort:
    """Pulls and pushes between a fake engine and a fake registry."""

    def __init__(self, store: Store, images: FakeImages, registry: FakeRegistry) -> None:
        self._store = store
        self._images = images
        self._registry = registry
        self._call = contextmanager(store.call)

    def pull(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> Image:
        """Bring an image from its registry."""
        with self._call("pull", str(reference)):
            progress.step(f"pulling {reference}")
            why = self._registry.refuses(reference, credentials)
            if why:
                raise refusal(PullRefused, reference, why, credentials)
            stored = self._registry.get(reference)
            if stored is None:
                raise PullRefused(str(reference), why="manifest unknown")
            image, digest = stored
            self._store.images[image.id] = image
            if not reference.digest:
                self._store.tags.put(str(reference.with_default_tag()), image.id)
            self._remember(image.id, reference, digest)
            return self._store.describe(image)

    def push(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> str:
        """Send a tag to its registry and return the digest."""
        with self._call("push", str(reference)):
            progress.step(f"pushing {reference}")
            try:
                image = self._images.find(reference)
            except ImageNotFound:
                raise PushedImageMissing(str(reference), why="there is no such image") from None
            if why := self._registry.refuses(reference, credentials):
                raise refusal(PushRefused, reference, why, credentials)
            digest = self._registry.put(reference, image)
            self._remember(image.id, reference, digest)
            return digest

    def _remember(self, image: ImageId, reference: ImageReference, digest: str) -> None:
        known = self._store.repository_digests.get(image, ())
        name = f"{reference.repository}@{digest}"
        self._store.repository_digests[image] = known if name in known else (*known, name)
