"""Inputs on the fake: mounted as the flavour and version would, or shared copies."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobber.adapters.fake.files import Files
from jobber.adapters.fake.store import StoredVolume
from jobber.domain.container import ImageMount, VolumeMount
from jobber.domain.errors import SourceNotFound
from jobber.domain.label import Label

if TYPE_CHECKING:
    from jobber.adapters.fake.images import FakeImages
    from jobber.adapters.fake.store import Store
    from jobber.domain.image import Image
    from jobber.domain.progress import Progress


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
