"""What `docker run` options say about a container, apart from how they are written.

The parser is `jobber.domain.xdocker`; each engine has one translation, its `create_body`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mount:
    """Something that is mounted at a path of the container."""

    kind: str
    """`bind`, `volume` or `tmpfs`."""
    destination: str
    source: str = ""
    """A path on the engine's machine, or a volume's name; empty for an anonymous volume and for tmpfs."""
    read_only: bool = False
    options: tuple[str, ...] = ()
    """Further options as `-v` takes them behind the second colon, or those of `--tmpfs`."""


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """A port of the container that the engine's machine forwards."""

    container: int
    protocol: str = "tcp"
    host: int | None = None
    """None for any free port."""
    address: str = ""


@dataclass(frozen=True, slots=True)
class ContainerOptions:
    """The options of a run's container; what is absent is None or empty."""

    environment: tuple[tuple[str, str], ...] = ()
    mounts: tuple[Mount, ...] = ()
    ports: tuple[PublishedPort, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    name: str | None = None
    workdir: str | None = None
    user: str | None = None
    entrypoint: str | None = None
    """The empty string clears the image's."""
    network: str | None = None
    hostname: str | None = None
    memory: int | None = None
    """Bytes."""
    shm_size: int | None = None
    """Bytes."""
    cpus: float | None = None
    gpus: str | None = None
    """As `--gpus` takes it: `all`, a number, `device=0,1`."""
    read_only: bool = False
    init: bool = False
    stop_timeout: int | None = None
    """Seconds."""
    extra_hosts: tuple[str, ...] = ()
    """`NAME:ADDRESS`."""
    capabilities_added: tuple[str, ...] = ()
    capabilities_dropped: tuple[str, ...] = ()
    privileged: bool = False
    ipc: str | None = None

    @property
    def mount_destinations(self) -> tuple[str, ...]:
        """Where something is mounted."""
        return tuple(mount.destination for mount in self.mounts)

    @property
    def added_environment(self) -> tuple[str, ...]:
        """Names of the variables that the options set."""
        return tuple(name for name, _ in self.environment)
