"""Mounts in the body of Docker's create call."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from jobber.domain.containers.container import ImageMount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.containers.container import VolumeMount
    from jobber.domain.containers.options import ContainerOptions, Mount, MountDetail


def binds(options: ContainerOptions) -> list[str]:
    """Return the mounts of `-v` except anonymous volumes."""
    return [_bind(mount) for mount in options.mounts if mount.kind != "tmpfs" and mount.source and not mount.detail]


def tmpfs(options: ContainerOptions) -> dict[str, str]:
    """Return the mounts of `--tmpfs`."""
    return {m.destination: ",".join(m.options) for m in options.mounts if m.kind == "tmpfs" and not m.detail}


def described_mounts(options: ContainerOptions) -> list[dict[str, Any]]:
    """Return the mounts of `--mount`."""
    return [_described(mount, mount.detail) for mount in options.mounts if mount.detail is not None]


def input_mounts(inputs: Sequence[ImageMount | VolumeMount]) -> list[dict[str, Any]]:
    """Return the read-only mounts of the inputs."""
    spellings: Counter[str] = Counter()
    mounts = []
    for mount in inputs:
        described = _input_mount(mount)
        if isinstance(mount, ImageMount):
            # Docker 28 names a mount after the image as it is written, and refuses to mount the same name twice.
            described["Source"] = mount.image[: len(mount.image) - spellings[mount.image]]
            spellings[mount.image] += 1
        mounts.append(described)
    return mounts


def _input_mount(mount: ImageMount | VolumeMount) -> dict[str, Any]:
    if isinstance(mount, ImageMount):
        subpath = mount.source.strip("/")
        described: dict[str, Any] = {
            "Type": "image",
            "Source": mount.image,
            "Target": mount.destination,
            "ReadOnly": True,
        }
        return {**described, "ImageOptions": {"Subpath": subpath}} if subpath else described
    return {
        "Type": "volume",
        "Source": mount.volume,
        "Target": mount.destination,
        "ReadOnly": True,
        "VolumeOptions": {"NoCopy": True},
    }


def _bind(mount: Mount) -> str:
    flags = mount.written or ",".join((*(("ro",) if mount.read_only else ()), *mount.options))
    return ":".join((mount.source, mount.destination, *((flags,) if flags else ())))


def _described(mount: Mount, detail: MountDetail) -> dict[str, Any]:
    described: dict[str, Any] = {"Type": mount.kind, "Source": mount.source, "Target": mount.destination}
    if mount.read_only:
        described["ReadOnly"] = True
    if detail.consistency:
        described["Consistency"] = detail.consistency
    if detail.is_bind:
        described["BindOptions"] = _set(
            Propagation=detail.propagation,
            NonRecursive=detail.non_recursive,
            ReadOnlyNonRecursive=detail.read_only_non_recursive,
            ReadOnlyForceRecursive=detail.read_only_force_recursive,
        )
    if detail.is_volume:
        described["VolumeOptions"] = _volume_options(detail)
    elif detail.subpath:
        described["ImageOptions"] = {"Subpath": detail.subpath}
    if detail.tmpfs_size is not None or detail.tmpfs_mode is not None:
        described["TmpfsOptions"] = _set(SizeBytes=detail.tmpfs_size, Mode=detail.tmpfs_mode)
    return {key: value for key, value in described.items() if value != ""}


def _volume_options(detail: MountDetail) -> dict[str, Any]:
    driver = _set(Name=detail.volume_driver, Options=dict(detail.volume_options))
    settings = _set(NoCopy=detail.no_copy, Labels=dict(detail.volume_labels), Subpath=detail.subpath)
    return {**settings, "DriverConfig": driver}


def _set(**settings: object) -> dict[str, Any]:
    """Return the settings that are not empty."""
    return {key: value for key, value in settings.items() if value}
