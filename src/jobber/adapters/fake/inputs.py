"""Inputs of the fake engine: mounts or shared copies, depending on flavour and version."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.files import Files
from jobber.adapters.fake.store import StoredVolume
from jobber.domain.containers.container import ImageMount, VolumeMount
from jobber.domain.containers.leftovers import InputCopy
from jobber.domain.errors import SourceNotFound
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.adapters.fake.images import FakeImages
    from jobber.adapters.fake.store import Store
    from jobber.domain.images.image import Image
    from jobber.domain.ports.progress import Progress


class FakeInputs:
    """The inputs of a fake engine."""

    def __init__(self, store: Store, images: FakeImages, *, mounts_images: bool) -> None:
        self._store = store
        self._images = images
        self._mounts_images = mounts_images
        self._call = contextmanager(store.call)

    def provide(self, image: Image, *, source: str, destination: str, progress: Progress) -> ImageMount | VolumeMount:
        """Mount a directory of an image, or share a copy. Raises `SourceNotFound`."""
        with self._call("provide", source):
            files = Files(self._images.find(image.id).layers)
            if not files.is_directory(source):
                raise SourceNotFound(next(iter(image.references), image.id), source=source)
            directory = files.resolve(source)
            if self._mounts_images:
                return ImageMount(image.id, directory, destination)
            labels = {str(Label.INPUT): str(image.id), str(Label.SOURCE): directory}
            for volume in self._store.volumes.values():
                if labels.items() <= volume.labels.items():
                    return VolumeMount(volume.name, destination)
            progress.step(f"copying {directory} into a volume")
            real = directory.rstrip("/")
            nodes = {path.removeprefix(real): files.node(path) for path in files.walk(real or "/")}
            name = f"jobber-input-{self._store.fresh_id()[:24]}"
            self._store.volumes[name] = StoredVolume(name, nodes, labels)
            return VolumeMount(name, destination)

    def copies(self) -> Sequence[InputCopy]:
        """Return all complete copies."""
        with self._call("copies"):
            return [
                InputCopy(
                    volume.name,
                    ImageId(volume.labels[Label.INPUT]),
                    volume.labels[Label.SOURCE],
                    is_used=self._is_used(volume.name),
                    size=sum(len(node.content) for node in volume.nodes.values() if node),
                )
                for volume in self._store.volumes.values()
                if Label.INPUT in volume.labels
            ]

    def discard(self, copy: InputCopy) -> bool:
        """Remove a copy unless a container has it mounted; return whether it is removed."""
        with self._call("discard", copy.name):
            if self._is_used(copy.name):
                return False
            self._store.volumes.pop(copy.name, None)
            return True

    def _is_used(self, volume: str) -> bool:
        specifications = [container.specification for container in self._store.containers.values()]
        given = [mount.volume for one in specifications for mount in one.inputs if isinstance(mount, VolumeMount)]
        return volume in (*given, *(mount.source for one in specifications for mount in one.options.mounts))
