"""Images on the engine and in registries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from jobber.domain.containers.container import ContainerId
    from jobber.domain.errors import ImageNotFound, RegistryFailed
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports.progress import Progress


class ImageStore(Protocol):
    """The images of an engine."""

    def inspect(self, name: ImageReference | ImageId | str) -> Image:
        """Return the description of an image.

        Args:
            name: A reference or an image ID; a bare `str` may be a full or abbreviated ID.

        Returns:
            The image.

        Raises:
            ImageNotFound: The image does not exist.

        """

    def tag(self, image: ImageId, *, reference: ImageReference) -> None:
        """Tag an image; the tag is removed from any other image.

        Args:
            image: The ID of the image.
            reference: The reference with the tag.

        Raises:
            ImageNotFound: The image does not exist.

        """

    def claim(self, image: ImageId, *, reference: ImageReference, ended: ContainerId | None = None) -> None:
        """Tag an image with a tag that no other image has.

        The claim is atomic: if two processes claim the same tag, one of them gets it. Claiming a tag again for the same
        image is not an error.

        Args:
            image: The ID of the image.
            reference: The reference with the tag.
            ended: A container whose job has ended and which will be removed. The engine may rename it for the claim.
                Default: None.

        Raises:
            TagTaken: Another image has the tag.
            ImageNotFound: The image does not exist.

        """

    def relabel(self, image: ImageId, *, labels: Mapping[str, str]) -> ImageId:
        """Create an image with the layers and configuration of another one, and with other labels.

        No layer is copied. The image given stays as it is, and keeps its tags.

        Args:
            image: The ID of the image.
            labels: The labels to add or change, by name.

        Returns:
            The ID of the new image, which has no tag.

        Raises:
            ImageNotFound: The image does not exist.
            EngineFailed: The engine could not create the image.

        """

    def remove(self, name: ImageReference | ImageId) -> None:
        """Remove a tag, and the image with its last tag; given an ID, remove the image with all its tags.

        An image that a container uses is not changed.

        Args:
            name: The reference or the image ID.

        Raises:
            ImageNotFound: The image does not exist.
            EngineFailed: The engine could not remove the image.

        """

    def archive(self, image: ImageId, *, path: str) -> Generator[bytes]:
        """Return a file or a directory of an image as the chunks of a tar archive; links are followed.

        The first member is the file or directory itself, under any name. The names of the other members start with that
        name. Close the generator if not all chunks are needed.

        Args:
            image: The ID of the image.
            path: The absolute path in the image.

        Returns:
            The chunks of the archive. Errors are raised at the first chunk.

        Raises:
            ImageNotFound: The image does not exist.
            PathNotFound: The path does not exist in the image.
            PathNotUtf8: The path is not UTF-8; only the archive of a parent directory contains it.

        """

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[ListedImage]:
        """Return all images with these labels, including untagged images and images that others are based on.

        Args:
            labels: The label values by name; None stands for any value.

        Returns:
            The images.

        """

    def list_few(self, *, limit: int) -> Sequence[ListedImage]:
        """Return all images if the engine has at most `limit`; otherwise return none.

        Podman 4.3 takes a minute to list 600 images. It is not asked for a list longer than the limit.

        Args:
            limit: The largest number of images to list, including those without a tag.

        Returns:
            All images; none if there are more than `limit`.

        Raises:
            EngineFailed: The engine could not list its images.

        """

    def references(self, *, seconds: float | None = None) -> Sequence[str]:
        """Return the tags of all images in the form that users write, for shell completion and hints.

        Args:
            seconds: The time to wait for the engine, in seconds; None to wait without limit.

        Returns:
            The tags.

        Raises:
            EngineLost: The engine has not responded in time.
            EngineFailed: The engine could not list its images.

        """


class Registry(Protocol):
    """The registries, accessed by the engine."""

    def pull(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> Image:
        """Pull an image from its registry.

        Args:
            reference: The reference of the image.
            credentials: The registry credentials; None for none.
            progress: The receiver of messages.

        Returns:
            The image.

        Raises:
            PullRefused: The pull failed; also raised for an error reported inside the response stream.

        """

    def push(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> str:
        """Push a tag to its registry.

        Args:
            reference: The reference with the tag.
            credentials: The registry credentials; None for none.
            progress: The receiver of messages.

        Returns:
            The digest, `sha256:HEX`.

        Raises:
            PushRefused: The push failed.

        """


class RemoteImages(Protocol):
    """Images in registries, read through the registry API without pulling them."""

    def inspect(self, reference: ImageReference, *, credentials: Credentials | None) -> Image:
        """Return the description of an image in a registry.

        Args:
            reference: The reference of the image.
            credentials: The registry credentials; None for none.

        Returns:
            The image. Its ID is the digest of its configuration; its repository digest belongs to the reference's
            repository.

        Raises:
            ImageNotFound: The image does not exist.
            RegistryFailed: The registry returned an error.

        """

    def inspect_each(
        self, references: Sequence[ImageReference], *, credentials: Credentials | None
    ) -> Iterator[Image | ImageNotFound | RegistryFailed]:
        """Return the descriptions of several images in one registry, which may be read at the same time.

        Args:
            references: The references of the images.
            credentials: The registry credentials; None for none.

        Returns:
            For each reference, in order: its image, or the error that `inspect` raises.

        """

    def archive(self, reference: ImageReference, *, path: str, credentials: Credentials | None) -> Generator[bytes]:
        """Return a file or a directory of an image as the chunks of a tar archive, like `ImageStore.archive`.

        Args:
            reference: The reference of the image.
            path: The absolute path in the image.
            credentials: The registry credentials; None for none.

        Returns:
            The chunks of the archive. Errors are raised at the first chunk.

        Raises:
            ImageNotFound: The image does not exist.
            PathNotFound: The path does not exist in the image.
            RegistryFailed: The registry returned an error.

        """

    def tags(self, reference: ImageReference, *, credentials: Credentials | None) -> Sequence[str]:
        """Return the tags of a reference's repository.

        Args:
            reference: A reference in the repository.
            credentials: The registry credentials; None for none.

        Returns:
            The tags.

        Raises:
            ImageNotFound: The repository does not exist.
            RegistryFailed: The registry returned an error.

        """

    def digest(self, reference: ImageReference, *, credentials: Credentials | None) -> str | None:
        """Return the digest of an image, usually with one request.

        Args:
            reference: The reference of the image.
            credentials: The registry credentials; None for none.

        Returns:
            The digest of the manifest or index, `sha256:HEX`; None if the image does not exist.

        Raises:
            RegistryFailed: The registry returned an error.

        """

    def add_tag(self, reference: ImageReference, *, tag: str, credentials: Credentials | None) -> bool:
        """Give another tag to an image unless the tag exists; no layer is transferred.

        Registries move tags without a check. Of two processes that add a tag at the same moment, the later one may get
        it.

        Args:
            reference: The reference of the image.
            tag: The other tag, in the same repository.
            credentials: The registry credentials; None for none.

        Returns:
            True if the image has got the tag, and False if the tag existed.

        Raises:
            ImageNotFound: The image does not exist.
            RegistryFailed: The registry returned an error, or refuses the tag.

        """
