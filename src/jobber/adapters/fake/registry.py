"""An in-memory registry that several fake engines can share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import PushRefused

if TYPE_CHECKING:
    from jobber.adapters.fake.store import StoredImage
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference


class FakeRegistry:
    r"""An in-memory registry for all hosts: repositories with tags and digests.

    Example:
        >>> import jobber
        >>> from jobber.testing import FakeEngine, FakeRegistry
        >>> registry = FakeRegistry()
        >>> here, there = FakeEngine(registry=registry), FakeEngine(registry=registry)
        >>> image = here.image("registry.test:5000/train", run=lambda job: print("done"))
        >>> jobber.push("registry.test:5000/train", engine=here, quiet=True)
        >>> registry.tags("registry.test:5000/train")
        ('latest',)
        >>> jobber.run("registry.test:5000/train", engine=there, quiet=True).log
        'done\n'

    """

    host = "registry.test:5000"
    """An example of a host name; all other hosts exist too."""

    def __init__(self) -> None:
        self._manifests: dict[tuple[str, str], StoredImage] = {}
        self._tags: dict[tuple[str, str], str] = {}
        self._passwords: dict[str, tuple[str, str]] = {}
        self._unreachable: set[str] = set()
        self._refused: dict[str, str] = {}

    def require(self, host: str, *, user: str, password: str) -> None:
        """Require credentials at a host.

        Args:
            host: The host name, with its port if there is one.
            user: The required user name.
            password: The required password.

        """
        self._passwords[host] = (user, password)

    def disconnect(self, host: str) -> None:
        """Make a host unreachable.

        Args:
            host: The host name, with its port if there is one.

        """
        self._unreachable.add(host)

    def reconnect(self, host: str) -> None:
        """Make a host reachable again.

        Args:
            host: The host name, with its port if there is one.

        """
        self._unreachable.discard(host)

    def refuse_pushes(self, repository: str, *, why: str) -> None:
        """Make pushes to a repository fail in the middle of the stream.

        Args:
            repository: The repository's name, including its host.
            why: The reason in the error.

        """
        self._refused[repository] = why

    def tags(self, repository: str) -> tuple[str, ...]:
        """Return the tags of a repository.

        Args:
            repository: The repository's name, including its host.

        Returns:
            The tags, sorted.

        """
        return tuple(sorted(tag for name, tag in self._tags if name == repository))

    def refuses(self, reference: ImageReference, credentials: Credentials | None) -> str | None:
        """Return the reason why the registry refuses a request.

        Args:
            reference: The requested image.
            credentials: The credentials of the request; None for an anonymous request.

        Returns:
            The reason; None if the request is allowed.

        """
        host = reference.registry or "docker.io"
        if host in self._unreachable:
            return f"{host} is out of reach"
        wanted = self._passwords.get(host)
        if wanted and (credentials is None or (credentials.user, credentials.password) != wanted):
            return "unauthorized"
        return None

    def get(self, reference: ImageReference) -> tuple[StoredImage, str] | None:
        """Return the image with a tag or a digest.

        Args:
            reference: The reference of the image. The default tag is `latest`.

        Returns:
            The image and its digest; None if it does not exist.

        """
        digest = reference.digest or self._tags.get((reference.repository, reference.tag or "latest"))
        image = self._manifests.get((reference.repository, digest or ""))
        return (image, digest) if image and digest else None

    def put(self, reference: ImageReference, image: StoredImage) -> str:
        """Store an image under a tag.

        Args:
            reference: The reference of the image. The default tag is `latest`.
            image: The image to store.

        Returns:
            The digest of the image.

        Raises:
            PushRefused: The test made pushes to this repository fail.

        """
        if why := self._refused.get(reference.repository):
            raise PushRefused(str(reference), why=why)
        digest = image.manifest_digest
        self._manifests[reference.repository, digest] = image
        self._tags[reference.repository, reference.tag or "latest"] = digest
        return digest
