"""The body of Docker's create call, translated from a container specification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.create_host import host_config
from jobber.adapters.docker.create_networks import endpoints
from jobber.domain.containers.options import ContainerOptions

if TYPE_CHECKING:
    from collections.abc import Collection

    from jobber.domain.containers.container import ContainerSpecification
    from jobber.domain.containers.options import HealthCheck

_MAC_PER_NETWORK = (1, 44)


def create_body(
    specification: ContainerSpecification, *, api_version: tuple[int, int], runtimes: Collection[str] = ()
) -> tuple[dict[str, str | None], dict[str, Any]]:
    """Return the query (name, platform) and the JSON body. Raises `OptionUnsupported`."""
    options = specification.options
    check_options(options, api_version=api_version)
    ports: dict[str, Any] = {f"{port.container}/{port.protocol}": {} for port in options.ports}
    body: dict[str, Any] = {
        "Image": specification.image,
        "AttachStdin": specification.reads_input,
        "AttachStdout": True,
        "AttachStderr": True,
        "OpenStdin": specification.reads_input,
        # A terminal outlives the client that is attached to it; other input ends with the client that sends it.
        "StdinOnce": specification.reads_input and specification.terminal is None,
        "Tty": specification.terminal is not None,
        "Env": [
            *specification.unset,
            *(name if value is None else f"{name}={value}" for name, value in options.environment),
        ],
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
    """Check that this version of Docker supports all of the options. Raises `OptionUnsupported`, `InvalidOption`."""
    if options == ContainerOptions():
        return
    from jobber.domain.docker_options.availability import check_docker

    check_docker(options, api_version=api_version)


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
