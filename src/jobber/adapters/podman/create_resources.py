"""Limits and devices in the body of Podman's create call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.containers.options import Throttle
from jobber.domain.errors import InvalidOption, OptionUnsupported

if TYPE_CHECKING:
    from jobber.domain.containers.container import ContainerSpecification
    from jobber.domain.containers.options import ContainerOptions, GpuRequest

_ENGINE = "podman"
_NVIDIA = "nvidia"
_ALL_GPUS = "nvidia.com/gpu=all"
_CPU_PERIOD = 100_000
_NANO = 10**9
_UNLIMITED = (1 << 64) - 1
_THROTTLES = {
    Throttle.READ_BPS: "throttleReadBpsDevice",
    Throttle.WRITE_BPS: "throttleWriteBpsDevice",
    Throttle.READ_IOPS: "throttleReadIOPSDevice",
    Throttle.WRITE_IOPS: "throttleWriteIOPSDevice",
}


def limits(options: ContainerOptions) -> dict[str, Any]:
    """Return the limits of the machine's resources for the job."""
    found: dict[str, Any] = {
        "r_limits": [
            {"type": limit.name, "soft": _limit(limit.soft), "hard": _limit(limit.hard)}
            for limit in options.process_limits
        ],
        "device_cgroup_rule": [_rule(text) for text in options.device_rules],
        "weightDevice": _weights(options),
    }
    for throttle, key in _THROTTLES.items():
        found[key] = {
            limit.path: {"major": 0, "minor": 0, "rate": limit.rate}
            for limit in options.device_limits
            if limit.throttle is throttle
        }
    resources = {"cpu": _processors(options), "memory": _memory(options), "blockIO": {}, "pids": {}}
    if options.blkio_weight is not None:
        resources["blockIO"] = {"weight": options.blkio_weight}
    if options.pids_limit is not None:
        resources["pids"] = {"limit": max(options.pids_limit, 0)}
    found["resource_limits"] = {key: value for key, value in resources.items() if value}
    return {key: value for key, value in found.items() if value}


def devices(specification: ContainerSpecification) -> list[str]:
    """Return the devices as they were written, and GPUs by their names in the Container Device Interface."""
    options = specification.options
    gpus = [name for request in options.gpus for name in _gpu_names(request)]
    if not gpus and specification.runtime == _NVIDIA:
        gpus = [_ALL_GPUS]
    return [*(device.written or device.host for device in options.devices), *gpus]


def _gpu_names(request: GpuRequest) -> list[str]:
    if request.driver not in ("", _NVIDIA, "cdi") or request.options:
        raise OptionUnsupported("--gpus with driver or options", engine=_ENGINE)
    if request.driver == "cdi":
        return list(request.devices)
    if request.devices:
        return [f"nvidia.com/gpu={name}" for name in request.devices]
    return [_ALL_GPUS] if request.count < 0 else [f"nvidia.com/gpu={index}" for index in range(request.count)]


def _processors(options: ContainerOptions) -> dict[str, Any]:
    if options.nano_cpus and (options.cpu_period or options.cpu_quota):
        raise InvalidOption("--cpus", why="it can't be set together with --cpu-period or --cpu-quota")
    for name, value in (
        ("--cpu-shares", options.cpu_shares),
        ("--cpu-period", options.cpu_period),
        ("--cpu-rt-period", options.cpu_realtime_period),
    ):
        if value is not None and value < 0:
            raise OptionUnsupported(f"{name} {value}", engine=_ENGINE, why="it can't be negative")
    limited: dict[str, Any] = {
        "shares": options.cpu_shares,
        "period": options.cpu_period,
        "quota": options.cpu_quota,
        "realtimePeriod": options.cpu_realtime_period,
        "realtimeRuntime": options.cpu_realtime_runtime,
        "cpus": options.cpuset_cpus,
        "mems": options.cpuset_mems,
    }
    if options.nano_cpus:
        limited |= {"quota": options.nano_cpus * _CPU_PERIOD // _NANO, "period": _CPU_PERIOD}
    if (limited["quota"] or 0) < 0:
        limited["quota"] = None
    return {key: value for key, value in limited.items() if value}


def _memory(options: ContainerOptions) -> dict[str, Any]:
    limited: dict[str, Any] = {
        "limit": options.memory,
        "reservation": options.memory_reservation,
        "disableOOMKiller": options.oom_kill_disable or None,
    }
    if options.memory_swap is None:
        limited["swap"] = None if options.memory is None else 2 * options.memory
    elif options.memory_swap >= 0:  # "no limit" is left out, as by Podman's client over the API
        limited["swap"] = options.memory_swap
    limited = {key: value for key, value in limited.items() if value is not None}
    if options.memory_swappiness is not None and options.memory_swappiness >= 0:
        limited["swappiness"] = options.memory_swappiness
    return limited


def _weights(options: ContainerOptions) -> dict[str, Any]:
    return {
        limit.path: {"major": 0, "minor": 0, "weight": limit.rate}
        for limit in options.device_limits
        if limit.throttle is Throttle.WEIGHT
    }


def _rule(text: str) -> dict[str, Any]:
    kind, numbers, access = text.split(" ")
    major, _, minor = numbers.partition(":")
    rule: dict[str, Any] = {"allow": True, "type": kind, "access": access}
    if major != "*":
        rule["major"] = int(major)
    if minor != "*":
        rule["minor"] = int(minor)
    return rule


def _limit(number: int) -> int:
    return _UNLIMITED if number == -1 else number
