"""The set-up of an engine, as the engine itself describes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ImageStore(StrEnum):
    """The part of an engine that keeps images."""

    GRAPH_DRIVER = "graph driver"
    """Docker's classic store."""
    CONTAINERD = "containerd"
    """Docker's containerd store, the default of new installations from Docker 29 on."""
    CONTAINERS_STORAGE = "containers-storage"
    """Podman's store."""


@dataclass(frozen=True, slots=True)
class Space:
    """Room on the file system of a directory, in bytes."""

    free: int
    total: int


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """The set-up of an engine; empty values and None stand for what the engine does not describe."""

    api_version: str = ""
    machine: str = ""
    """The host name of the machine that the engine runs on."""
    platform: str = ""
    """`linux/amd64`."""
    builder: str = ""
    builder_remedy: str = ""
    """What a user can do to get a builder with more features; empty where there is nothing to do."""
    storage_driver: str = ""
    image_store: ImageStore | None = None
    storage_path: str = ""
    """The directory of the engine's images, on the engine's machine."""
    space: Space | None = None
    """The room at `storage_path`."""
    cgroups: str = ""
    """`v1` or `v2`."""
    is_rootless: bool | None = None
    runtimes: tuple[str, ...] = ()
    default_runtime: str = ""
    cdi_devices: tuple[str, ...] = ()
    """Names of devices as `--device` takes them: `nvidia.com/gpu=all`."""
    cdi_folders: tuple[str, ...] = ()
    """Directories on the engine's machine in which the engine looks for CDI specifications."""
    insecure_registries: tuple[str, ...] = ()
    """Registries that the engine talks to without TLS, or without checking certificates."""
    mirrors: tuple[str, ...] = ()
