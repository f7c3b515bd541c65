"""Copies of image directories that runs share, for engines that can't mount them.

A copy is a volume with a marker beside it. The marker contains the name of the volume and is created when the copy is
complete. A volume without a marker is a copy in progress, or an interrupted one. A marker without its volume has no
effect. Every copy has a unique name, so no process ever fills or removes a copy that another one reads.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Protocol

from jobber.adapters.host.process_identity import current_owner, is_alive
from jobber.domain.containers.container import VolumeMount
from jobber.domain.containers.leftovers import InputCopy
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.label_names import Label
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.domain.images.image import Image
    from jobber.domain.ports.progress import Progress

_COPY_OF = "jobber.copy"
"""The label of a copy and of its marker with the copied directory, so that one call finds both."""
_POLL_SECONDS = 0.1


@frozen
class Volume:
    """A volume in an engine's list."""

    name: str
    labels: Mapping[str, str]
    created: str


class VolumeCalls(Protocol):
    """The calls about volumes that an engine supports."""

    def list(self, label: str) -> Sequence[Volume]:
        """List all volumes with a label `NAME=VALUE`."""

    def create(self, name: str, *, labels: Mapping[str, str]) -> None:
        """Create an empty volume."""

    def remove(self, name: str) -> bool:
        """Remove a volume unless a container uses it; return whether it is gone."""

    def is_used(self, name: str) -> bool:
        """Return whether a container uses a volume, even one that has ended."""

    def sizes(self) -> Mapping[str, int]:
        """Return the sizes of volumes in bytes, by name, as far as the engine reports them at the moment."""

    def resolve(self, image: Image, *, source: str) -> str:
        """Return the directory of an image that a path leads to, following links. Raises `SourceNotFound`."""

    def fill(self, name: str, *, image: Image, directory: str) -> None:
        """Copy a directory of an image into an empty volume."""


def share(calls: VolumeCalls, image: Image, *, source: str, destination: str, progress: Progress) -> VolumeMount:
    """Return a mount of the copy that all runs share; create the copy if there is none. Raises `SourceNotFound`."""
    whole = _whole(_copies(calls, image, source))
    if whole is None:
        # a link leads to a directory that may have been copied under its own name
        whole = _await_whole(calls, image, calls.resolve(image, source=source), progress)
    return VolumeMount(whole, destination)


def whole_copies(calls: VolumeCalls) -> Sequence[InputCopy]:
    """List all complete copies."""
    whole = {marker.labels[Label.COMPLETE] for marker in calls.list(Label.COMPLETE)}
    volumes = [volume for volume in calls.list(Label.INPUT) if volume.name in whole]
    sizes = calls.sizes() if volumes else {}
    return [
        InputCopy(
            volume.name,
            ImageId(volume.labels[Label.INPUT]),
            volume.labels.get(Label.SOURCE, ""),
            is_used=calls.is_used(volume.name),
            size=sizes.get(volume.name),
        )
        for volume in volumes
    ]


def discard(calls: VolumeCalls, copy: InputCopy) -> bool:
    """Remove a copy unless a container uses it; its marker goes last, because a marker without a copy has no effect."""
    if not calls.remove(copy.name):
        return False
    calls.remove(f"{copy.name}-complete")
    return True


def _await_whole(calls: VolumeCalls, image: Image, directory: str, progress: Progress) -> str:
    """Return the name of a complete copy: an existing one, one that another run is creating, or a new one."""
    while True:
        volumes = _copies(calls, image, directory)
        if whole := _whole(volumes):
            return whole
        unfinished = [volume for volume in volumes if Label.INPUT in volume.labels]
        for volume in unfinished:
            if is_alive(volume.labels.get(Label.PART, "")) is False:
                calls.remove(volume.name)
        if not any(is_alive(volume.labels.get(Label.PART, "")) for volume in unfinished):
            return _make(calls, image, directory, progress)
        progress.step("waiting for another run to copy the same input")
        time.sleep(_POLL_SECONDS)


def _copies(calls: VolumeCalls, image: Image, directory: str) -> Sequence[Volume]:
    return calls.list(f"{_COPY_OF}={_key(image, directory)}")


def _key(image: Image, directory: str) -> str:
    return f"{image.id}:{directory}"


def _make(calls: VolumeCalls, image: Image, directory: str, progress: Progress) -> str:
    key = _key(image, directory)
    name = f"jobber-input-{image.id.removeprefix('sha256:')[:12]}-{os.urandom(6).hex()}"
    progress.step(f"copying {directory} of {next(iter(image.references), image.id)} into a volume")
    labels = {Label.INPUT: image.id, Label.SOURCE: directory, _COPY_OF: key, Label.PART: current_owner()}
    calls.create(name, labels=labels)
    try:
        calls.fill(name, image=image, directory=directory)
        calls.create(f"{name}-complete", labels={Label.COMPLETE: name, _COPY_OF: key})
    except BaseException:
        calls.remove(name)
        raise
    return _agree(calls, _copies(calls, image, directory), name)


def _agree(calls: VolumeCalls, copies: Sequence[Volume], ours: str) -> str:
    """Return the first of several copies that were completed at the same time; remove `ours` if it is not the first."""
    first = _whole(copies) or ours
    if first != ours:
        calls.remove(f"{ours}-complete")
        calls.remove(ours)
    return first


def _whole(volumes: Sequence[Volume]) -> str | None:
    """Return the complete copy; of several, the one that was completed first."""
    names = {volume.name for volume in volumes if Label.INPUT in volume.labels}
    markers = sorted((volume.created, volume.labels.get(Label.COMPLETE, "")) for volume in volumes)
    return next((name for _, name in markers if name in names), None)
