"""Find the image that a text refers to, and pull it if it is remote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import ImageNotFound, PullRefused
from jobber.domain.images.reference import parse_image_id, parse_reference, reads_as_id
from jobber.domain.runs.policy import PullPolicy
from jobber.domain.runs.record import RecordedImage
from jobber.domain.use_cases.images.pull import pull
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference, Registry
    from jobber.domain.ports import Engine, Interruptions, Keyring
    from jobber.domain.ports.progress import Progress


@frozen
class FoundImage:
    """An image and the reference used to find it; None for an ID."""

    image: Image
    reference: ImageReference | None

    @property
    def recorded(self) -> RecordedImage:
        """The fields of the image for a run record."""
        names = (str(self.reference),) if self.reference else self.image.references
        return RecordedImage(
            next(iter(names), self.image.id), self.image.id, self.image.digests, chain=self.image.chain
        )


@frozen
class ImageFinder:
    """The lookup of images by ID or reference."""

    engine: Engine
    keyring: Keyring
    interruptions: Interruptions
    progress: Progress
    registry: Registry | None
    policy: PullPolicy

    def find(self, text: str) -> FoundImage:
        """Find an image by ID or by reference. Raises `InvalidReference`, `ImageNotFound`, `PullRefused`."""
        if id_ := parse_image_id(text):
            return FoundImage(self.engine.images.inspect(id_), None)
        if reads_as_id(text) and (image := self._by_short_id(text)):
            return FoundImage(image, None)
        reference = parse_reference(text, default_registry=self.registry).with_default_tag()
        return FoundImage(self._by_reference(reference), reference)

    def _by_short_id(self, text: str) -> Image | None:
        try:
            image = self.engine.images.inspect(text)
        except ImageNotFound:
            return None
        return image if image.id.removeprefix("sha256:").startswith(text.removeprefix("sha256:")) else None

    def _by_reference(self, reference: ImageReference) -> Image:
        if not reference.is_remote or self.policy is PullPolicy.NEVER:
            return self._local(reference)
        if self.policy is PullPolicy.MISSING:
            try:
                return self.engine.images.inspect(reference)
            except ImageNotFound:
                pass
        self.progress.step(f"pulling {reference}")
        with self.interruptions.abortable():
            try:
                return pull(reference, registry=self.engine.registry, keyring=self.keyring, progress=self.progress)
            except PullRefused as error:
                from jobber.domain.use_cases.images.suggest import is_missing_in_registry, suggestion

                if is_missing_in_registry(error.why) and (hint := suggestion(reference, images=self.engine.images)):
                    error.hint = f"{hint} {error.hint}"
                raise

    def _local(self, reference: ImageReference) -> Image:
        try:
            return self.engine.images.inspect(reference)
        except ImageNotFound:
            from jobber.domain.use_cases.images.suggest import suggestion

            hint = (
                "it is not on the engine, and a dry run or --pull never does not pull"
                if reference.is_remote
                else f"build it with `jobber build -t {reference.name}`, or add its registry or namespace"
            )
            near = suggestion(reference, images=self.engine.images)
            raise ImageNotFound(str(reference), hint=near or hint) from None
