"""The table of all options, and the two ways to go through the words: what they mean, and what is recorded of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.xdocker import mounts, networks, others, pairs, ports
from jobber.domain.xdocker.gathering import Gathering, Reading
from jobber.domain.xdocker.scalars import decimal, duration, each, flag, integer, size, text
from jobber.domain.xdocker.words import Spellings, read_words, reads_as_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobber.domain.options import ContainerOptions

_HIDDEN = "***"


def parse_options(
    words: Sequence[str],
    *,
    environment: Mapping[str, str],
    directory: str,
    read: Callable[[str], str] | None = None,
) -> ContainerOptions:
    """Read options. `read` gives the text of a file for `--env-file` and the like. Raises `InvalidOption`."""
    gathering = Gathering()
    for word in read_words(words, spellings=_SPELLINGS):
        _READERS[word.option](gathering, Reading(word.option, word.value, environment, directory, read))
    pairs.merge_files(gathering)
    networks.join_networks(gathering)
    others.join_health(gathering)
    mounts.check_apart(gathering)
    return gathering.options()


def recorded_words(words: Sequence[str]) -> tuple[str, ...]:
    """The words as a run record keeps them: values of variables that read as secrets are hidden."""
    recorded: list[str] = []
    for word in read_words(words, spellings=_SPELLINGS):
        name, equals, _ = word.value.partition("=")
        if word.option == "--env" and equals and reads_as_secret(name):
            recorded.extend((*word.words[:-1], f"{word.prefix}{name}={_HIDDEN}"))
        else:
            recorded.extend(word.words)
    return tuple(recorded)


_UINT16 = (1 << 16) - 1

_TABLE: tuple[tuple[str, Callable[[Gathering, Reading], None]], ...] = (
    ("--add-host", others.extra_host),
    ("--annotation", pairs.pair("annotations")),
    ("--blkio-weight", integer("blkio_weight", lowest=0, highest=_UINT16)),
    ("--blkio-weight-device", pairs.device_weight),
    ("--cap-add", each("capabilities_added")),
    ("--cap-drop", each("capabilities_dropped")),
    ("--cgroup-parent", text("cgroup_parent")),
    ("--cgroupns", text("cgroupns")),
    ("--cpu-period", integer("cpu_period")),
    ("--cpu-quota", integer("cpu_quota")),
    ("--cpu-rt-period", integer("cpu_rt_period")),
    ("--cpu-rt-runtime", integer("cpu_rt_runtime")),
    ("--cpu-shares -c", integer("cpu_shares")),
    ("--cpus", decimal("cpus")),
    ("--cpuset-cpus", text("cpuset_cpus")),
    ("--cpuset-mems", text("cpuset_mems")),
    ("--device", others.device),
    ("--device-cgroup-rule", others.device_rule),
    ("--device-read-bps", pairs.device_rate("device_read_bps", bytes_=True)),
    ("--device-read-iops", pairs.device_rate("device_read_iops", bytes_=False)),
    ("--device-write-bps", pairs.device_rate("device_write_bps", bytes_=True)),
    ("--device-write-iops", pairs.device_rate("device_write_iops", bytes_=False)),
    ("--dns", each("dns")),
    ("--dns-option --dns-opt", each("dns_options")),
    ("--dns-search", each("dns_search")),
    ("--domainname", text("domainname")),
    ("--entrypoint", text("entrypoint")),
    ("--env -e", pairs.variable),
    ("--env-file", pairs.variables_of_file),
    ("--expose", ports.expose),
    ("--gpus", others.gpus),
    ("--group-add", each("groups")),
    ("--health-cmd", text("health_command")),
    ("--health-interval", duration("health_interval")),
    ("--health-retries", integer("health_retries", lowest=0)),
    ("--health-start-interval", duration("health_start_interval")),
    ("--health-start-period", duration("health_start_period")),
    ("--health-timeout", duration("health_timeout")),
    ("--hostname -h", text("hostname")),
    ("--init", flag("init")),
    ("--ip", networks.address("network_ip")),
    ("--ip6", networks.address("network_ip6")),
    ("--ipc", text("ipc")),
    ("--kernel-memory", size("kernel_memory")),
    ("--label -l", pairs.label),
    ("--label-file", pairs.labels_of_file),
    ("--link", each("links")),
    ("--link-local-ip", networks.link_local),
    ("--log-driver", text("log_driver")),
    ("--log-opt", pairs.pair("log_options")),
    ("--mac-address", networks.mac_address),
    ("--memory -m", size("memory")),
    ("--memory-reservation", size("memory_reservation")),
    ("--memory-swap", size("memory_swap", unlimited=True)),
    ("--memory-swappiness", others.swappiness),
    ("--mount", mounts.mount),
    ("--name", others.name),
    ("--network --net", networks.network),
    ("--network-alias --net-alias", each("network_alias")),
    ("--no-healthcheck", flag("health_disabled")),
    ("--oom-kill-disable", flag("oom_kill_disable")),
    ("--oom-score-adj", integer("oom_score_adj", lowest=-1000, highest=1000)),
    ("--pid", text("pid")),
    ("--pids-limit", integer("pids_limit")),
    ("--privileged", flag("privileged")),
    ("--publish -p", ports.publish),
    ("--publish-all -P", flag("publish_all")),
    ("--read-only", flag("read_only")),
    ("--runtime", text("runtime")),
    ("--security-opt", others.security),
    ("--shm-size", size("shm_size")),
    ("--stop-signal", text("stop_signal")),
    ("--stop-timeout", integer("stop_timeout")),
    ("--storage-opt", pairs.pair("storage_options")),
    ("--sysctl", pairs.sysctl),
    ("--tmpfs", mounts.tmpfs),
    ("--ulimit", pairs.ulimit),
    ("--user -u", text("user")),
    ("--userns", text("userns")),
    ("--uts", text("uts")),
    ("--volume -v", mounts.volume),
    ("--volume-driver", text("volume_driver")),
    ("--volumes-from", each("volumes_from")),
    ("--workdir -w", others.workdir),
)
_READERS = {spellings.split()[0]: reader for spellings, reader in _TABLE}
_SPELLINGS = Spellings(
    options={spelling: spellings.split()[0] for spellings, _ in _TABLE for spelling in spellings.split()},
    flags=frozenset(
        ("--init", "--no-healthcheck", "--oom-kill-disable", "--privileged", "--publish-all", "--read-only")
    ),
)
