"""Image directories as inputs on Docker: mounted from API 1.48 on, shared copies before."""

from __future__ import annotations

import base64
import json
import stat
from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.helper_containers import create_helper, remove_helper
from jobber.adapters.docker.init_layer import without_init_layer
from jobber.adapters.engine_api.calls import NOT_FOUND, TAR, failed, listed
from jobber.adapters.engine_api.shared_inputs import Volume, discard, share, whole_copies
from jobber.adapters.engine_api.volumes import EngineVolumes
from jobber.domain.containers.container import ImageMount
from jobber.domain.errors import SourceNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.adapters.docker.client import DockerClient
    from jobber.domain.containers.container import ContainerId, VolumeMount
    from jobber.domain.containers.leftovers import InputCopy
    from jobber.domain.images.image import Image
    from jobber.domain.ports.progress import Progress

_GO_DIRECTORY = 1 << 31
_GO_LINK = 1 << 27
_MOST_STEPS = 200
_ASIDE = "/.jobber-input"


class DockerInputs(EngineVolumes):
    """The inputs of a Docker engine."""

    def __init__(self, client: DockerClient, *, mounts_images: bool) -> None:
        super().__init__(client)
        self._client = client
        self._mounts_images = mounts_images

    def provide(self, image: Image, *, source: str, destination: str, progress: Progress) -> ImageMount | VolumeMount:
        """Mount a directory of an image if Docker supports it, else share a complete copy in a volume."""
        if not self._mounts_images:
            return share(self, image, source=source, destination=destination, progress=progress)
        return ImageMount(image.id, self.resolve(image, source=source), destination)

    def copies(self) -> Sequence[InputCopy]:
        """List the complete copies."""
        return whole_copies(self)

    def discard(self, copy: InputCopy) -> bool:
        """Remove a copy unless a container has it mounted; return whether it is gone."""
        return discard(self, copy)

    def list(self, label: str) -> Sequence[Volume]:
        """List all volumes with a label."""
        found = listed(self._client, "/volumes", filters={"label": [label]})["Volumes"] or ()
        return [Volume(v["Name"], v.get("Labels") or {}, v.get("CreatedAt") or "") for v in found]

    def sizes(self) -> Mapping[str, int]:
        """Return the size of each volume in bytes, by name; nothing if another client is requesting it right now."""
        with self._client.call("GET", "/system/df") as response:
            found = response.json().get("Volumes") or () if response.ok else ()
        return {v["Name"]: v["UsageData"]["Size"] for v in found if (v.get("UsageData") or {}).get("Size", -1) >= 0}

    def resolve(self, image: Image, *, source: str) -> str:
        """Return the directory of an image that a path leads to, following links. Raises `SourceNotFound`."""
        helper = create_helper(self._client, image.id)
        try:
            return self._directory(helper, image, source)
        finally:
            remove_helper(self._client, helper)

    def fill(self, name: str, *, image: Image, directory: str) -> None:
        """Copy a directory of an image into an empty volume; Docker does so when it creates the container."""
        mounts = () if directory == "/" else (_volume(name, directory),)
        helper = create_helper(self._client, image.id, mounts=mounts)
        try:
            if not mounts:
                self._fill_with_all(name, helper, image)
        finally:
            remove_helper(self._client, helper)

    def _fill_with_all(self, name: str, source: ContainerId, image: Image) -> None:
        """Fill a volume with the whole image, streamed through jobber: a volume can't be mounted at the root."""
        beside = create_helper(
            self._client, image.id, mounts=({**_volume(name, _ASIDE), "VolumeOptions": {"NoCopy": True}},)
        )
        try:
            with self._client.call("GET", f"/containers/{source}/archive", query={"path": "/."}) as archive:
                if not archive.ok:
                    raise failed("read the input image", archive)
                with self._client.call(
                    "PUT",
                    f"/containers/{beside}/archive",
                    query={"path": _ASIDE},
                    stream=without_init_layer(archive.chunks()),
                    headers=TAR,
                ) as response:
                    if not response.ok:
                        raise failed("fill the input's volume", response)
        finally:
            remove_helper(self._client, beside)

    def _directory(self, container: ContainerId, image: Image, source: str) -> str:
        """Return the directory that a path leads to; links are followed because a mount does not.

        Raises `SourceNotFound`.
        """
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
        """Return the facts about a path without following links; None if nothing exists there."""
        with self._client.call("HEAD", f"/containers/{container}/archive", query={"path": path}) as response:
            described = response.headers.get("x-docker-container-path-stat", "")
            if response.status == NOT_FOUND or not described:
                return None
        facts: dict[str, Any] = json.loads(base64.b64decode(described))
        return facts


def _volume(name: str, directory: str) -> dict[str, object]:
    return {"Type": "volume", "Source": name, "Target": directory}
