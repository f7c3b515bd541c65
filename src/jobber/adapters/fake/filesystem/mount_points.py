"""Mount points and working directory, which an engine creates in a container before its job starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.files import Files
from jobber.domain.errors import EngineFailed, JobNotStarted
from jobber.domain.files.paths import lies_within, normal_path

if TYPE_CHECKING:
    from jobber.adapters.fake.filesystem.files import MountPoint
    from jobber.adapters.fake.store import StoredContainer, StoredImage
    from jobber.domain.containers.container import ContainerSpecification

_FAILED = 125


def workdir_of(specification: ContainerSpecification, image: StoredImage) -> str:
    """Return the job's working directory."""
    return specification.options.workdir or image.configuration.workdir or "/"


def make_workdir(files: Files, path: str) -> None:
    """Create the working directory in the container's own layer, as Docker does at creation. Raises `EngineFailed`."""
    try:
        Files(files.layers, files.top).make_directory(path)
    except OSError:
        raise EngineFailed("create the container", why=f"Cannot mkdir: {path} is not a directory") from None


def make_mount_points(stored: StoredContainer) -> None:
    """Create the mount points in the container's own layer, where they become part of a result.

    Raises `JobNotStarted`.
    """
    alone = Files(stored.files.layers, stored.files.top)
    for place in stored.places:
        try:
            _make_mount_point(alone, place, holds_file=_holds_file(stored.files, place))
        except OSError:
            why = f'error mounting {place.kind} to rootfs at "{place.path}": not a directory'
            raise JobNotStarted(why=why, exit_status=_FAILED) from None


def enter_workdir(stored: StoredContainer, path: str, *, must_exist: bool) -> None:
    """Create the working directory, or check that it exists if `must_exist`. Raises `JobNotStarted`."""
    is_mounted = any(lies_within(normal_path(path), directory=place.path) for place in stored.places)
    if must_exist and not is_mounted and not stored.files.is_directory(path):
        why = f'workdir "{path}" does not exist on container {stored.id}'
        raise JobNotStarted(why=why, exit_status=_FAILED)
    try:
        Files(stored.files.layers, stored.files.top, stored.places).make_directory(path)
    except OSError as error:
        raise JobNotStarted(why=f"mkdir {path}: {error.strerror}", exit_status=_FAILED) from None


def _make_mount_point(alone: Files, place: MountPoint, *, holds_file: bool) -> None:
    if not holds_file:
        alone.make_directory(place.path)
    elif alone.is_directory(place.path):
        raise IsADirectoryError(place.path)
    elif not alone.exists(place.path):
        alone.write(place.path, b"")


def _holds_file(files: Files, place: MountPoint) -> bool:
    node = files.node(place.path)
    return node is not None and node.kind == "file"
