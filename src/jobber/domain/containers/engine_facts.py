"""The configuration of an engine, as reported by the engine itself."""

from __future__ import annotations

from enum import StrEnum

from jobber.domain.values import frozen


class ImageStore(StrEnum):
    """The kind of an engine's image store."""

    GRAPH_DRIVER = "graph driver"
    """Docker's classic image store."""
    CONTAINERD = "containerd"
    """Docker's containerd image store, the default of new installations from Docker 29 on."""
    CONTAINERS_STORAGE = "containers-storage"
    """Podman's image store."""


@frozen
class Space:
    """Space on the file system of a directory, in bytes."""

    free: int
    total: int


@frozen
class EngineFacts:
    """The configuration of an engine; facts that the engine does not report are empty or None."""

    api_version: str = ""
    machine: str = ""
    """The host name of the engine's host."""
    platform: str = ""
    """The platform, such as `linux/amd64`."""
    builder: str = ""
    builder_remedy: str = ""
    """An action that gives the user a builder with more features; empty if there is none."""
    storage_driver: str = ""
    image_store: ImageStore | None = None
    storage_path: str = ""
    """The directory of the engine's images, on the engine's host."""
    space: Space | None = None
    """The space at `storage_path`."""
    cgroups: str = ""
    """The version of cgroups: `v1` or `v2`."""
    is_rootless: bool | None = None
    runtimes: tuple[str, ...] = ()
    default_runtime: str = ""
    cdi_devices: tuple[str, ...] = ()
    """Names of CDI devices in the syntax of `--device`: `nvidia.com/gpu=all`."""
    cdi_folders: tuple[str, ...] = ()
    """Directories on the engine's host in which the engine searches for CDI specifications."""
    insecure_registries: tuple[str, ...] = ()
    """Registries that the engine contacts without TLS, or without verifying certificates."""
    mirrors: tuple[str, ...] = ()
    cpus: int = 0
    """The number of CPUs; 0 for unknown."""
    memory: int = 0
    """The memory of the engine's host in bytes; 0 for unknown."""
