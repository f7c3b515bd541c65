"""Image directories as inputs on Podman: mounted from version 5 on, shared copies before."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from jobber.adapters.engine_api.calls import listed
from jobber.adapters.engine_api.shared_inputs import Volume, discard, share, whole_copies
from jobber.adapters.engine_api.volumes import EngineVolumes
from jobber.adapters.podman.parts import create_helper, remove_helper, set_up_part
from jobber.domain.containers.container import ImageMount
from jobber.domain.errors import SourceNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.containers.container import ContainerId, VolumeMount
    from jobber.domain.containers.leftovers import InputCopy
    from jobber.domain.images.image import Image
    from jobber.domain.ports.progress import Progress

_MISSING = 404
_MOST_LINKS = 40
_GO_DIRECTORY = 1 << 31


class PodmanInputs(EngineVolumes):
    """The inputs of a Podman engine."""

    def __init__(self, connection: EngineConnection, *, mounts_directories: bool) -> None:
        super().__init__(connection)
        self._mounts_directories = mounts_directories

    def provide(self, image: Image, *, source: str, destination: str, progress: Progress) -> ImageMount | VolumeMount:
        """Mount a directory of an image if Podman supports it, else share a complete copy in a volume."""
        if source == "/":
            return ImageMount(image.id, source, destination)
        if not self._mounts_directories:
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
        found = listed(self._connection, "/volumes/json", filters={"label": [label]})
        return [Volume(v["Name"], v.get("Labels") or {}, v.get("CreatedAt") or "") for v in found]

    def sizes(self) -> Mapping[str, int]:
        """Return the size of each volume in bytes, by name; nothing if Podman fails because of a concurrent removal."""
        with self._connection.call("GET", "/system/df") as response:
            found = response.json().get("Volumes") or () if response.ok else ()
        return {v["VolumeName"]: v["Size"] for v in found if v.get("Size", -1) >= 0}

    def resolve(self, image: Image, *, source: str) -> str:
        """Return the directory of an image that a path leads to, following links. Raises `SourceNotFound`."""
        part = create_helper(self._connection, image.id)
        try:
            return self._directory(part, image, source)
        finally:
            remove_helper(self._connection, part)

    def fill(self, name: str, *, image: Image, directory: str) -> None:
        """Copy a directory of an image into an empty volume; Podman does so when it sets up the container."""
        filled = create_helper(self._connection, image.id, volumes=({"Name": name, "Dest": directory},))
        try:
            set_up_part(self._connection, filled, call="copy the input")
        finally:
            remove_helper(self._connection, filled)

    def _directory(self, container: ContainerId, image: Image, source: str) -> str:
        """Return the directory that a path leads to, following links. Raises `SourceNotFound`."""
        path = source
        for _ in range(_MOST_LINKS):
            with self._connection.call("HEAD", f"/containers/{container}/archive", query={"path": path}) as response:
                described = response.headers.get("x-docker-container-path-stat", "")
                if response.status == _MISSING or not described:
                    break
            facts = json.loads(base64.urlsafe_b64decode(described))
            link = facts.get("linkTarget")
            if facts.get("isDir") or facts["mode"] & _GO_DIRECTORY:
                return str(link or path)
            if not link or link == path:  # Podman returns the file itself if it is not a link
                break
            path = str(link)
        raise SourceNotFound(next(iter(image.references), image.id), source=source)
