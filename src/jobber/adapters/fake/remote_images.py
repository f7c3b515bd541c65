"""Images of a fake registry, read without an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.archive import archive_of, existing_path
from jobber.adapters.fake.filesystem.files import Files
from jobber.domain.errors import ImageNotFound, PushRefused, RegistryFailed
from jobber.domain.images.credentials import host_of
from jobber.domain.images.image import Image

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from jobber.adapters.fake.registry import FakeRegistry
    from jobber.adapters.fake.store import StoredImage
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference


class FakeRemoteImages:
    """The port `RemoteImages` for a fake registry.

    Args:
        registry: The registry to read from.

    Example:
        >>> import jobber
        >>> from jobber.domain.images.reference import parse_reference
        >>> from jobber.testing import FakeEngine, FakeRemoteImages
        >>> engine = FakeEngine()
        >>> image = engine.image("registry.test:5000/train", labels={"team": "vision"})
        >>> jobber.push("registry.test:5000/train", engine=engine, quiet=True)
        >>> remote = FakeRemoteImages(engine.remote)
        >>> remote.inspect(parse_reference("registry.test:5000/train:latest"), credentials=None).labels
        {'team': 'vision'}

    """

    def __init__(self, registry: FakeRegistry) -> None:
        self._registry = registry

    def inspect(self, reference: ImageReference, *, credentials: Credentials | None) -> Image:
        """Return the description of an image.

        Args:
            reference: The reference of the image.
            credentials: The credentials; None for an anonymous request.

        Returns:
            The image.

        Raises:
            ImageNotFound: The image does not exist.
            RegistryFailed: The registry is unreachable or refuses the request.

        """
        image, digest = self._find(reference, credentials)
        return Image(
            id=image.config_digest,
            references=(str(reference.tagged(reference.tag)),) if reference.tag else (),
            digests=(f"{reference.repository}@{digest}",),
            labels=image.labels,
            configuration=image.configuration,
            layers=image.digests,
            created=image.created,
            size=image.size,
            platform="linux/amd64",
        )

    def inspect_each(
        self, references: Sequence[ImageReference], *, credentials: Credentials | None
    ) -> Iterator[Image | ImageNotFound | RegistryFailed]:
        """Return the descriptions of several images.

        Args:
            references: The references of the images.
            credentials: The credentials; None for an anonymous request.

        Returns:
            For each reference, in order: its image, or the error that `inspect` raises.

        """
        for reference in references:
            try:
                yield self.inspect(reference, credentials=credentials)
            except (ImageNotFound, RegistryFailed) as error:
                yield error

    def archive(self, reference: ImageReference, *, path: str, credentials: Credentials | None) -> Generator[bytes]:
        """Return a file or a directory of an image as a tar archive.

        Args:
            reference: The reference of the image.
            path: The absolute path in the image.
            credentials: The credentials; None for an anonymous request.

        Returns:
            The archive, in pieces.

        Raises:
            ImageNotFound: The image does not exist.
            PathNotFound: The path does not exist.
            RegistryFailed: The registry is unreachable or refuses the request.

        """
        files = Files(self._find(reference, credentials)[0].layers)
        real = existing_path(files, path, of=str(reference))
        yield archive_of(files, real, name=real.rpartition("/")[2])

    def tags(self, reference: ImageReference, *, credentials: Credentials | None) -> Sequence[str]:
        """Return the tags of a reference's repository.

        Args:
            reference: A reference in the repository.
            credentials: The credentials; None for an anonymous request.

        Returns:
            The tags, sorted.

        Raises:
            ImageNotFound: The repository does not exist.
            RegistryFailed: The registry is unreachable or refuses the request.

        """
        self._check(reference, credentials)
        tags = self._registry.tags(reference.repository)
        if not tags:
            raise ImageNotFound(str(reference))
        return tags

    def digest(self, reference: ImageReference, *, credentials: Credentials | None) -> str | None:
        """Return the digest of an image.

        Args:
            reference: The reference of the image.
            credentials: The credentials; None for an anonymous request.

        Returns:
            The digest; None if the image does not exist.

        Raises:
            RegistryFailed: The registry is unreachable or refuses the request.

        """
        self._check(reference, credentials)
        found = self._registry.get(reference)
        return None if found is None else found[1]

    def add_tag(self, reference: ImageReference, *, tag: str, credentials: Credentials | None) -> bool:
        """Give another tag to an image unless the tag exists in its repository.

        Args:
            reference: The reference of the image.
            tag: The other tag.
            credentials: The credentials; None for an anonymous request.

        Returns:
            True if the image has got the tag, and False if the tag existed.

        Raises:
            ImageNotFound: The image does not exist.
            RegistryFailed: The registry is unreachable or refuses the request.

        """
        image, _ = self._find(reference, credentials)
        other = reference.tagged(tag)
        if self._registry.get(other) is not None:
            return False
        try:
            self._registry.put(other, image)
        except PushRefused as error:
            raise RegistryFailed(str(reference), why=error.why) from None
        return True

    def _find(self, reference: ImageReference, credentials: Credentials | None) -> tuple[StoredImage, str]:
        self._check(reference, credentials)
        found = self._registry.get(reference)
        if found is None:
            raise ImageNotFound(str(reference), hint="neither the engine nor the registry has it")
        return found

    def _check(self, reference: ImageReference, credentials: Credentials | None) -> None:
        why = self._registry.refuses(reference, credentials)
        if why == "unauthorized":
            host = host_of(reference)
            hint = "check the password" if credentials else f"no credentials for {host}"
            raise RegistryFailed(str(reference), why=why, hint=hint)
        if why:
            raise RegistryFailed(str(reference), why=why)
