"""Registry access on Podman, through the Docker-compatible calls, because they report errors reliably.

Podman's own calls answer 200 with an empty list, or with nothing, if a pull or a push failed (4.3).
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from jobber.adapters.engine_api.pull_push import exchange
from jobber.adapters.engine_api.retry import retrying
from jobber.adapters.podman.images import LOST_NAME
from jobber.adapters.podman.names import engine_reference
from jobber.adapters.podman.translate import registry_cause
from jobber.domain.errors import EngineFailed, ImageNotFound, PullRefused, PushedImageMissing, PushRefused

if TYPE_CHECKING:
    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.podman.images import PodmanImages
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports.progress import Progress

_TRIES = 5
_PAUSE_SECONDS = 0.2


class PodmanRegistry:
    """Pulls and pushes by the Podman service; `client` is a connection without libpod's prefix."""

    def __init__(self, client: EngineConnection, *, images: PodmanImages) -> None:
        self._client = client
        self._images = images

    def pull(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> Image:
        """Pull an image from its registry."""
        pull = partial(self._pull, reference, credentials=credentials, progress=progress)
        return retrying(pull, sign=LOST_NAME, tries=_TRIES)

    def _pull(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> Image:
        full = engine_reference(reference)
        exchange(
            self._client,
            "/images/create",
            {"fromImage": full.repository, "tag": full.digest or full.tag or "latest"},
            reference=reference,
            refused=PullRefused,
            credentials=credentials,
            progress=progress,
            cause=registry_cause,
        )
        try:
            return self._images.inspect(reference)
        except ImageNotFound:
            raise EngineFailed(f"pull {reference}", why=LOST_NAME) from None

    def push(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> str:
        """Push a tag to its registry and return the digest."""
        for _ in range(_TRIES - 1):
            try:
                return self._push(reference, credentials=credentials, progress=progress)
            except PushedImageMissing as error:
                if not self._has(reference):
                    raise error from None
            time.sleep(_PAUSE_SECONDS)
        return self._push(reference, credentials=credentials, progress=progress)

    def _has(self, reference: ImageReference) -> bool:
        """Return whether the image exists.

        Podman searches all images for a push, and fails if one of them is being removed.
        """
        try:
            self._images.inspect(reference)
        except ImageNotFound:
            return False
        return True

    def _push(self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress) -> str:
        full = engine_reference(reference)
        digest = exchange(
            self._client,
            f"/images/{quote(full.repository, safe='/:')}/push",
            {"tag": full.tag},
            reference=reference,
            refused=PushRefused,
            credentials=credentials,
            progress=progress,
            cause=registry_cause,
        )
        if not digest:
            raise PushRefused(str(reference), why="the engine did not confirm the push")
        return digest
