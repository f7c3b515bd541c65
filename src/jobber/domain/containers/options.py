"""The container options of `docker run`, independent of their spelling.

The parser is `jobber.domain.docker_options`; each engine translates the options in its `create_body`.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class MountDetail:
    """The settings of a mount that only `--mount` has, not `-v` and `--tmpfs`."""

    propagation: str = ""
    consistency: str = ""
    is_bind: bool = False
    """True if an option of bind mounts was given, even with its default value."""
    non_recursive: bool = False
    read_only_non_recursive: bool = False
    read_only_force_recursive: bool = False
    is_volume: bool = False
    """True if an option of volumes was given."""
    no_copy: bool = False
    subpath: str = ""
    """The subpath in a volume or an image."""
    volume_labels: tuple[tuple[str, str], ...] = ()
    volume_driver: str = ""
    volume_options: tuple[tuple[str, str], ...] = ()
    tmpfs_size: int | None = None
    """The size of a tmpfs in bytes; None if it is not given."""
    tmpfs_mode: int | None = None


@frozen
class Mount:
    """A mount at a path of the container."""

    kind: str
    """The mount's kind: `bind`, `volume`, `tmpfs` or `image`."""
    destination: str
    source: str = ""
    """The source: a path on the engine's host, or the name of a volume or an image; empty for an anonymous volume
    and a tmpfs."""
    read_only: bool = False
    options: tuple[str, ...] = ()
    """Further options: those of `-v` after the second colon, those of `--tmpfs`, or options of the `mount` command."""
    written: str = ""
    """The text after the second colon of `-v`, unchanged."""
    detail: MountDetail | None = None
    """The settings of `--mount`; None for `-v` and `--tmpfs`."""


@frozen
class PublishedPort:
    """A port of the container that the engine's host forwards."""

    container: int
    protocol: str = "tcp"
    host: int | None = None
    """The port on the host; None for any free port."""
    address: str = ""
    host_last: int | None = None
    """The last port of a range from which the engine chooses a free port; None for a single port."""


@frozen
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
        """True for a user-defined network, whose name is not one of the engine's own modes."""
        return self.name not in ("default", "bridge", "host", "none") and not self.name.startswith("container:")


@frozen
class Device:
    """A device of the engine's host, or a device name of the Container Device Interface (CDI)."""

    host: str
    container: str = ""
    """The path in the container; empty for a CDI name such as `nvidia.com/gpu=all`."""
    permissions: str = "rwm"
    written: str = ""

    @property
    def is_by_name(self) -> bool:
        """True for a name of the Container Device Interface (CDI)."""
        return not self.container


@frozen
class GpuRequest:
    """One `--gpus` option."""

    count: int = 0
    """The number of GPUs; -1 for all."""
    devices: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ("gpu",)
    driver: str = ""
    options: tuple[tuple[str, str], ...] = ()


class Throttle(Enum):
    """The limited property of a device; the values are docker's names."""

    WEIGHT = "blkio-weight-device"
    READ_BPS = "device-read-bps"
    WRITE_BPS = "device-write-bps"
    READ_IOPS = "device-read-iops"
    WRITE_IOPS = "device-write-iops"


@frozen
class DeviceLimit:
    """A limit for one block device: a weight, or bytes or operations per second."""

    throttle: Throttle
    path: str
    rate: int


@frozen
class ProcessLimit:
    """One `--ulimit` option; -1 for no limit."""

    name: str
    soft: int
    hard: int


@frozen
class HealthCheck:
    """The settings of the `--health-*` options; times in nanoseconds, None for a setting that is not given."""

    command: str = ""
    interval: int | None = None
    timeout: int | None = None
    start_period: int | None = None
    start_interval: int | None = None
    retries: int | None = None
    is_disabled: bool = False


@frozen
class SeccompProfile:
    """A seccomp profile: its path as written, and its JSON without whitespace, or why it could not be read."""

    path: str
    text: str | None
    why: str = ""


@frozen
class ContainerOptions:
    """The container options of a run; absent ones are None or empty. Sizes are in bytes."""

    environment: tuple[tuple[str, str | None], ...] = ()
    """Variables in order. The last value of a name counts; None unsets the variable."""
    mounts: tuple[Mount, ...] = ()
    volumes_from: tuple[str, ...] = ()
    """Values of `--volumes-from`: `CONTAINER[:OPTIONS]`."""
    volume_driver: str | None = None
    ports: tuple[PublishedPort, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    """Exposed ports as `PORT/PROTOCOL`."""
    publish_all: bool = False
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    name: str | None = None
    workdir: str | None = None
    user: str | None = None
    groups: tuple[str, ...] = ()
    entrypoint: str | None = None
    """The entrypoint; an empty string clears the image's."""
    hostname: str | None = None
    domainname: str | None = None
    networks: tuple[Network, ...] = ()
    links: tuple[str, ...] = ()
    mac: str | None = None
    """The address of `--mac-address`; it is also set in the first of `networks`."""
    dns: tuple[str, ...] = ()
    dns_options: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    extra_hosts: tuple[str, ...] = ()
    """Values of `--add-host`: `NAME:ADDRESS`."""
    memory: int | None = None
    memory_reservation: int | None = None
    memory_swap: int | None = None
    """The limit of memory plus swap in bytes; -1 for no limit."""
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
    """Values of `--security-opt`, with the content of seccomp profiles."""
    storage: tuple[tuple[str, str], ...] = ()
    kernel_parameters: tuple[tuple[str, str], ...] = ()
    """Values of `--sysctl`."""
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
    """The stop timeout in seconds; negative for no limit."""
    runtime: str | None = None
    platform: str | None = None
    """The platform as `OS[/ARCHITECTURE[/VARIANT]]`."""

    def with_defaults(self, variables: Mapping[str, str]) -> ContainerOptions:
        """Return the options with these variables added, except those that the options set or unset."""
        given = {name for name, _ in self.environment}
        added = tuple((name, value) for name, value in variables.items() if name not in given)
        return replace(self, environment=(*self.environment, *added)) if added else self

    @property
    def mount_destinations(self) -> tuple[str, ...]:
        """The destinations of the mounts that are known without an engine."""
        return tuple(mount.destination for mount in self.mounts)

    @property
    def lending_containers(self) -> tuple[str, ...]:
        """Names of the containers of `--volumes-from`."""
        return tuple(text.partition(":")[0] for text in self.volumes_from)

    @property
    def added_environment(self) -> tuple[str, ...]:
        """Names of the variables that the options set or unset."""
        return tuple(dict.fromkeys(name for name, _ in self.environment))
