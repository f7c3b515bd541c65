"""Options that an engine does not support, independent of their translation for it.

A translation detects further cases: values for which its engine has no counterpart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.docker_options.table import first_lacking
from jobber.domain.errors import InvalidOption, OptionUnsupported
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from jobber.domain.containers.options import HealthCheck, Mount

_DOCKER = "docker"
_PODMAN = "podman"
_MAC_PER_NETWORK = (1, 44)
_HEALTH_START_INTERVAL = (1, 44)
_IMAGE_MOUNTS = (1, 48)
_SUBPATH = (1, 45)
_READ_ONLY_RECURSIVE = (1, 44)
_GATEWAY_PRIORITY = (1, 48)
_SEVERAL_NETWORKS = (1, 44)
_PODMAN_IMAGE_SUBPATH = (5,)
_PASSED_THROUGH = ("passthrough", "passthrough-tty")
"""Podman's log drivers that connect the job to the streams of the process that started it: Podman's service."""
_NOT_BY_API = "the job's output would go to Podman's service instead of jobber or a log"


def check_docker(options: ContainerOptions, *, api_version: tuple[int, int]) -> None:
    """Check that a Docker engine with this API version supports all options.

    Raises `OptionUnsupported`, `InvalidOption`.
    """
    if options == ContainerOptions():
        return
    if lacking := first_lacking(options, has=lambda option: option.docker_api <= api_version):
        raise _needs(lacking.name, lacking.docker_api)
    for name, version, is_used in _newer(options):
        if is_used and api_version < version:
            raise _needs(name, version)
    _check_modes(options)
    for network in options.networks:
        if network.aliases and not network.is_users:
            raise InvalidOption("--network-alias", why="only on user-defined networks: add --network NAME")
    for profile in options.security:
        if not isinstance(profile, str) and profile.text is None:
            raise OptionUnsupported(f"--security-opt seccomp={profile.path}", engine=_DOCKER, why=profile.why)


def check_podman(options: ContainerOptions, *, version: tuple[int, ...]) -> None:
    """Check that this version of Podman supports all options. Raises `OptionUnsupported`, `InvalidOption`."""
    if options == ContainerOptions():
        return
    if lacking := first_lacking(options, has=lambda option: option.podman):
        raise OptionUnsupported(lacking.name, engine=_PODMAN)
    if options.health is not None:
        _check_health(options.health)
    if options.stop_timeout is not None and options.stop_timeout < 0:
        raise OptionUnsupported(f"--stop-timeout {options.stop_timeout}", engine=_PODMAN, why="it can't be negative")
    if options.log_driver in _PASSED_THROUGH:
        raise OptionUnsupported(f"--log-driver {options.log_driver}", engine=_PODMAN, why=_NOT_BY_API)
    _check_apart(options)
    for mount in options.mounts:
        _check_detail(mount, version=version)


def _needs(name: str, version: tuple[int, int]) -> OptionUnsupported:
    return OptionUnsupported(name, engine="this version of docker", why=f"it needs API {version[0]}.{version[1]}")


def _newer(options: ContainerOptions) -> list[tuple[str, tuple[int, int], bool]]:
    """Return the features newer than the oldest supported Docker, apart from whole options.

    Each item has the name, the required API version, and True if the options use it.
    """
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


def _check_modes(options: ContainerOptions) -> None:
    for name, value in (
        ("--pid", options.pid),
        ("--uts", options.uts),
        ("--userns", options.userns),
        ("--cgroupns", options.cgroup_namespace),
    ):
        if value and not _is_mode(name, value):
            raise OptionUnsupported(f"{name} {value}", engine=_DOCKER, why="there is no such mode")


def _is_mode(option: str, value: str) -> bool:
    kind, colon, _ = value.partition(":")
    match option:
        case "--pid":
            return value == "host" or (kind == "container" and bool(colon))
        case "--cgroupns":
            return value in ("host", "private")
        case _:
            return value == "host"


def _check_health(check: HealthCheck) -> None:
    if check.start_interval:
        raise OptionUnsupported("--health-start-interval", engine=_PODMAN)
    if check.is_disabled or not check.command:
        return
    for name, value in (("--health-retries", check.retries), ("--health-timeout", check.timeout)):
        if value is not None and value < 1:
            raise OptionUnsupported(f"{name} 0", engine=_PODMAN, why="it must be greater than 0")


def _check_apart(options: ContainerOptions) -> None:
    """Check that no two mounts, anonymous volumes included, have the same destination, as Podman requires."""
    seen: set[str] = set()
    for mount in options.mounts:
        place = normal_path(mount.destination)
        if place in seen:
            raise InvalidOption("-v", why=f"two mounts are at {place}")
        seen.add(place)


def _check_detail(mount: Mount, *, version: tuple[int, ...]) -> None:
    detail = mount.detail
    if detail is None:
        return
    for name, is_given in (
        ("volume-label", bool(detail.volume_labels)),
        ("volume-driver", bool(detail.volume_driver)),
        ("volume-opt", bool(detail.volume_options)),
        ("volume-subpath", mount.kind == "volume" and bool(detail.subpath)),
        ("bind-recursive", detail.read_only_non_recursive or detail.read_only_force_recursive),
    ):
        if is_given:
            raise OptionUnsupported(f"--mount {name}=", engine=_PODMAN)
    if mount.kind == "image" and detail.subpath and version < _PODMAN_IMAGE_SUBPATH:
        raise OptionUnsupported("--mount image-subpath=", engine="this version of podman")
