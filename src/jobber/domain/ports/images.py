"""Where images are: on the engine, in registries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports.progress import Progress


class ImageStore(Protocol):
    """The images that an engine has."""

    def inspect(self, name: ImageReference | ImageId | str) -> Image:
        """Look an image up; a bare `str` is a text that may be an id, cut short or whole.

        Raises `ImageNotFound`.
        """

    def tag(self, image: ImageId, *, reference: ImageReference) -> None:
        """Give an image a tag, taking it from any other image. Raises `ImageNotFound`."""

    def claim(self, image: ImageId, *, reference: ImageReference) -> None:
        """Give an image a tag that no other image has: of two that claim at once, one gets it.

        Claiming again for the same image is no error. Raises `TagTaken`, `ImageNotFound`.
        """

    def remove(self, name: ImageReference | ImageId) -> None:
        """Remove a tag, and the image with its last one; by id, the image with all its tags.

        An image that a container uses stays as it is. Raises `ImageNotFound`, `EngineFailed`.
        """

    def archive(self, image: ImageId, *, path: str) -> Generator[bytes]:
        """A file or a directory of an image, links followed, as the pieces of a tar archive.

        The first member is the file or directory itself, by whatever name; the others' names begin with that name.
        Close the generator where not all of it is wanted. Raises `ImageNotFound`, `PathNotFound`, and `PathNotUtf8`
        for a path that only the archive of a directory above it has, at the first piece.
        """

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[ListedImage]:
        """All images with these labels, those without a tag and those that others are made from included.

        None stands for any value of a label.
        """

    def list_few(self, *, limit: int) -> Sequence[ListedImage]:
        """List all images, if the engine has at most `limit` of them; return none otherwise.

        Podman 4.3 takes a minute to list 600 images. It is not asked for a list that would be longer than the limit.

        Args:
            limit: The largest number of images to list, those without a tag included.

        Returns:
            All images, or none where there are more than `limit`.

        Raises:
            EngineFailed: The engine could not list its images.

        """

    def references(self, *, seconds: float | None = None) -> Sequence[str]:
        """Return the tags of all images, as the user knows them: for shells to complete, and for hints.

        Args:
            seconds: How long to wait for the engine; None for as long as it takes.

        Raises:
            EngineLost: The engine has not answered in time.
            EngineFailed: The engine could not list its images.

        """


class Registry(Protocol):
    """The way from an engine to the registries."""

    def pull(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> Image:
        """Bring an image from its registry. Raises `PullRefused`, also for an error inside the stream."""

    def push(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> str:
        """Send a tag to its registry and return the digest (`sha256:HEX`). Raises `PushRefused`."""


class RemoteImages(Protocol):
    """What registries tell of images without pulling them, by their own API."""

    def inspect(self, reference: ImageReference, *, credentials: Credentials | None) -> Image:
        """Read an image's description; its id is the digest of its configuration, its digest is of this repository.

        Raises `ImageNotFound`, `RegistryFailed`.
        """

    def archive(self, reference: ImageReference, *, path: str, credentials: Credentials | None) -> Generator[bytes]:
        """A file or a directory of an image as a tar archive, as `ImageStore.archive` gives it.

        Raises `ImageNotFound`, `PathNotFound`, `RegistryFailed`, at the first piece.
        """

    def tags(self, reference: ImageReference, *, credentials: Credentials | None) -> Sequence[str]:
        """The tags of a reference's repository. Raises `ImageNotFound`, `RegistryFailed`."""
