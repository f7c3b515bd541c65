"""The body of Docker's create call: one translation of a container's description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.container import ImageMount
from jobber.domain.errors import OptionUnsupported

if TYPE_CHECKING:
    from collections.abc import Collection

    from jobber.domain.container import ContainerSpecification, VolumeMount
    from jobber.domain.options import ContainerOptions

NVIDIA = "nvidia"
_SIZED_TERMINAL = (1, 42)


def create_body(
    specification: ContainerSpecification, *, api_version: tuple[int, int], runtimes: Collection[str] = ()
) -> tuple[str | None, dict[str, Any]]:
    """The container's name, if it has one, and the JSON body. Raises `OptionUnsupported`."""
    options = specification.options
    body: dict[str, Any] = {
        "Image": specification.image,
        "AttachStdin": specification.reads_input,
        "AttachStdout": True,
        "AttachStderr": True,
        "OpenStdin": specification.reads_input,
        # A terminal outlives the one who sat before it; other input ends with whoever gives it.
        "StdinOnce": specification.reads_input and specification.terminal is None,
        "Tty": specification.terminal is not None,
        "Env": [f"{name}={value}" for name, value in options.environment],
        "Labels": {**dict(options.labels), **specification.labels},
        "ExposedPorts": {f"{port.container}/{port.protocol}": {} for port in options.ports},
        "Volumes": {m.destination: {} for m in options.mounts if m.kind == "volume" and not m.source},
        "HostConfig": _host_config(specification, api_version, runtimes),
    }
    if specification.command is not None:
        body["Cmd"] = list(specification.command)
    if options.entrypoint is not None:
        body["Entrypoint"] = [options.entrypoint]
    for key, value in (
        ("WorkingDir", options.workdir),
        ("User", options.user),
        ("Hostname", options.hostname),
        ("StopTimeout", options.stop_timeout),
    ):
        if value is not None:
            body[key] = value
    return options.name, body


def _host_config(
    specification: ContainerSpecification, api_version: tuple[int, int], runtimes: Collection[str]
) -> dict[str, Any]:
    options = specification.options
    host: dict[str, Any] = {
        "Binds": _binds(options),
        "Tmpfs": {m.destination: ",".join(m.options) for m in options.mounts if m.kind == "tmpfs"},
        "PortBindings": _port_bindings(options),
        "NetworkMode": options.network or "default",
        "ReadonlyRootfs": options.read_only,
        "Privileged": options.privileged,
        "Mounts": [_input_mount(mount) for mount in specification.inputs],
        "DeviceRequests": _device_requests(specification, runtimes),
        "ExtraHosts": list(options.extra_hosts),
        "CapAdd": list(options.capabilities_added),
        "CapDrop": list(options.capabilities_dropped),
    }
    for key, value in (
        ("Memory", options.memory),
        ("ShmSize", options.shm_size),
        ("IpcMode", options.ipc),
        ("Runtime", _runtime(specification.runtime, runtimes)),
    ):
        if value is not None:
            host[key] = value
    if options.init:
        host["Init"] = True
    if options.cpus is not None:
        host["NanoCpus"] = round(options.cpus * 1e9)
    if specification.terminal is not None and api_version >= _SIZED_TERMINAL:
        host["ConsoleSize"] = [specification.terminal.rows, specification.terminal.columns]
    return host


def _binds(options: ContainerOptions) -> list[str]:
    binds = []
    for mount in options.mounts:
        if mount.kind == "tmpfs" or not mount.source:
            continue
        flags = (*(("ro",) if mount.read_only else ()), *mount.options)
        binds.append(":".join((mount.source, mount.destination, *((",".join(flags),) if flags else ()))))
    return binds


def _port_bindings(options: ContainerOptions) -> dict[str, list[dict[str, str]]]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in options.ports:
        host = "" if port.host is None else str(port.host)
        bindings.setdefault(f"{port.container}/{port.protocol}", []).append({"HostIp": port.address, "HostPort": host})
    return bindings


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


def _runtime(runtime: str | None, runtimes: Collection[str]) -> str | None:
    return None if runtime == NVIDIA and NVIDIA not in runtimes else runtime


def _device_requests(specification: ContainerSpecification, runtimes: Collection[str]) -> list[dict[str, Any]]:
    """GPUs: as `--gpus` says, or all for the runtime `nvidia` where the engine has no runtime of that name."""
    gpus = specification.options.gpus
    if gpus is None:
        if specification.runtime == NVIDIA and NVIDIA not in runtimes:
            return [_device_request(count=-1)]
        return []
    return [_parse_gpus(gpus)]


def _parse_gpus(text: str) -> dict[str, Any]:
    """Read `all`, `2`, `device=0,1`, `device=GPU-…,capabilities=utility` (quotes around lists as docker takes them)."""
    import csv

    count, devices, capabilities, driver = 0, [], ["gpu"], ""
    for field in next(csv.reader([text])):
        key, equals, value = field.partition("=")
        if not equals:
            key, value = "count", field
        match key.strip().lower():
            case "count" if value == "all":
                count = -1
            case "count" if value.isdecimal():
                count = int(value)
            case "device":
                devices = value.split(",")
            case "capabilities":
                capabilities = sorted({*value.split(","), "gpu"})
            case "driver":
                driver = value
            case _:
                raise OptionUnsupported(f"--gpus {text}", engine="docker", why=f"{field!r} is not understood")
    if not count and not devices:
        count = 1
    return _device_request(count=count, devices=devices, capabilities=capabilities, driver=driver)


def _device_request(
    *, count: int, devices: list[str] | None = None, capabilities: list[str] | None = None, driver: str = ""
) -> dict[str, Any]:
    return {
        "Driver": driver,
        "Count": count,
        "DeviceIDs": devices or None,
        "Capabilities": [capabilities or ["gpu"]],
        "Options": {},
    }
