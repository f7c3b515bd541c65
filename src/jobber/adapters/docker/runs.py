"""Docker's calls for what jobbers tell each other about runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.parts import make_part, remove_part
from jobber.adapters.docker.translate import failed
from jobber.adapters.runs import Part, engine_time, part_of
from jobber.domain.label import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from jobber.adapters.docker.images import DockerImages
    from jobber.adapters.wire import Wire
    from jobber.domain.image import Image, ListedImage
    from jobber.domain.reference import ImageId

_MISSING = 404


class DockerRunCalls:
    """The calls behind a wire."""

    def __init__(self, wire: Wire, *, images: DockerImages) -> None:
        self._wire = wire
        self._images = images

    def now(self) -> datetime:
        """The engine's clock."""
        with self._wire.call("GET", "/_ping") as response:
            return engine_time(response.headers.get("date", ""))

    def make(self, name: str, *, image: ImageId, facts: Mapping[str, str]) -> str:
        """Make a container that is never started."""
        return make_part(self._wire, image, name=name, facts=facts)

    def look(self, name: str) -> Part | None:
        """A container by name or id."""
        with self._wire.call("GET", f"/containers/{name}/json") as response:
            if response.status == _MISSING:
                return None
            if not response.ok:
                raise failed("inspect a container", response)
            facts = response.json()
        labels = facts["Config"].get("Labels") or {}
        return part_of(id_=facts["Id"], name=facts["Name"].removeprefix("/"), labels=labels, created=facts["Created"])

    def parts(self) -> Sequence[Part]:
        """All containers with a `jobber.run` label."""
        query = {"all": True, "filters": json.dumps({"label": [Label.RUN]})}
        with self._wire.call("GET", "/containers/json", query=query) as response:
            if not response.ok:
                raise failed("list containers", response)
            return [_part(item) for item in response.json()]

    def remove(self, part: str) -> None:
        """Remove a container."""
        remove_part(self._wire, part)

    def commits(self) -> Sequence[ListedImage]:
        """Images with a `jobber.run` label."""
        return self._images.listed(labels={Label.RUN: None}, everything=False)

    def inspect(self, image: ImageId) -> Image:
        """Look an image up."""
        return self._images.inspect(image)

    def remove_image(self, image: ImageId) -> None:
        """Remove an image."""
        self._images.remove(image)

    def close(self) -> None:
        """Let go of connections."""
        self._wire.close()


def _part(item: dict[str, Any]) -> Part:
    name = item["Names"][0].removeprefix("/") if item.get("Names") else ""
    return part_of(id_=item["Id"], name=name, labels=item.get("Labels") or {}, created=float(item["Created"]))
