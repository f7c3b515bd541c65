"""Find the image that a record means, whatever has become of its id: on the engine, or in a registry by digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.domain.errors import (
    CredentialsUnusable,
    ImageNotFound,
    JobberError,
    PullRefused,
    RegistryFailed,
)
from jobber.domain.reference import parse_image_id, reference_in
from jobber.domain.repetition import is_same_image, is_same_object
from jobber.domain.use_cases.find_image import FoundImage
from jobber.domain.use_cases.pull import pull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber.domain.image import Image
    from jobber.domain.ports import Engine, Interruptions, Keyring, RemoteImages
    from jobber.domain.progress import Progress
    from jobber.domain.record import RecordedImage
    from jobber.domain.reference import ImageReference


@dataclass(frozen=True, slots=True)
class Located:
    """Where an image is."""

    recorded: RecordedImage
    image: Image | None = None
    """The image, where the engine has it."""
    digests: tuple[ImageReference, ...] = ()
    """What it can be pulled by, else; nothing where it is nowhere."""

    @property
    def is_missing(self) -> bool:
        """Whether it is nowhere to be had."""
        return self.image is None and not self.digests

    @property
    def name(self) -> str:
        """What a person knows it by."""
        id_ = self.recorded.id.removeprefix("sha256:")[:12]
        return id_ if parse_image_id(self.recorded.reference) else f"{self.recorded.reference} ({id_})"

    def found(self, image: Image) -> FoundImage:
        """The image under the reference that the record has."""
        return FoundImage(image, _reference(self.recorded.reference))


@dataclass(frozen=True, slots=True)
class RecordedImages:
    """The way from what a record says to images."""

    engine: Engine
    remote: RemoteImages
    keyring: Keyring
    interruptions: Interruptions
    progress: Progress

    def locate(self, recorded: RecordedImage, *, accepts: Callable[[Image], bool] = lambda _: True) -> Located:
        """Look for an image, and pull nothing.

        `accepts` judges images that have the same layers and another id: they may be configured in another way.
        """
        for image in self._candidates(recorded):
            there = FoundImage(image, None).recorded
            if is_same_object(recorded, there) or (is_same_image(recorded, there) and accepts(image)):
                return Located(recorded, image)
        return Located(recorded, digests=tuple(self._in_registries(recorded)))

    def get(self, located: Located) -> FoundImage:
        """The image, pulled where it must be. Raises `PullRefused`, `CredentialsUnusable`, `ImageNotFound`."""
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

    def _candidates(self, recorded: RecordedImage) -> Iterator[Image]:
        """Images that may be the one: by id, by digest, by its name, and then all that there are."""
        references = [_reference(text) for text in (*recorded.digests, recorded.reference)]
        names: list[ImageReference | str] = [recorded.id, *filter(None, references)]
        for name in names:
            if image := self._inspected(name):
                yield image
        if recorded.chain:
            for listed in self.engine.images.list(labels={}):
                if image := self._inspected(listed.id):
                    yield image

    def _inspected(self, name: ImageReference | str) -> Image | None:
        try:
            return self.engine.images.inspect(name)
        except ImageNotFound:
            return None

    def _in_registries(self, recorded: RecordedImage) -> Iterator[ImageReference]:
        """The digests that registries still have; those too of registries that only the engine may reach."""
        for reference in map(_reference, recorded.digests):
            if reference is None or not reference.digest:
                continue
            try:
                with self.interruptions.abortable():
                    self.remote.inspect(reference, credentials=self.keyring.credentials_for(reference))
            except ImageNotFound:
                continue
            except (RegistryFailed, CredentialsUnusable):
                if not reference.is_remote:  # an engine with manifest ids gives digests to what was never in a registry
                    continue
            yield reference


def _reference(text: str) -> ImageReference | None:
    """The reference that a record's text is; None for an id, and for what is none."""
    return None if parse_image_id(text) else reference_in(text)
