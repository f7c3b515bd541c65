"""The table of options. An option that is not in the table is an error, so that no option is silently dropped."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

from jobber.domain.docker_options import devices, environment, health, mounts, networks, ports, settings, values
from jobber.domain.docker_options.tokens import Spellings

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.docker_options.option_reader import OptionReader

    Reader = Callable[[OptionReader], None]


class Option(NamedTuple):
    """The definition of an option."""

    spellings: str
    """The spellings, separated by spaces; error messages use the first one."""
    read: Reader
    field: str
    """The field of `ContainerOptions` that the option sets."""
    is_flag: bool = False
    podman: bool = True
    """True if Podman supports the option."""
    docker_api: tuple[int, int] = (1, 24)
    """The first version of Docker's API that supports the option."""

    @property
    def name(self) -> str:
        """The spelling that error messages use."""
        return self.spellings.split()[0]


def _setting(field: str, read: Callable[[str], object]) -> Reader:
    """Return a reader for a single value; the last one counts."""

    def reader(reading: OptionReader) -> None:
        try:
            reading.draft.fields[field] = read(reading.value)
        except ValueError as error:
            raise reading.wrong(str(error)) from None

    return reader


def _text(spellings: str, field: str, *, podman: bool = True) -> Option:
    return Option(spellings, _setting(field, lambda text: text or None), field, podman=podman)


def _own_text(spellings: str, field: str) -> Option:
    return Option(spellings, _setting(field, str), field)


def _flag(spellings: str, field: str) -> Option:
    return Option(spellings, _setting(field, values.read_boolean), field, is_flag=True)


def _size(spellings: str, field: str) -> Option:
    return Option(spellings, _setting(field, values.read_size), field)


def _whole(spellings: str, field: str) -> Option:
    return Option(spellings, _setting(field, values.read_whole), field)


def _list(spellings: str, field: str, *, podman: bool = True) -> Option:
    return Option(spellings, lambda reading: reading.draft.append(field, reading.value), field, podman=podman)


def _pairs(spellings: str, field: str, *, docker_api: tuple[int, int] = (1, 24)) -> Option:
    def reader(reading: OptionReader) -> None:
        name, _, value = reading.value.partition("=")
        reading.draft.put(field, name, value)

    return Option(spellings, reader, field, docker_api=docker_api)


_WINDOWS_ONLY = ("--cpu-count", "--cpu-percent", "--io-maxbandwidth", "--io-maxiops")

