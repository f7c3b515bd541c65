"""Registry access on Docker."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from jobber.adapters.engine_api.pull_push import exchange
from jobber.domain.errors import PullRefused, PushRefused

if TYPE_CHECKING:
    from jobber.adapters.docker.images import DockerImages
    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports.progress import Progress


class DockerRegistry:
    """Pulls and pushes by the Docker daemon."""

    def __init__(self, client: EngineConnection, *, images: DockerImages) -> None:
        self._client = client
        self._images = images

    def pull(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> Image:
        """Pull an image from its registry."""
        exchange(
            self._client,
            "/images/create",
            {"fromImage": reference.repository, "tag": reference.digest or reference.tag or "latest"},
            reference=reference,
            refused=PullRefused,
            credentials=credentials,
            progress=progress,
        )
        return self._images.inspect(reference)

    def push(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> str:
        """Push a tag to its registry and return the digest."""
        digest = exchange(
            self._client,
            f"/images/{quote(reference.repository, safe='/:')}/push",
            {"tag": reference.tag},
            reference=reference,
            refused=PushRefused,
            credentials=credentials,
            progress=progress,
        )
        if not digest:
            raise PushRefused(str(reference), why="the engine did not confirm the push")
        return digest
