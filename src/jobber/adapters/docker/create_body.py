"""The body of Docker's create call: one translation of a container's description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.create_host import host_config
from jobber.adapters.docker.create_networks import endpoints
from jobber.domain.errors import InvalidOption, OptionUnsupported
from jobber.domain.options import ContainerOptions

if TYPE_CHECKING:
    from collections.abc import Collection

    from jobber.domain.container import ContainerSpecification
    from jobber.domain.options import HealthCheck

_ENGINE = "docker"
_MAC_PER_NETWORK = (1, 44)
_HEALTH_START_INTERVAL = (1, 44)
_IMAGE_MOUNTS = (1, 48)
_SUBPATH = (1, 45)
_READ_ONLY_RECURSIVE = (1, 44)
_GATEWAY_PRIORITY = (1, 48)
_SEVERAL_NETWORKS = (1, 44)


def create_body(
    specification: ContainerSpecification, *, api_version: tuple[int, int], runtimes: Collection[str] = ()
) -> tuple[dict[str, str | None], dict[str, Any]]:
    """The query (name, platform), and the JSON body. Raises `OptionUnsupported`."""
    options = specification.options
    check_options(options, api_version=api_version)
    ports: dict[str, Any] = {f"{port.container}/{port.protocol}": {} for port in options.ports}
    body: dict[str, Any] = {
        "Image": specification.image,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "OpenStdin": True,
        "StdinOnce": True,
        "Tty": specification.terminal is not None,
        "Env": [name if value is None else f"{name}={value}" for name, value in options.environment],
        "Labels": {**dict(options.labels), **specification.labels},
        "ExposedPorts": {**ports, **{port: {} for port in options.exposed_ports}},
        "Volumes": {m.destination: {} for m in options.mounts if m.kind == "volume" and not m.source and not m.detail},
        "Hostname": options.hostname or "",
        "Domainname": options.domainname or "",
        "User": options.user or "",
        "WorkingDir": options.workdir or "",
        "HostConfig": host_config(specification, api_version=api_version, runtimes=runtimes),
        "NetworkingConfig": {"EndpointsConfig": endpoints(options, has_mac=api_version >= _MAC_PER_NETWORK)},
    }
    if specification.command is not None:
        body["Cmd"] = list(specification.command)
    if options.entrypoint is not None:
        body["Entrypoint"] = [options.entrypoint]
    if options.mac and api_version < _MAC_PER_NETWORK:
        body["MacAddress"] = options.mac
    if options.health is not None and (health := _health(options.health)):
        body["Healthcheck"] = health
    if options.stop_signal is not None:
        body["StopSignal"] = options.stop_signal
    if options.stop_timeout is not None:
        body["StopTimeout"] = options.stop_timeout
    return {"name": options.name, "platform": options.platform}, body


def check_options(options: ContainerOptions, *, api_version: tuple[int, int]) -> None:
    """Check that this version of Docker has all of the options. Raises `OptionUnsupported`."""
    if options == ContainerOptions():
        return
    from jobber.domain.xdocker.table import first_lacking

    if lacking := first_lacking(options, has=lambda option: option.docker_api <= api_version):
        raise _needs(lacking.name, lacking.docker_api)
    for name, version, is_used in _newer(options):
        if is_used and api_version < version:
            raise _needs(name, version)
    _check_modes(options)
    for network in options.networks:
        if network.aliases and not network.is_users:
            raise InvalidOption("--network-alias", why="only on networks that you made: give --network NAME as well")
    for profile in options.security:
        if not isinstance(profile, str) and profile.text is None:
            raise OptionUnsupported(f"--security-opt seccomp={profile.path}", engine=_ENGINE, why=profile.why)


def _check_modes(options: ContainerOptions) -> None:
    for name, value in (
        ("--pid", options.pid),
        ("--uts", options.uts),
        ("--userns", options.userns),
        ("--cgroupns", options.cgroup_namespace),
    ):
        if value and not _is_mode(name, value):
            raise OptionUnsupported(f"{name} {value}", engine=_ENGINE, why="there is no such mode")


def _newer(options: ContainerOptions) -> list[tuple[str, tuple[int, int], bool]]:
    """What is newer than the oldest Docker, apart from whole options."""
    details = [mount.detail for mount in options.mounts if mount.detail is not None]
    first = options.networks[0] if options.networks else None
    own_mac = first is not None and first.mac not in ("", options.mac)
    return [
        (
            "--health-start-interval",
            _HEALTH_START_INTERVAL,
            options.health is not None and bool(options.health.start_interval),
        ),
        ("--mount type=image", _IMAGE_MOUNTS, any(mount.kind == "image" for mount in options.mounts)),
        ("--mount volume-subpath=", _SUBPATH, any(detail.subpath for detail in details)),
        (
            "--mount bind-recursive=",
            _READ_ONLY_RECURSIVE,
            any(detail.read_only_force_recursive or detail.read_only_non_recursive for detail in details),
        ),
        (
            "--network mac-address=",
            _MAC_PER_NETWORK,
            own_mac or any(network.mac for network in options.networks[1:]),
        ),
        ("--network gw-priority=", _GATEWAY_PRIORITY, any(network.gateway_priority for network in options.networks)),
        ("more than one --network", _SEVERAL_NETWORKS, len(options.networks) > 1),
    ]


def _is_mode(option: str, value: str) -> bool:
    kind, colon, _ = value.partition(":")
    match option:
        case "--pid":
            return value == "host" or (kind == "container" and bool(colon))
        case "--cgroupns":
            return value in ("host", "private")
        case _:
            return value == "host"


def _needs(name: str, version: tuple[int, int]) -> OptionUnsupported:
    return OptionUnsupported(name, engine="this version of docker", why=f"it needs API {version[0]}.{version[1]}")


def _health(check: HealthCheck) -> dict[str, Any]:
    if check.is_disabled:
        return {"Test": ["NONE"]}
    health: dict[str, Any] = {"Test": ["CMD-SHELL", check.command]} if check.command else {}
    for key, value in (
        ("Interval", check.interval),
        ("Timeout", check.timeout),
        ("StartPeriod", check.start_period),
        ("StartInterval", check.start_interval),
        ("Retries", check.retries),
    ):
        if value:
            health[key] = value
    return health
