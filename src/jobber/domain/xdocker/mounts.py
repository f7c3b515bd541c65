"""Readers of `-v`, `--mount` and `--tmpfs`, and the rule that no two of them are at one place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.domain.errors import InvalidOption
from jobber.domain.input import normal_path
from jobber.domain.options import Mount
from jobber.domain.xdocker.scalars import read_flag, read_size

if TYPE_CHECKING:
    from jobber.domain.xdocker.gathering import Gathering, Reading

_VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_PROPAGATION = frozenset("shared rshared slave rslave private rprivate".split())
_CONSISTENCY = frozenset("cached delegated consistent default".split())
_PODMAN_OPTIONS = frozenset("U O copy exec noexec dev nodev suid nosuid bind rbind idmap".split())
_VOLUME_OPTIONS = frozenset(("ro", "rw", "z", "Z", "nocopy")) | _PROPAGATION | _CONSISTENCY | _PODMAN_OPTIONS
_KINDS = ("bind", "volume", "tmpfs", "image")
_SAME_KEYS = {
    "source": "src",
    "target": "dst",
    "destination": "dst",
    "ro": "readonly",
}
_OF_KIND = {
    "bind": ("bind-propagation", "bind-nonrecursive", "bind-recursive"),
    "volume": ("volume-nocopy", "volume-label", "volume-driver", "volume-opt", "volume-subpath"),
    "tmpfs": ("tmpfs-size", "tmpfs-mode"),
    "image": ("image-subpath",),
}
_REPEATABLE = ("volume-label", "volume-opt")
_RECURSIVE = ("enabled", "disabled", "writable", "readonly")
_HIGHEST_MODE = 0o7777


def volume(gathering: Gathering, reading: Reading) -> None:
    """Read `[SOURCE:]DESTINATION[:OPTIONS]`."""
    source, destination, flags = _volume_parts(reading)
    _check_destination(reading, destination)
    unknown = [flag for flag in flags if flag not in _VOLUME_OPTIONS]
    if unknown:
        raise reading.wrong(f"{unknown[0]!r} is no mount option")
    kind, source = _source(reading, source)
    gathering.add(
        "mounts",
        Mount(
            kind=kind,
            destination=destination,
            source=source,
            read_only="ro" in flags,
            options=tuple(flag for flag in flags if flag not in ("ro", "rw")),
        ),
    )


def tmpfs(gathering: Gathering, reading: Reading) -> None:
    """Read `DESTINATION[:OPTIONS]`."""
    destination, _, flags = reading.value.partition(":")
    _check_destination(reading, destination)
    options = tuple(flag for flag in flags.split(",") if flag)
    gathering.add("mounts", Mount(kind="tmpfs", destination=destination, options=options))


def mount(gathering: Gathering, reading: Reading) -> None:
    """Read `type=KIND,source=SOURCE,target=DESTINATION,…`."""
    kind, fields = _mount_fields(reading)
    destination = dict(fields).get("dst", "")
    _check_destination(reading, destination)
    source = _mount_source(reading, kind, dict(fields).get("src", ""))
    details = tuple(item for item in fields if item[0] not in ("src", "dst", "readonly"))
    read_only = dict(fields).get("readonly", "false") == "true"
    gathering.add("mounts", Mount(kind, destination, source, read_only, details=details))


def check_apart(gathering: Gathering) -> None:
    """Refuse two mounts at one place, as docker does. Raises `InvalidOption`."""
    seen: set[str] = set()
    for item in gathering.got("mounts"):
        place = normal_path(item.destination)
        if place in seen:
            raise InvalidOption("-v, --mount, --tmpfs", why=f"two mounts are at {place}")
        seen.add(place)


def _volume_parts(reading: Reading) -> tuple[str, str, tuple[str, ...]]:
    match reading.value.split(":"):
        case [destination] if destination:
            return "", destination, ()
        case [source, destination] if source and destination:
            return source, destination, ()
        case [source, destination, flags] if source and destination and flags:
            return source, destination, tuple(flags.split(","))
        case _:
            raise reading.wrong(f"{reading.value!r} is no [SOURCE:]DESTINATION[:OPTIONS]")


def _check_destination(reading: Reading, destination: str) -> None:
    if not destination.startswith("/"):
        raise reading.wrong(f"{destination!r} is no absolute path in the container")
    if normal_path(destination) == "/":
        raise reading.wrong("the root of the container can't be mounted over")


def _source(reading: Reading, source: str) -> tuple[str, str]:
    if not source:
        return "volume", ""
    if source in (".", "..", "~") or source.startswith(("/", "./", "../", "~/")):
        return "bind", _host_path(reading, source)
    if not _VOLUME_NAME.fullmatch(source):
        raise reading.wrong(
            f"{source!r} is no name for a volume",
            hint=f"a directory is written as an absolute path or as ./{source}",
        )
    return "volume", source


def _host_path(reading: Reading, source: str) -> str:
    if source.startswith("/"):
        return source
    if source.startswith("~"):
        source = reading.environment.get("HOME", "/") + source[1:]
    return normal_path(reading.absolute(source))


def _mount_source(reading: Reading, kind: str, source: str) -> str:
    if kind in ("bind", "image") and not source:
        raise reading.wrong(f"a mount of type {kind} needs a source")
    if kind == "tmpfs" and source:
        raise reading.wrong("a mount of type tmpfs has no source")
    if kind == "bind":
        if not source.startswith("/") and _source(reading, source)[0] != "bind":
            raise reading.wrong(f"{source!r} is no absolute path", hint=f"write ./{source}")
        return _host_path(reading, source)
    if kind == "volume" and source and not _VOLUME_NAME.fullmatch(source):
        raise reading.wrong(f"{source!r} is no name for a volume")
    return source


def _mount_fields(reading: Reading) -> tuple[str, list[tuple[str, str]]]:
    kind, fields = "volume", []
    for item in _split(reading):
        key, equals, value = item.partition("=")
        key = _SAME_KEYS.get(key.lower(), key.lower())
        if key == "type":
            kind = value.lower()
        elif key in [known for known, _ in fields] and key not in _REPEATABLE:
            raise reading.wrong(f"{key} is given twice")
        else:
            fields.append((key, _mount_value(reading, key, value if equals else None)))
    if kind not in _KINDS:
        raise reading.wrong(f"{kind!r} is no type of mount; there are {', '.join(_KINDS)}")
    for key, _ in fields:
        if key not in ("src", "dst", "readonly", "consistency", *_OF_KIND[kind]):
            raise reading.wrong(f"{key!r} is no key of a mount of type {kind}")
    return kind, fields


def _split(reading: Reading) -> list[str]:
    import csv

    try:
        return next(csv.reader([reading.value], strict=True), [])
    except csv.Error as error:
        raise reading.wrong(f"{reading.value!r}: {error}") from None


def _mount_value(reading: Reading, key: str, value: str | None) -> str:
    if key in ("readonly", "volume-nocopy", "bind-nonrecursive"):
        return "true" if value is None or read_flag(reading, value) else "false"
    if not value:
        raise reading.wrong(f"{key} has no value")
    if key == "tmpfs-size":
        return str(read_size(reading, value))
    valid = {
        "tmpfs-mode": _is_mode(value),
        "bind-propagation": value in _PROPAGATION,
        "bind-recursive": value in _RECURSIVE,
        "consistency": value in _CONSISTENCY,
    }
    if not valid.get(key, True):
        raise reading.wrong(f"{value!r} can't be a mount's {key}")
    return value


def _is_mode(text: str) -> bool:
    return bool(re.fullmatch(r"[0-7]{1,6}", text)) and int(text, 8) <= _HIGHEST_MODE
