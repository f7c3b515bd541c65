"""Mounts in the body of Podman's create call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.containers.container import ImageMount
from jobber.domain.errors import InvalidOption
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from jobber.domain.containers.container import ContainerSpecification
    from jobber.domain.containers.options import ContainerOptions, Mount

_MEANINGLESS = frozenset(("cached", "delegated", "consistent"))
"""Options that have an effect only in Docker Desktop."""
_SCRATCH = ("/tmp", "/var/tmp", "/run")  # noqa: S108 - paths in the container
_SCRATCH_OPTIONS = ("rw", "rprivate", "nosuid", "nodev", "tmpcopyup")


def mounts(options: ContainerOptions) -> list[dict[str, Any]]:
    """Return the bind and tmpfs mounts; a read-only container gets some tmpfs mounts in addition."""
    described = [_mount(mount) for mount in options.mounts if mount.kind in ("bind", "tmpfs")]
    if options.read_only:
        taken = {normal_path(mount.destination) for mount in options.mounts}
        described += [_memory(place, list(_SCRATCH_OPTIONS)) for place in _SCRATCH if place not in taken]
    return described


def volumes(options: ContainerOptions) -> list[dict[str, Any]]:
    """Return the named and anonymous volumes."""
    return [_volume(mount) for mount in options.mounts if mount.kind == "volume"]


def image_volumes(specification: ContainerSpecification) -> list[dict[str, Any]]:
    """Return the images to mount: inputs, and those of `--mount type=image`."""
    described = [
        _image_volume(mount.image.removeprefix("sha256:"), mount.source, mount.destination)
        for mount in specification.inputs
        if isinstance(mount, ImageMount)
    ]
    for mount in specification.options.mounts:
        if mount.kind == "image":
            subpath = mount.detail.subpath if mount.detail else ""
            described.append(_image_volume(mount.source, f"/{subpath.strip('/')}", mount.destination))
    return described


def _volume(mount: Mount) -> dict[str, Any]:
    name, destination = mount.source, mount.destination
    if not name and destination[1:2] == ":":  # a drive letter for docker's client, a volume name for Podman's
        name, _, destination = destination.partition(":")
    if not destination.startswith("/"):
        raise InvalidOption("--volume", why=f"{destination!r} is not an absolute path in the container")
    return {"Name": name, "Dest": destination, "Options": _flags(mount)}


def _image_volume(image: str, source: str, destination: str) -> dict[str, Any]:
    described: dict[str, Any] = {"Source": image, "Destination": destination, "ReadWrite": False}
    return described if source == "/" else {**described, "subPath": source}


def _mount(mount: Mount) -> dict[str, Any]:
    if mount.kind == "tmpfs":
        return _memory(mount.destination, _flags(mount))
    return {"type": "bind", "source": mount.source, "destination": mount.destination, "options": _flags(mount)}


def _memory(place: str, options: list[str]) -> dict[str, Any]:
    return {"type": "tmpfs", "source": "tmpfs", "destination": place, "options": options}


def _flags(mount: Mount) -> list[str]:
    """Return the options as they were written, except those without an effect on Podman."""
    if mount.written:
        flags = mount.written.split(",")
    elif mount.detail is not None:
        flags = list(mount.options)
    else:
        flags = [*(("ro",) if mount.read_only else ()), *mount.options]
    return [flag for flag in flags if flag not in _MEANINGLESS]
