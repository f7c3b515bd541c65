"""The host configuration in Docker's create call: resources, mounts, networks, security."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.create_mounts import binds, described_mounts, input_mounts, tmpfs
from jobber.adapters.docker.create_networks import network_mode, port_bindings
from jobber.domain.containers.options import GpuRequest, Throttle

if TYPE_CHECKING:
    from collections.abc import Collection

    from jobber.domain.containers.container import ContainerSpecification
    from jobber.domain.containers.options import ContainerOptions

NVIDIA = "nvidia"
_SIZED_TERMINAL = (1, 42)
_NO_KERNEL_MEMORY = (1, 42)
_UNCONFINED = "systempaths=unconfined"


def host_config(
    specification: ContainerSpecification, *, api_version: tuple[int, int], runtimes: Collection[str]
) -> dict[str, Any]:
    """Return the whole `HostConfig` object."""
    options = specification.options
    host: dict[str, Any] = {
        "Binds": binds(options) or None,
        "Tmpfs": tmpfs(options),
        "Mounts": [*described_mounts(options), *input_mounts(specification.inputs)],
        "VolumesFrom": list(options.volumes_from) or None,
        "VolumeDriver": options.volume_driver or "",
        "NetworkMode": network_mode(options),
        "PortBindings": port_bindings(options),
        "PublishAllPorts": options.publish_all,
        "Links": list(options.links) or None,
        "Dns": list(options.dns),
        "DnsOptions": list(options.dns_options),
        "DnsSearch": list(options.dns_search),
        "ExtraHosts": list(options.extra_hosts) or None,
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
        "LogConfig": {"Type": options.log_driver or "", "Config": dict(options.log_options)},
        "StorageOpt": dict(options.storage),
        "DeviceRequests": _device_requests(specification, runtimes) or None,
        **_security(options),
        **_resources(options),
    }
    if runtime := _runtime(specification.runtime, runtimes):
        host["Runtime"] = runtime
    if options.init is not None:
        host["Init"] = options.init
    if options.kernel_memory and api_version < _NO_KERNEL_MEMORY:
        host["KernelMemory"] = options.kernel_memory
    if options.annotations:
        host["Annotations"] = dict(options.annotations)
    if specification.terminal is not None and api_version >= _SIZED_TERMINAL:
        host["ConsoleSize"] = [specification.terminal.rows, specification.terminal.columns]
    return host


def _security(options: ContainerOptions) -> dict[str, Any]:
    security = [item if isinstance(item, str) else f"seccomp={item.text}" for item in options.security]
    host: dict[str, Any] = {
        "CapAdd": list(options.capabilities_added) or None,
        "CapDrop": list(options.capabilities_dropped) or None,
        "Privileged": options.privileged,
        "ReadonlyRootfs": options.read_only,
        "SecurityOpt": [item for item in security if item != _UNCONFINED] if security else None,
        "Sysctls": dict(options.kernel_parameters),
        "GroupAdd": list(options.groups) or None,
        "IpcMode": options.ipc or "",
        "PidMode": options.pid or "",
        "UTSMode": options.uts or "",
        "UsernsMode": options.userns or "",
        "CgroupnsMode": options.cgroup_namespace or "",
        "Isolation": options.isolation or "",
    }
    if _UNCONFINED in security:
        host["MaskedPaths"] = []
        host["ReadonlyPaths"] = []
    return host


def _resources(options: ContainerOptions) -> dict[str, Any]:
    swappiness = options.memory_swappiness
    return {
        "Memory": options.memory or 0,
        "MemoryReservation": options.memory_reservation or 0,
        "MemorySwap": options.memory_swap or 0,
        "MemorySwappiness": -1 if swappiness is None else swappiness,
        "ShmSize": options.shm_size or 0,
        "OomKillDisable": options.oom_kill_disable,
        "OomScoreAdj": options.oom_score or 0,
        "PidsLimit": options.pids_limit or 0,
        "NanoCpus": options.nano_cpus or 0,
        "CpuShares": options.cpu_shares or 0,
        "CpuPeriod": options.cpu_period or 0,
        "CpuQuota": options.cpu_quota or 0,
        "CpuRealtimePeriod": options.cpu_realtime_period or 0,
        "CpuRealtimeRuntime": options.cpu_realtime_runtime or 0,
        "CpusetCpus": options.cpuset_cpus or "",
        "CpusetMems": options.cpuset_mems or "",
        "CgroupParent": options.cgroup_parent or "",
        "BlkioWeight": options.blkio_weight or 0,
        "BlkioWeightDevice": _limits(options, Throttle.WEIGHT),
        "BlkioDeviceReadBps": _limits(options, Throttle.READ_BPS),
        "BlkioDeviceWriteBps": _limits(options, Throttle.WRITE_BPS),
        "BlkioDeviceReadIOps": _limits(options, Throttle.READ_IOPS),
        "BlkioDeviceWriteIOps": _limits(options, Throttle.WRITE_IOPS),
        "Devices": [
            {"PathOnHost": device.host, "PathInContainer": device.container, "CgroupPermissions": device.permissions}
            for device in options.devices
            if not device.is_by_name
        ],
        "DeviceCgroupRules": list(options.device_rules) or None,
        "Ulimits": [{"Name": limit.name, "Soft": limit.soft, "Hard": limit.hard} for limit in options.process_limits],
    }


def _limits(options: ContainerOptions, throttle: Throttle) -> list[dict[str, Any]]:
    key = "Weight" if throttle is Throttle.WEIGHT else "Rate"
    return [{"Path": limit.path, key: limit.rate} for limit in options.device_limits if limit.throttle is throttle]


def _runtime(runtime: str | None, runtimes: Collection[str]) -> str | None:
    return None if runtime == NVIDIA and NVIDIA not in runtimes else runtime


def _device_requests(specification: ContainerSpecification, runtimes: Collection[str]) -> list[dict[str, Any]]:
    """Return the requests for devices by name and for GPUs.

    GPUs are those of `--gpus`, or all GPUs for the runtime `nvidia` if the engine does not have that runtime.
    """
    options = specification.options
    by_name = [device.host for device in options.devices if device.is_by_name]
    gpus = options.gpus
    if not gpus and specification.runtime == NVIDIA and NVIDIA not in runtimes:
        gpus = (GpuRequest(count=-1),)
    named = [{"Driver": "cdi", "Count": 0, "DeviceIDs": by_name, "Capabilities": None, "Options": None}]
    return [*map(_device_request, gpus), *(named if by_name else ())]


def _device_request(request: GpuRequest) -> dict[str, Any]:
    return {
        "Driver": request.driver,
        "Count": request.count,
        "DeviceIDs": list(request.devices) or None,
        "Capabilities": [list(request.capabilities)],
        "Options": dict(request.options),
    }
