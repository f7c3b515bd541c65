"""What `docker run` options say about a container, apart from how they are written.

The parser is `jobber.domain.docker_options`; each engine has one translation, its `create_body`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class MountDetail:
    """What `--mount` can say of a mount beyond what `-v` and `--tmpfs` can."""

    propagation: str = ""
    consistency: str = ""
    is_bind: bool = False
    """Whether an option of bind mounts was given, be it with its default value."""
    non_recursive: bool = False
    read_only_non_recursive: bool = False
    read_only_force_recursive: bool = False
    is_volume: bool = False
    """Whether an option of volumes was given."""
    no_copy: bool = False
    subpath: str = ""
    """Of a volume or an image."""
    volume_labels: tuple[tuple[str, str], ...] = ()
    volume_driver: str = ""
    volume_options: tuple[tuple[str, str], ...] = ()
    tmpfs_size: int | None = None
    """Bytes."""
    tmpfs_mode: int | None = None


@dataclass(frozen=True, slots=True)
class Mount:
    """Something that is mounted at a path of the container."""

    kind: str
    """`bind`, `volume`, `tmpfs` or `image`."""
    destination: str
    source: str = ""
    """A path on the engine's machine, a volume's or an image's name; empty for an anonymous volume and for tmpfs."""
    read_only: bool = False
    options: tuple[str, ...] = ()
    """Further options as `-v` takes them behind the second colon, those of `--tmpfs`, or in `mount`'s own words."""
    written: str = ""
    """What stood behind the second colon of `-v`, word for word."""
    detail: MountDetail | None = None
    """None for `-v` and `--tmpfs`."""


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """A port of the container that the engine's machine forwards."""

    container: int
    protocol: str = "tcp"
    host: int | None = None
    """None for any free port."""
    address: str = ""
    host_last: int | None = None
    """The end of a range, of which any free port will do."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network that the container is connected to."""

    name: str
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    ip: str = ""
    ip6: str = ""
    link_local: tuple[str, ...] = ()
    mac: str = ""
    driver_options: tuple[tuple[str, str], ...] = ()
    gateway_priority: int = 0

    @property
    def is_users(self) -> bool:
        """Whether a user made it, so that its name is not one of the engine's own modes."""
        return self.name not in ("default", "bridge", "host", "none") and not self.name.startswith("container:")


@dataclass(frozen=True, slots=True)
class Device:
    """A device of the engine's machine, or one by the name that the Container Device Interface gives it."""

    host: str
    container: str = ""
    """Empty for a name such as `nvidia.com/gpu=all`."""
    permissions: str = "rwm"
    written: str = ""

    @property
    def is_by_name(self) -> bool:
        """Whether it is a name of the Container Device Interface."""
        return not self.container


@dataclass(frozen=True, slots=True)
class GpuRequest:
    """One `--gpus`."""

    count: int = 0
    """-1 for all of them."""
    devices: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ("gpu",)
    driver: str = ""
    options: tuple[tuple[str, str], ...] = ()


class Throttle(Enum):
    """What of a device is limited, under docker's name for it."""

    WEIGHT = "blkio-weight-device"
    READ_BPS = "device-read-bps"
    WRITE_BPS = "device-write-bps"
    READ_IOPS = "device-read-iops"
    WRITE_IOPS = "device-write-iops"


@dataclass(frozen=True, slots=True)
class DeviceLimit:
    """A limit for one block device: a weight, bytes or operations in a second."""

    throttle: Throttle
    path: str
    rate: int


