"""Readers of options with rules of their own: names, directories, GPUs, hosts, devices, security, health."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.domain.errors import InvalidOption

if TYPE_CHECKING:
    from jobber.domain.xdocker.gathering import Gathering, Reading

_CONTAINER_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_DEVICE_RULE = re.compile(r"[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}", re.ASCII)
_CDI_NAME = re.compile(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+=\S+")
_DEVICE_PARTS = 3
_SWAPPINESS = range(-1, 101)
_HEALTH = ("command", "interval", "timeout", "start_period", "start_interval", "retries")
_SECURITY_KEYS = frozenset(
    "label seccomp apparmor credentialspec writable-cgroups no-new-privileges systempaths mask unmask proc-opts"
    " seccomp-policy".split()
)


def name(gathering: Gathering, reading: Reading) -> None:
    """Read `--name`."""
    if not _CONTAINER_NAME.fullmatch(reading.value):
        raise reading.wrong(f"{reading.value!r} is no name for a container")
    gathering.set("name", reading.value.removeprefix("/"))


def workdir(gathering: Gathering, reading: Reading) -> None:
    """Read `-w`."""
    if not reading.value.startswith("/"):
        raise reading.wrong(f"{reading.value!r} is no absolute path")
    gathering.set("workdir", reading.value)


def gpus(gathering: Gathering, reading: Reading) -> None:
    """Read `--gpus`."""
    from jobber.domain.gpus import parse_gpus

    try:
        parse_gpus(reading.value)
    except ValueError as error:
        raise reading.wrong(f"{reading.value!r}: {error}", hint="all, a number, or device=0,1 are understood") from None
    if gathering.take("gpus") is not None:
        raise reading.wrong("it is given twice", hint="name all devices in one: device=0,1")
    gathering.set("gpus", reading.value)


def extra_host(gathering: Gathering, reading: Reading) -> None:
    """Read `--add-host NAME:ADDRESS` or `NAME=ADDRESS`."""
    host, separator, place = reading.value.partition("=") if "=" in reading.value else reading.value.partition(":")
    place = place.removeprefix("[").removesuffix("]") if place.endswith("]") else place
    if not host or not separator or not (place == "host-gateway" or _is_address(place)):
        raise reading.wrong(f"{reading.value!r} is no NAME:ADDRESS")
    gathering.add("extra_hosts", f"{host}:{place}")


def swappiness(gathering: Gathering, reading: Reading) -> None:
    """Read `--memory-swappiness`; -1 leaves it to the engine."""
    if not re.fullmatch(r"-?\d{1,3}", reading.value, re.ASCII) or int(reading.value) not in _SWAPPINESS:
        raise reading.wrong(f"{reading.value!r} is not within 0 to 100")
    if int(reading.value) >= 0:
        gathering.set("memory_swappiness", int(reading.value))
    else:
        gathering.take("memory_swappiness")


def device(gathering: Gathering, reading: Reading) -> None:
    """Read `--device PATH[:PATH[:MODE]]` or `VENDOR/CLASS=NAME`."""
    parts = reading.value.split(":")
    paths = parts[:-1] if len(parts) > 1 and _is_mode(parts[-1]) else parts
    if not _CDI_NAME.fullmatch(reading.value) and (
        len(parts) > _DEVICE_PARTS or len(paths) == _DEVICE_PARTS or not all(p.startswith("/") for p in paths)
    ):
        raise reading.wrong(f"{reading.value!r} is no PATH[:PATH[:MODE]]")
    gathering.add("devices", reading.value)


def device_rule(gathering: Gathering, reading: Reading) -> None:
    """Read `--device-cgroup-rule 'TYPE MAJOR:MINOR MODE'`."""
    if not _DEVICE_RULE.fullmatch(reading.value):
        raise reading.wrong(f"{reading.value!r} is no 'TYPE MAJOR:MINOR MODE' such as 'c 1:3 mr'")
    gathering.add("device_cgroup_rules", reading.value)


def security(gathering: Gathering, reading: Reading) -> None:
    """Read `--security-opt KEY[=VALUE]`; the file of a seccomp profile is read here, as docker's client does."""
    key, _, value = _security_parts(reading.value)
    if key not in _SECURITY_KEYS or (not value and key != "no-new-privileges"):
        raise reading.wrong(f"{reading.value!r} is no security option")
    if key == "no-new-privileges" and value not in ("", "true", "false"):
        raise reading.wrong(f"{reading.value!r}: true or false")
    if key == "seccomp" and value not in ("unconfined", "builtin"):
        gathering.set("seccomp_profile", _seccomp_profile(reading, value))
        reading = reading._replace(value=f"seccomp={reading.absolute(value)}")
    gathering.add("security_options", reading.value.replace(":", "=", 1) if "=" not in reading.value else reading.value)


def _security_parts(text: str) -> tuple[str, str, str]:
    return text.partition("=") if "=" in text else text.partition(":")


def _seccomp_profile(reading: Reading, path: str) -> str:
    import json

    try:
        return json.dumps(json.loads(reading.file(path)), separators=(",", ":"))
    except (ValueError, RecursionError):
        raise reading.wrong(f"{path} is no JSON") from None


def join_health(gathering: Gathering) -> None:
    """Put the health options together. Raises `InvalidOption`."""
    given = {field: value for field in _HEALTH if (value := gathering.take(f"health_{field}")) is not None}
    disabled = gathering.take("health_disabled")
    if disabled and any(given.values()):
        raise InvalidOption("--no-healthcheck", why="it and the --health options exclude each other")
    if disabled or any(given.values()):
        from jobber.domain.rare_options import HealthCheck

        gathering.set("health", HealthCheck(disabled=bool(disabled), **given))


def _is_address(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_mode(text: str) -> bool:
    return bool(text) and set(text) <= set("rwm") and len(set(text)) == len(text)
