"""Images of the fake engine, and its access to a fake registry."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobber.adapters.archives.paths import check_askable
from jobber.adapters.engine_api.registry_errors import refusal
from jobber.adapters.fake.filesystem.archive import archive_of, existing_path
from jobber.adapters.fake.filesystem.files import Files
from jobber.domain.errors import (
    EngineFailed,
    ImageNotFound,
    PullRefused,
    PushedImageMissing,
    PushRefused,
    TagTaken,
)
from jobber.domain.images.reference import ImageId, ImageReference, parse_image_id, reference_in

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from jobber.adapters.fake.flavour import Flavour
    from jobber.adapters.fake.registry import FakeRegistry
    from jobber.adapters.fake.store import Store, StoredImage
    from jobber.domain.containers.container import ContainerId
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.ports.progress import Progress


class FakeImages:
    """The image store of a fake engine."""

    def __init__(self, store: Store, flavour: Flavour) -> None:
        self._store = store
        self._flavour = flavour
        self._call = contextmanager(store.call)

    def inspect(self, name: ImageReference | ImageId | str) -> Image:
        """Return the description of an image. Raises `ImageNotFound`."""
        with self._call("inspect", str(name)):
            return self._store.describe(self.find(name))

    def tag(self, image: ImageId, *, reference: ImageReference) -> None:
        """Tag an image; remove the tag from any other image. Raises `ImageNotFound`."""
        with self._call("tag", str(reference)):
            self.put_tag(reference, self.find(image).id)

    def claim(
        self,
        image: ImageId,
        *,
        reference: ImageReference,
        ended: ContainerId | None = None,  # noqa: ARG002 - one process needs no name for a claim
    ) -> None:
        """Tag an image only if no other image has the tag. Raises `TagTaken`, `ImageNotFound`."""
        with self._call("claim", str(reference)):
            found = self.find(image).id
            holder = self._store.tags.image_of(self._key(reference))
            if holder not in (None, found):
                raise TagTaken(str(reference))
            self.put_tag(reference, found)

    def relabel(self, image: ImageId, *, labels: Mapping[str, str]) -> ImageId:
        """Create an image that differs from another one in its labels. Raises `ImageNotFound`."""
        with self._call("relabel", image):
            old = self.find(image)
            made = self._store.add_image(
                old.layers,
                old.configuration,
                {**old.labels, **labels},
                digests=old.digests,
                created=old.created,
                program=old.program,
            )
            self._store.made.append(made)
            return made

    def remove(self, name: ImageReference | ImageId) -> None:
        """Remove a tag, and the image with its last tag; with an ID, remove the image.

        Raises `ImageNotFound`, `EngineFailed`.
        """
        with self._call("remove-image", str(name)):
            image = self.find(name).id
            names = self._store.tags.names_of(image)
            tags = [key for key in self._keys(name) if key in names] if isinstance(name, ImageReference) else []
            if tags and len(names) > 1:
                self._store.tags.drop(tags[0])
                return
            if any(container.image == image for container in self._store.containers.values()):
                raise EngineFailed(f"remove image {name}", why="a container uses it", status=409)
            for each in names:
                self._store.tags.drop(each)
            del self._store.images[image]

    def archive(self, image: ImageId, *, path: str) -> Generator[bytes]:
        """Yield a file or a directory of an image as a tar archive.

        Raises `ImageNotFound`, `PathNotFound`, `PathNotUtf8`.
        """
        check_askable(path)
        with self._call("archive", path):
            files = Files(self.find(image).layers)
            real = existing_path(files, path, of=image)
            yield archive_of(files, real, name=real.rpartition("/")[2])

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[ListedImage]:
        """Return all images with these labels."""
        with self._call("list-images"):
            return [
                self._store.list_entry(stored)
                for stored in self._store.images.values()
                if all(name in stored.labels and value in (None, stored.labels[name]) for name, value in labels.items())
            ]

    def list_few(self, *, limit: int) -> Sequence[ListedImage]:
        """Return all images if there are at most `limit`, else none."""
        return self.list(labels={}) if len(self._store.images) <= limit else ()

    def references(self, *, seconds: float | None = None) -> tuple[str, ...]:  # noqa: ARG002 - the fake responds at once
        """Return the tags of all images."""
        with self._call("list-images"):
            return self._store.tags.names()

    def find(self, name: ImageReference | ImageId | str) -> StoredImage:
        """Return the image with a reference or an ID. Raises `ImageNotFound`."""
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

    def named(self, text: str) -> StoredImage:
        """Return the image with a name or an ID, given as text. Raises `ImageNotFound`."""
        reference = reference_in(text)
        id_ = self._by_reference(reference) if reference else ""
        return self.find(id_ or text)

    def put_tag(self, reference: ImageReference, image: ImageId) -> None:
        """Point a tag to an image."""
        self._store.tags.put(self._key(reference), image)

    def repository_digest(self, reference: ImageReference, digest: str) -> str:
        """Return a digest in a repository in the engine's spelling."""
        return f"{self._flavour.stored_name(reference).repository}@{digest}"

    def _by_reference(self, reference: ImageReference) -> ImageId:
        if reference.digest:
            name = self.repository_digest(reference, reference.digest)
            digests = self._store.repository_digests
            return next((id_ for id_, known in digests.items() if name in known), ImageId(""))
        found = (self._store.tags.image_of(key) for key in self._keys(reference))
        return next((id_ for id_ in found if id_), ImageId(""))

    def _key(self, reference: ImageReference) -> str:
        return str(self._flavour.stored_name(reference).with_default_tag())

    def _keys(self, reference: ImageReference) -> Sequence[str]:
        return [str(candidate.with_default_tag()) for candidate in self._flavour.candidates(reference)]


class FakeRegistryPort:
    """The pulls and pushes between a fake engine and a fake registry."""

    def __init__(self, store: Store, images: FakeImages, registry: FakeRegistry) -> None:
        self._store = store
        self._images = images
        self._registry = registry
        self._call = contextmanager(store.call)

    def pull(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> Image:
        """Pull an image from its registry. Raises `PullRefused`."""
        with self._call("pull", str(reference)):
            progress.step(f"pulling {reference}")
            why = self._registry.refuses(reference, credentials)
            if why:
                raise refusal(PullRefused, reference, why, credentials)
            stored = self._registry.get(reference)
            if stored is None:
                raise PullRefused(str(reference), why="manifest unknown")
            image, digest = self._store.keep(stored[0]), stored[1]
            if not reference.digest:
                self._images.put_tag(reference, image.id)
            self._remember(image.id, reference, digest)
            return self._store.describe(image)

    def push(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> str:
        """Push a tag to its registry and return the digest. Raises `PushRefused`."""
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
        name = self._images.repository_digest(reference, digest)
        self._store.repository_digests[image] = known if name in known else (*known, name)