@dataclass(frozen=True, slots=True)
class ProcessLimit:
    """One `--ulimit`; -1 for no limit."""

    name: str
    soft: int
    hard: int


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """What `--health-*` say; times in nanoseconds, None where nothing is said."""

    command: str = ""
    interval: int | None = None
    timeout: int | None = None
    start_period: int | None = None
    start_interval: int | None = None
    retries: int | None = None
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class SeccompProfile:
    """A seccomp profile: its path as it was written, and its JSON without spaces, or why there is none."""

    path: str
    text: str | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class ContainerOptions:
    """The options of a run's container; what is absent is None or empty. Sizes are in bytes."""

    environment: tuple[tuple[str, str | None], ...] = ()
    """In order, the last of a name counts; None for a variable that is to be unset."""
    mounts: tuple[Mount, ...] = ()
    volumes_from: tuple[str, ...] = ()
    """`CONTAINER[:OPTIONS]`."""
    volume_driver: str | None = None
    ports: tuple[PublishedPort, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    """`PORT/PROTOCOL`."""
    publish_all: bool = False
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    name: str | None = None
    workdir: str | None = None
    user: str | None = None
    groups: tuple[str, ...] = ()
    entrypoint: str | None = None
    """The empty string clears the image's."""
    hostname: str | None = None
    domainname: str | None = None
    networks: tuple[Network, ...] = ()
    links: tuple[str, ...] = ()
    mac: str | None = None
    """As `--mac-address` says it; also in the first of `networks`."""
    dns: tuple[str, ...] = ()
    dns_options: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    extra_hosts: tuple[str, ...] = ()
    """`NAME:ADDRESS`."""
    memory: int | None = None
    memory_reservation: int | None = None
    memory_swap: int | None = None
    """-1 for no limit."""
    memory_swappiness: int | None = None
    kernel_memory: int | None = None
    shm_size: int | None = None
    oom_kill_disable: bool = False
    oom_score: int | None = None
    pids_limit: int | None = None
    nano_cpus: int | None = None
    cpu_shares: int | None = None
    cpu_period: int | None = None
    cpu_quota: int | None = None
    cpu_realtime_period: int | None = None
    cpu_realtime_runtime: int | None = None
    cpuset_cpus: str | None = None
    cpuset_mems: str | None = None
    blkio_weight: int | None = None
    device_limits: tuple[DeviceLimit, ...] = ()
    devices: tuple[Device, ...] = ()
    device_rules: tuple[str, ...] = ()
    gpus: tuple[GpuRequest, ...] = ()
    process_limits: tuple[ProcessLimit, ...] = ()
    capabilities_added: tuple[str, ...] = ()
    capabilities_dropped: tuple[str, ...] = ()
    privileged: bool = False
    read_only: bool = False
    security: tuple[str | SeccompProfile, ...] = ()
    """As `--security-opt` takes them, with the content of seccomp profiles."""
    storage: tuple[tuple[str, str], ...] = ()
    kernel_parameters: tuple[tuple[str, str], ...] = ()
    """`--sysctl`."""
    cgroup_parent: str | None = None
    cgroup_namespace: str | None = None
    ipc: str | None = None
    pid: str | None = None
    uts: str | None = None
    userns: str | None = None
    isolation: str | None = None
    init: bool | None = None
    log_driver: str | None = None
    log_options: tuple[tuple[str, str], ...] = ()
    health: HealthCheck | None = None
    stop_signal: str | None = None
    stop_timeout: int | None = None
    """Seconds."""
    runtime: str | None = None
    platform: str | None = None
    """`OS[/ARCHITECTURE[/VARIANT]]`."""

    def with_defaults(self, variables: Mapping[str, str]) -> ContainerOptions:
        """The same with these variables, but for those that are given or unset by name."""
        given = {name for name, _ in self.environment}
        added = tuple((name, value) for name, value in variables.items() if name not in given)
        return replace(self, environment=(*self.environment, *added)) if added else self

    @property
    def mount_destinations(self) -> tuple[str, ...]:
        """Where something is mounted, as far as that can be said without an engine."""
        return tuple(mount.destination for mount in self.mounts)

    @property
    def lending_containers(self) -> tuple[str, ...]:
        """Names of the containers whose mounts this one takes over."""
        return tuple(text.partition(":")[0] for text in self.volumes_from)

    @property
    def added_environment(self) -> tuple[str, ...]:
        """Names of the variables that the options set."""
        return tuple(dict.fromkeys(name for name, _ in self.environment))