TABLE: tuple[Option, ...] = (
    # variables and labels
    Option("--env -e", environment.read_variable, "environment"),
    Option("--env-file", environment.read_variable_file, "environment"),
    Option("--label -l", environment.read_label, "labels"),
    Option("--label-file", environment.read_label_file, "labels"),
    _pairs("--annotation", "annotations", docker_api=(1, 43)),
    # mounts
    Option("--volume -v", mounts.read_volume, "mounts"),
    Option("--mount", mounts.read_mount, "mounts"),
    Option("--tmpfs", mounts.read_tmpfs, "mounts"),
    _list("--volumes-from", "volumes_from"),
    _text("--volume-driver", "volume_driver", podman=False),
    _flag("--read-only", "read_only"),
    Option("--storage-opt", settings.read_storage, "storage", podman=False),
    # networks and ports
    Option("--network --net", networks.read_network, "networks"),
    _list("--network-alias --net-alias", "aliases"),
    _own_text("--ip", "ip"),
    _own_text("--ip6", "ip6"),
    _list("--link-local-ip", "link_local"),
    Option("--link", networks.read_link, "links", podman=False),
    Option("--mac-address", networks.read_mac, "mac"),
    Option("--dns", networks.read_server, "dns"),
    _list("--dns-option --dns-opt", "dns_options"),
    Option("--dns-search", networks.read_search, "dns_search"),
    Option("--add-host", networks.read_host, "extra_hosts"),
    Option("--publish -p", ports.read_published, "ports"),
    _flag("--publish-all -P", "publish_all"),
    Option("--expose", ports.read_exposed, "exposed_ports"),
    _text("--hostname -h", "hostname"),
    _text("--domainname", "domainname", podman=False),
    # memory
    _size("--memory -m", "memory"),
    _size("--memory-reservation", "memory_reservation"),
    Option("--memory-swap", _setting("memory_swap", values.read_swap), "memory_swap"),
    Option("--memory-swappiness", _setting("memory_swappiness", values.read_swappiness), "memory_swappiness"),
    _size("--kernel-memory", "kernel_memory"),
    _size("--shm-size", "shm_size"),
    _flag("--oom-kill-disable", "oom_kill_disable"),
    Option("--oom-score-adj", _setting("oom_score", values.read_score), "oom_score"),
    _whole("--pids-limit", "pids_limit"),
    # processors
    Option("--cpus", _setting("nano_cpus", values.read_nano_cpus), "nano_cpus"),
    _whole("--cpu-shares -c", "cpu_shares"),
    _whole("--cpu-period", "cpu_period"),
    _whole("--cpu-quota", "cpu_quota"),
    _whole("--cpu-rt-period", "cpu_realtime_period"),
    _whole("--cpu-rt-runtime", "cpu_realtime_runtime"),
    _text("--cpuset-cpus", "cpuset_cpus"),
    _text("--cpuset-mems", "cpuset_mems"),
    # devices
    Option("--blkio-weight", _setting("blkio_weight", values.read_small), "blkio_weight"),
    Option("--blkio-weight-device", devices.read_limit, "device_limits"),
    Option("--device-read-bps", devices.read_limit, "device_limits"),
    Option("--device-read-iops", devices.read_limit, "device_limits"),
    Option("--device-write-bps", devices.read_limit, "device_limits"),
    Option("--device-write-iops", devices.read_limit, "device_limits"),
    Option("--device", devices.read_device, "devices"),
    Option("--device-cgroup-rule", devices.read_rule, "device_rules"),
    Option("--gpus", devices.read_gpus, "gpus", docker_api=(1, 40)),
    Option("--ulimit", devices.read_process_limit, "process_limits"),
    # security and namespaces
    Option("--cap-add", settings.read_capability, "capabilities_added"),
    Option("--cap-drop", settings.read_capability, "capabilities_dropped"),
    _flag("--privileged", "privileged"),
    Option("--security-opt", settings.read_security, "security"),
    Option("--sysctl", settings.read_kernel_parameter, "kernel_parameters"),
    _text("--cgroup-parent", "cgroup_parent"),
    Option("--cgroupns", settings.read_namespace, "cgroup_namespace", docker_api=(1, 41)),
    _text("--ipc", "ipc"),
    Option("--pid", settings.read_namespace, "pid"),
    Option("--uts", settings.read_namespace, "uts"),
    Option("--userns", settings.read_namespace, "userns"),
    Option("--isolation", settings.read_isolation, "isolation", podman=False),
    # the job
    Option("--name", settings.read_name, "name"),
    Option("--workdir -w", settings.read_workdir, "workdir"),
    _text("--user -u", "user"),
    _list("--group-add", "groups"),
    _own_text("--entrypoint", "entrypoint"),
    _flag("--init", "init"),
    _text("--stop-signal", "stop_signal"),
    _whole("--stop-timeout", "stop_timeout"),
    _text("--runtime", "runtime"),
    Option("--platform", settings.read_platform, "platform"),
    _text("--log-driver", "log_driver"),
    _pairs("--log-opt", "log_options"),
    # health checks
    Option("--health-cmd", health.read_health_command, "health"),
    Option("--health-interval", health.read_health, "health"),
    Option("--health-timeout", health.read_health, "health"),
    Option("--health-retries", health.read_health, "health"),
    Option("--health-start-period", health.read_health, "health"),
    Option("--health-start-interval", health.read_health, "health"),
    Option("--no-healthcheck", _setting("health_off", values.read_boolean), "health", is_flag=True),
    # options without effect, and options that are not supported
    Option("--disable-content-trust", settings.read_content_trust, "", is_flag=True),
    *(Option(name, settings.refuse_windows, "") for name in _WINDOWS_ONLY),
    Option("--use-api-socket", settings.refuse_socket, "", is_flag=True),
)


def first_lacking(options: ContainerOptions, *, has: Callable[[Option], bool]) -> Option | None:
    """Return the first option that is set and that an engine does not support; None if there is none.

    Options that set several fields are distinguished by those fields.
    """
    defaults = {field.name: field.default for field in fields(options)}
    for option in TABLE:
        if option.field in defaults and not has(option) and getattr(options, option.field) != defaults[option.field]:
            return option
    return None


OPTIONS = {option.name: option for option in TABLE}
SPELLINGS = Spellings(
    {spelling: option.name for option in TABLE for spelling in option.spellings.split()},
    frozenset(option.name for option in TABLE if option.is_flag),
)
