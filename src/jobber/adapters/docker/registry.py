"""Docker's way to the registries."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jobber.domain.errors import PullRefused, PushRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.docker.images import DockerImages
    from jobber.adapters.wire import Response, Wire
    from jobber.domain.credentials import Credentials
    from jobber.domain.image import Image
    from jobber.domain.progress import Progress
    from jobber.domain.reference import ImageReference


class DockerRegistry:
    """Pulls and pushes by the daemon."""

    def __init__(self, wire: Wire, *, images: DockerImages) -> None:
        self._wire = wire
        self._images = images

    def pull(
        self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress
    ) -> Image:
        """Bring an image from its registry."""
        query = {"fromImage": reference.repository, "tag": reference.digest or reference.tag or "latest"}
        headers = {"X-Registry-Auth": _authorization(credentials, reference)}
        with self._wire.call("POST", "/images/create", query=query, headers=headers) as response:
            if not response.ok:
                raise PullRefused(str(reference), why=response.why())
            for event in _events(response):
                if why := _error_of(event):
                    raise PullRefused(str(reference), why=why)
                progress.step(_step(f"pulling {reference}", event))
        return self._images.inspect(reference)

    def push(
        self, reference: ImageReference, *, credentials: Credentials | None, progress: Progress
    ) -> str:
        """Send a tag to its registry and return the digest."""
        path = f"/images/{quote(reference.repository, safe='/:')}/push"
        headers = {"X-Registry-Auth": _authorization(credentials, reference)}
        digest = ""
        with self._wire.call("POST", path, query={"tag": reference.tag}, headers=headers) as response:
            if not response.ok:
                raise PushRefused(str(reference), why=response.why())
            for event in _events(response):
                if why := _error_of(event):
                    raise PushRefused(str(reference), why=why)
                digest = (event.get("aux") or {}).get("Digest") or digest
                progress.step(_step(f"pushing {reference}", event))
        if not digest:
            raise PushRefused(str(reference), why="the engine did not say that it arrived")
        return digest


def _events(response: Response) -> Iterator[dict[str, Any]]:
    for event in response.json_lines():
        if isinstance(event, dict):
            yield event


def _error_of(event: dict[str, Any]) -> str | None:
    error = event.get("error") or (event.get("errorDetail") or {}).get("message")
    return str(error) if error else None


def _step(what: str, event: dict[str, Any]) -> str:
    return " ".join(filter(None, (what, event.get("id"), event.get("status"), event.get("progress"))))


def _authorization(credentials: Credentials | None, reference: ImageReference) -> str:
    facts: dict[str, str] = {}
    if credentials is not None:
        facts = {
            "username": credentials.user,
            "password": credentials.password,
            "serveraddress": reference.registry or "",
        }
    return base64.urlsafe_b64encode(json.dumps(facts).encode()).decode()
