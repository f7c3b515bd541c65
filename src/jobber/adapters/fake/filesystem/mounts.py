"""Mounts of a container of the fake."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.files import Files, MountPoint
from jobber.adapters.fake.store import StoredVolume
from jobber.domain.containers.container import ImageMount
from jobber.domain.errors import EngineFailed, InputGone
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.adapters.fake.filesystem.node import Node
    from jobber.adapters.fake.flavour import Flavour
    from jobber.adapters.fake.images import FakeImages
    from jobber.adapters.fake.store import Store, StoredContainer, StoredImage
    from jobber.domain.containers.container import VolumeMount
    from jobber.domain.containers.options import Mount


class Mounting:
    """The mounts of a container that is being created."""

    def __init__(self, store: Store, images: FakeImages, image: StoredImage, flavour: Flavour) -> None:
        self._store = store
        self._images = images
        self._image = image
        self._flavour = flavour
        self._places: dict[str, MountPoint] = {}
        self._anonymous: list[str] = []

    @property
    def places(self) -> tuple[MountPoint, ...]:
        """The mounts; of two with the same path, the last one."""
        return tuple(self._places.values())

    @property
    def anonymous(self) -> tuple[str, ...]:
        """The names of the anonymous volumes, which are removed with the container."""
        return tuple(self._anonymous)

    def take_from(self, other: StoredContainer, *, mode: str) -> None:
        """Add all mounts of another container."""
        for place in other.places:
            self._places[place.path] = replace(place, read_only=place.read_only or mode == "ro")

    def add_options(self, mounts: Sequence[Mount]) -> None:
        """Add the requested mounts. Raises `ImageNotFound`, `EngineFailed`."""
        for mount in mounts:
            path = normal_path(mount.destination)
            place = self._option_place(mount, path)
            place.read_only = place.read_only or mount.read_only
            self._places[path] = place

    def add_inputs(self, inputs: Sequence[ImageMount | VolumeMount]) -> None:
        """Add the inputs as read-only mounts. Raises `ImageNotFound`, `InputGone`."""
        for given in inputs:
            if isinstance(given, ImageMount):
                merged = Files(self._images.find(given.image).layers)
                nodes, kind = _nodes_below(merged, given.source), "image"
            elif given.volume in self._store.volumes:
                nodes, kind = self._store.volumes[given.volume].nodes, "volume"
            else:
                raise InputGone(given.volume)
            self._places[given.destination] = MountPoint(given.destination, nodes, read_only=True, kind=kind)

    def add_declared(self) -> None:
        """Add the volumes that the image declares, unless another mount has the same path."""
        for path in map(normal_path, self._image.configuration.volumes):
            if path not in self._places:
                self._places[path] = self._volume("", path)

    def _option_place(self, mount: Mount, path: str) -> MountPoint:
        if mount.kind == "bind":
            try:
                self._find_source(mount)
            except OSError as error:
                why = f"error while creating mount source path {mount.source!r}: {error.strerror}"
                raise EngineFailed("create the container", why=why) from None
            return MountPoint(path, self._store.host, below=mount.source.rstrip("/"), kind="bind")
        if mount.kind == "tmpfs":
            return MountPoint(path, {}, kind="tmpfs")
        if mount.kind == "image":
            subpath = mount.detail.subpath if mount.detail else ""
            nodes = _nodes_below(Files(self._images.named(mount.source).layers), f"/{subpath.strip('/')}")
            return MountPoint(path, nodes, read_only=True, kind="image")
        return self._volume(mount.source, path)

    def _find_source(self, mount: Mount) -> None:
        """Check that the source exists on the engine's host; Docker creates a missing source of `-v`."""
        host, source = Files((), self._store.host), mount.source
        if host.exists(source):
            return
        if not self._flavour.is_docker:
            raise EngineFailed("create the container", why=f"statfs {source}: no such file or directory")
        if mount.detail is not None:
            why = f'invalid mount config for type "bind": bind source path does not exist: {source}'
            raise EngineFailed("create the container", why=why)
        host.make_directory(source)

    def _volume(self, source: str, path: str) -> MountPoint:
        """Return the mount of a volume; a new volume gets the image's files at the mount path."""
        name = source or self._store.fresh_id()
        if not source:
            self._anonymous.append(name)
        if name not in self._store.volumes:
            self._store.volumes[name] = StoredVolume(name, _nodes_below(Files(self._image.layers), path))
        return MountPoint(path, self._store.volumes[name].nodes)


def _nodes_below(files: Files, directory: str) -> dict[str, Node | None]:
    real = files.resolve(directory).rstrip("/")
    return {path.removeprefix(real): files.node(path) for path in files.walk(real or "/")}
