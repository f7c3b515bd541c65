"""A registry in memory, which several fake engines may share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import PushRefused

if TYPE_CHECKING:
    from jobber.adapters.fake.store import StoredImage
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference


class FakeRegistry:
    """All registries there are: repositories with tags and digests."""

    host = "registry.test:5000"
    """A name for those who need one; all other hosts are there as well."""

    def __init__(self) -> None:
        self._manifests: dict[tuple[str, str], StoredImage] = {}
        self._tags: dict[tuple[str, str], str] = {}
        self._passwords: dict[str, tuple[str, str]] = {}
        self._unreachable: set[str] = set()
        self._refused: dict[str, str] = {}

    def require(self, host: str, *, user: str, password: str) -> None:
        """Let a host ask for these credentials."""
        self._passwords[host] = (user, password)

    def disconnect(self, host: str) -> None:
        """Let a host be out of reach."""
        self._unreachable.add(host)

    def reconnect(self, host: str) -> None:
        """Let a host be in reach again."""
        self._unreachable.discard(host)

    def refuse_pushes(self, repository: str, *, why: str) -> None:
        """Let pushes to a repository fail in the middle of the stream."""
        self._refused[repository] = why

    def tags(self, repository: str) -> tuple[str, ...]:
        """The tags of a repository, sorted."""
        return tuple(sorted(tag for name, tag in self._tags if name == repository))

    def refuses(self, reference: ImageReference, credentials: Credentials | None) -> str | None:
        """Why this request is refused; None where it isn't."""
        host = reference.registry or "docker.io"
        if host in self._unreachable:
            return f"{host} is out of reach"
        wanted = self._passwords.get(host)
        if wanted and (credentials is None or (credentials.user, credentials.password) != wanted):
            return "unauthorized"
        return None

    def get(self, reference: ImageReference) -> tuple[StoredImage, str] | None:
        """The image of a tag or a digest, with its digest."""
        digest = reference.digest or self._tags.get((reference.repository, reference.tag or "latest"))
        image = self._manifests.get((reference.repository, digest or ""))
        return (image, digest) if image and digest else None

    def put(self, reference: ImageReference, image: StoredImage) -> str:
        """Keep an image under a tag and return its digest. Raises `PushRefused`."""
        if why := self._refused.get(reference.repository):
            raise PushRefused(str(reference), why=why)
        digest = image.manifest_digest
        self._manifests[reference.repository, digest] = image
        self._tags[reference.repository, reference.tag or "latest"] = digest
        return digest
