"""Directories of images as inputs on Docker: mounted from API 1.48 on, shared copies before."""

from __future__ import annotations

import base64
import json
import stat
from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.init_layer import without_init_layer
from jobber.adapters.docker.parts import create_helper, remove_helper
from jobber.adapters.engine_api.calls import failed, listed
from jobber.adapters.engine_api.shared_inputs import Volume, discard, share, whole_copies
from jobber.adapters.engine_api.volumes import WireVolumes
from jobber.domain.containers.container import ImageMount
from jobber.domain.errors import SourceNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.adapters.wire import Wire
    from jobber.domain.containers.container import ContainerId, VolumeMount
    from jobber.domain.containers.leftovers import InputCopy
    from jobber.domain.images.image import Image
    from jobber.domain.ports.progress import Progress

_MISSING = 404
_GO_DIRECTORY = 1 << 31
_GO_LINK = 1 << 27
_MOST_STEPS = 200
_ASIDE = "/.jobber-input"


class DockerInputs(WireVolumes):
    """The inputs behind a wire."""

    def __init__(self, wire: Wire, *, mounts_images: bool) -> None:
        super().__init__(wire)
        self._mounts_images = mounts_images

    def provide(self, image: Image, *, source: str, destination: str, progress: Progress) -> ImageMount | VolumeMount:
        """Mount a directory of an image where Docker can, else share a whole copy in a volume."""
        if not self._mounts_images:
            return share(self, image, source=source, destination=destination, progress=progress)
        return ImageMount(image.id, self.resolve(image, source=source), destination)

    def copies(self) -> Sequence[InputCopy]:
        """The whole copies that there are."""
        return whole_copies(self)

    def discard(self, copy: InputCopy) -> bool:
        """Remove a copy unless a container has it mounted; whether it is gone."""
        return discard(self, copy)

    def list(self, label: str) -> Sequence[Volume]:
        """All volumes with a label."""
        found = listed(self._wire, "/volumes", filters={"label": [label]})["Volumes"] or ()
        return [Volume(v["Name"], v.get("Labels") or {}, v.get("CreatedAt") or "") for v in found]

    def sizes(self) -> Mapping[str, int]:
        """The bytes of volumes by name; nothing where somebody else asks for it just now."""
        with self._wire.call("GET", "/system/df") as response:
            found = response.json().get("Volumes") or () if response.ok else ()
        return {v["Name"]: v["UsageData"]["Size"] for v in found if (v.get("UsageData") or {}).get("Size", -1) >= 0}

    def resolve(self, image: Image, *, source: str) -> str:
        """The directory of an image that a path means, a link followed. Raises `SourceNotFound`."""
        part = create_helper(self._wire, image.id)
        try:
            return self._directory(part, image, source)
        finally:
            remove_helper(self._wire, part)

    def fill(self, name: str, *, image: Image, directory: str) -> None:
        """Copy a directory of an image into an empty volume: Docker does so when the container is made."""
        mounts = () if directory == "/" else (_volume(name, directory),)
        part = create_helper(self._wire, image.id, mounts=mounts)
        try:
            if not mounts:
                self._fill_with_all(name, part, image)
        finally:
            remove_helper(self._wire, part)

    def _fill_with_all(self, name: str, part: ContainerId, image: Image) -> None:
        """A volume can't lie at the root: the whole image goes through us, in a stream."""
        beside = create_helper(
            self._wire, image.id, mounts=({**_volume(name, _ASIDE), "VolumeOptions": {"NoCopy": True}},)
        )
        try:
            with self._wire.call("GET", f"/containers/{part}/archive", query={"path": "/."}) as archive:
                if not archive.ok:
                    raise failed("read the input image", archive)
                with self._wire.call(
                    "PUT",
                    f"/containers/{beside}/archive",
                    query={"path": _ASIDE},
                    stream=without_init_layer(archive.chunks()),
                    headers={"Content-Type": "application/x-tar"},
                ) as response:
                    if not response.ok:
                        raise failed("fill the input's volume", response)
        finally:
            remove_helper(self._wire, beside)

    def _directory(self, container: ContainerId, image: Image, source: str) -> str:
        """The directory that a path means, links in it followed: a mount doesn't. Raises `SourceNotFound`."""
        real, ahead = "/", [part for part in reversed(source.split("/")) if part]
        for _ in range(_MOST_STEPS):
            if not ahead:
                return real
            path = f"{real.rstrip('/')}/{ahead.pop()}"
            facts = self._described(container, path)
            if facts is None:
                break
            if facts["mode"] & _GO_DIRECTORY or stat.S_ISDIR(facts["mode"] & 0xFFFF):
                real = path
            elif facts["mode"] & _GO_LINK:
                real = "/"
                ahead += [part for part in reversed(facts["linkTarget"].split("/")) if part]
            else:
                break
        raise SourceNotFound(next(iter(image.references), image.id), source=source)

    def _described(self, container: ContainerId, path: str) -> dict[str, Any] | None:
        """What is at a path, a link not followed; None where nothing is."""
        with self._wire.call("HEAD", f"/containers/{container}/archive", query={"path": path}) as response:
            described = response.headers.get("x-docker-container-path-stat", "")
            if response.status == _MISSING or not described:
                return None
        facts: dict[str, Any] = json.loads(base64.b64decode(described))
        return facts


def _volume(name: str, directory: str) -> dict[str, object]:
    return {"Type": "volume", "Source": name, "Target": directory}
