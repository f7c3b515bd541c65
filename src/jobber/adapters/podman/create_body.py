"""The body of Podman's create call (its SpecGenerator): one translation of a container's description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.container import ImageMount
from jobber.domain.errors import OptionUnsupported

if TYPE_CHECKING:
    from jobber.domain.container import ContainerSpecification
    from jobber.domain.options import ContainerOptions, Mount

NVIDIA = "nvidia"
_ALL_GPUS = "nvidia.com/gpu=all"
_CPU_PERIOD = 100_000
_NETWORKS = {
    "host": "host",
    "none": "none",
    "bridge": "bridge",
    "private": "private",
    "slirp4netns": "slirp4netns",
}


def create_body(specification: ContainerSpecification) -> dict[str, Any]:
    """The JSON body. Raises `OptionUnsupported`."""
    options = specification.options
    body: dict[str, Any] = {
        "image": specification.image.removeprefix("sha256:"),
        "stdin": specification.reads_input,
        "terminal": specification.terminal is not None,
        "env": dict(options.environment),
        "labels": {**dict(options.labels), **specification.labels},
        "mounts": _mounts(options),
        "volumes": [
            *_volumes(options),
            *(
                {"Name": mount.volume, "Dest": mount.destination, "Options": ["ro"]}
                for mount in specification.inputs
                if not isinstance(mount, ImageMount)
            ),
        ],
        "image_volumes": [_image_volume(mount) for mount in specification.inputs if isinstance(mount, ImageMount)],
        "portmappings": _port_mappings(options),
        "devices": [{"path": path} for path in _devices(specification)],
        "cap_add": list(options.capabilities_added),
        "cap_drop": list(options.capabilities_dropped),
        "hostadd": list(options.extra_hosts),
        "privileged": options.privileged,
        "read_only_filesystem": options.read_only,
        "init": options.init,
    }
    if options.read_only:  # podman's command line gives a read-only container these
        body["read_write_tmpfs"] = True
    for key, value in (
        ("command", None if specification.command is None else list(specification.command)),
        ("entrypoint", None if options.entrypoint is None else [options.entrypoint]),
        ("name", options.name),
        ("work_dir", options.workdir),
        ("user", options.user),
        ("hostname", options.hostname),
        ("shm_size", options.shm_size),
        ("stop_timeout", options.stop_timeout),
        ("oci_runtime", None if specification.runtime == NVIDIA else specification.runtime),
    ):
        if value is not None:
            body[key] = value
    if options.ipc is not None:
        body["ipcns"] = {"nsmode": options.ipc}
    body.update(_network(options))
    if limits := _limits(options):
        body["resource_limits"] = limits
    return body


def _mounts(options: ContainerOptions) -> list[dict[str, Any]]:
    mounts = []
    for mount in options.mounts:
        if mount.kind == "bind":
            mounts.append(
                {
                    "type": "bind",
                    "source": mount.source,
                    "destination": mount.destination,
                    "options": ["ro" if mount.read_only else "rw", "rbind", *_bind_options(mount)],
                }
            )
        elif mount.kind == "tmpfs":
            mounts.append(
                {
                    "type": "tmpfs",
                    "source": "tmpfs",
                    "destination": mount.destination,
                    "options": [*(mount.options or ()), "rprivate", "nosuid", "nodev", "tmpcopyup"],
                }
            )
    return mounts


def _bind_options(mount: Mount) -> list[str]:
    """Options of `-v`; those that mean nothing outside Docker Desktop are left out."""
    return [option for option in mount.options if option not in ("cached", "delegated", "consistent")]


def _volumes(options: ContainerOptions) -> list[dict[str, Any]]:
    return [
        {
            "Name": mount.source,
            "Dest": mount.destination,
            "Options": [*(("ro",) if mount.read_only else ()), *mount.options],
        }
        for mount in options.mounts
        if mount.kind == "volume"
    ]


def _image_volume(mount: ImageMount) -> dict[str, Any]:
    described: dict[str, Any] = {
        "Source": mount.image.removeprefix("sha256:"),
        "Destination": mount.destination,
        "ReadWrite": False,
    }
    return described if mount.source == "/" else {**described, "subPath": mount.source}


def _port_mappings(options: ContainerOptions) -> list[dict[str, Any]]:
    return [
        {
            "container_port": port.container,
            "protocol": port.protocol,
            "host_ip": port.address,
            **({} if port.host is None else {"host_port": port.host}),
        }
        for port in options.ports
    ]


def _network(options: ContainerOptions) -> dict[str, Any]:
    network = options.network
    if network is None:
        return {}
    if network in _NETWORKS:
        return {"netns": {"nsmode": _NETWORKS[network]}}
    kind, colon, name = network.partition(":")
    if colon and kind in ("container", "ns"):
        mode = "path" if kind == "ns" else "container"
        return {"netns": {"nsmode": mode, "value": name}}
    return {"netns": {"nsmode": "bridge"}, "networks": {network: {}}}


def _limits(options: ContainerOptions) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if options.memory:
        limits["memory"] = {"limit": options.memory, "swap": 2 * options.memory}
    if options.cpus:
        limits["cpu"] = {"quota": round(options.cpus * _CPU_PERIOD), "period": _CPU_PERIOD}
    return limits


def _devices(specification: ContainerSpecification) -> list[str]:
    """GPUs by CDI: `--gpus all`, `device=0,1`; a number takes the first so many."""
    gpus = specification.options.gpus
    if gpus is None:
        return [_ALL_GPUS] if specification.runtime == NVIDIA else []
    if gpus in ("all", "-1"):
        return [_ALL_GPUS]
    if gpus.isdecimal():
        return [f"nvidia.com/gpu={index}" for index in range(int(gpus))]
    key, _, names = gpus.strip('"').partition("=")
    if key == "device" and names:
        return [f"nvidia.com/gpu={name}" for name in names.split(",")]
    raise OptionUnsupported(f"--gpus {gpus}", engine="podman", why="only all, a number, or device=NAMES")
