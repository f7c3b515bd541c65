"""Find the image that a record refers to, by ID or otherwise: on the engine, or in a registry by digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import (
    CredentialsUnusable,
    ImageNotFound,
    JobberError,
    PullRefused,
    RegistryFailed,
)
from jobber.domain.history.same_run import is_same_image, is_same_object
from jobber.domain.images.reference import parse_image_id, reference_in, repository_of
from jobber.domain.use_cases.images.find_image import FoundImage
from jobber.domain.use_cases.images.pull import pull
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import Engine, Interruptions, Keyring, RemoteImages
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.record import RecordedImage

_MOST_LOOKED_INTO = 200
"""The maximum number of images whose layers are compared if none of the recorded names leads to the image."""


@frozen
class Located:
    """The location of a recorded image."""

    recorded: RecordedImage
    image: Image | None = None
    """The image, if the engine has it."""
    digests: tuple[ImageReference, ...] = ()
    """The digests by which the image can be pulled otherwise; empty if no registry has it."""

    @property
    def is_missing(self) -> bool:
        """True if neither the engine nor a registry has the image."""
        return self.image is None and not self.digests

    @property
    def name(self) -> str:
        """The name of the image for messages."""
        id_ = self.recorded.id.removeprefix("sha256:")[:12]
        return id_ if parse_image_id(self.recorded.reference) else f"{self.recorded.reference} ({id_})"

    def found(self, image: Image) -> FoundImage:
        """Return the image with the reference in the record."""
        return FoundImage(image, _reference(self.recorded.reference))


class ImageSearch:
    """The images of an engine that may be a recorded one: listed at most once, and each inspected at most once."""

    def __init__(self, engine: Engine, *, limit: int | None = None) -> None:
        """Create a search that lists no images yet; with `limit`, none if the engine has more than so many."""
        self._engine = engine
        self._limit = limit
        self._listed: Sequence[ListedImage] | None = None
        self._inspected: dict[ImageId, Image | None] = {}

    def candidates(self, recorded: RecordedImage) -> Iterator[Image]:
        """Yield images that may be the recorded one: by its names, then those that may have its layers.

        Podman 4.3 needs a minute to list 600 images, so the names are tried before anything is listed.
        """
        names = (recorded.id, *map(_reference, (*recorded.digests, recorded.reference)))
        for name in names:
            if name and (image := _inspected(self._engine, name)):
                yield image
        if recorded.chain:  # an older version of jobber did not record it
            yield from self._listed_images(recorded)

    def _listed_images(self, recorded: RecordedImage) -> Iterator[Image]:
        if self._listed is None:
            images = self._engine.images
            self._listed = images.list(labels={}) if self._limit is None else images.list_few(limit=self._limit)
        for id_ in (listed.id for listed in _likeliest(self._listed, recorded)):
            if id_ not in self._inspected:
                self._inspected[id_] = _inspected(self._engine, id_)
            if image := self._inspected[id_]:
                yield image


@frozen
class RecordedImages:
    """The lookup of recorded images."""

    engine: Engine
    remote: RemoteImages
    keyring: Keyring
    interruptions: Interruptions
    progress: Progress

    def search(self) -> ImageSearch:
        """Return a search of the engine, for one or several calls of `locate`."""
        return ImageSearch(self.engine)

    def locate(
        self, recorded: RecordedImage, search: ImageSearch, *, accepts: Callable[[Image], bool] = lambda _: True
    ) -> Located:
        """Locate an image without pulling it.

        `accepts` decides about images that have the same layers and another ID: their configuration may differ.
        """
        for image in search.candidates(recorded):
            there = FoundImage(image, None).recorded
            if is_same_object(recorded, there) or (is_same_image(recorded, there) and accepts(image)):
                return Located(recorded, image)
        return Located(recorded, digests=tuple(self._in_registries(recorded)))

    def get(self, located: Located) -> FoundImage:
        """Return the image, pulled if needed. Raises `PullRefused`, `CredentialsUnusable`, `ImageNotFound`."""
        if located.image is not None:
            return located.found(located.image)
        error: JobberError = ImageNotFound(located.name)
        for reference in located.digests:
            self.progress.step(f"pulling {reference}")
            try:
                with self.interruptions.abortable():
                    registry = self.engine.registry
                    image = pull(reference, registry=registry, keyring=self.keyring, progress=self.progress)
                return located.found(image)
            except (PullRefused, CredentialsUnusable) as refused:
                error = refused
        raise error

    def _in_registries(self, recorded: RecordedImage) -> Iterator[ImageReference]:
        """Yield the digests that registries have, including those in registries that only the engine may reach."""
        for reference in map(_reference, recorded.digests):
            if reference is None or not reference.digest:
                continue
            try:
                with self.interruptions.abortable():
                    self.remote.inspect(reference, credentials=self.keyring.credentials_for(reference))
            except ImageNotFound:
                continue
            except (RegistryFailed, CredentialsUnusable):
                if not reference.is_remote:  # engines with manifest IDs assign digests to local images too
                    continue
            yield reference


def _inspected(engine: Engine, name: ImageReference | str) -> Image | None:
    try:
        return engine.images.inspect(name)
    except ImageNotFound:
        return None


def _likeliest(images: Sequence[ListedImage], recorded: RecordedImage) -> Sequence[ListedImage]:
    """Return the images to inspect: those in the repository of the recorded image first, then others with tags."""
    repository = repository_of(recorded.reference)

    def likelihood(image: ListedImage) -> tuple[bool, bool]:
        return repository in map(repository_of, image.references), bool(image.references)

    return sorted(images, key=likelihood, reverse=True)[:_MOST_LOOKED_INTO]


def _reference(text: str) -> ImageReference | None:
    """Return a record's text as a reference; None for an ID or an invalid reference."""
    return None if parse_image_id(text) else reference_in(text)
