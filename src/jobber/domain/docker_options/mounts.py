"""Mounts: `-v`, `--mount`, `--tmpfs`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.domain.containers.options import Mount, MountDetail
from jobber.domain.docker_options.quoting import quoting_hint
from jobber.domain.docker_options.values import read_boolean, read_fields, read_size
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.domain.docker_options.option_reader import OptionReader

_VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_DRIVE = re.compile(r"[^\W\d_]:[^:]*")
_SHORTEST_PAIR = 2
"""The length up to which docker's client does not look for colons in a volume."""
_VOLUME_OPTIONS = frozenset(
    "ro rw z Z cached delegated consistent nocopy shared rshared slave rslave private rprivate".split()
)
_KINDS = frozenset(("bind", "volume", "tmpfs", "image"))
_MODE = re.compile(r"[0-7]{1,11}")


def read_volume(reading: OptionReader) -> None:
    """Read `--volume`: `[SOURCE:]DESTINATION[:OPTIONS]`; the same one twice counts once.

    Docker does not require an absolute path for an anonymous volume. Its client treats a letter and a colon as a
    Windows drive, and the text after it as the rest of the path.
    """
    source, destination, written = _volume_parts(reading)
    if source and not destination.startswith("/"):
        shown = source if source.startswith((".", "/", "~")) else f"./{source}"
        raise reading.wrong(
            f"{destination!r} is not an absolute path in the container",
            hint=f"for example -v {shown}:/{destination}",
        )
    if normal_path(destination) == "/":
        raise reading.wrong("the root of the container can't be mounted over")
    flags = tuple(written.split(",")) if written else ()
    unknown = [flag for flag in flags if flag not in _VOLUME_OPTIONS]
    if unknown:
        raise reading.wrong(f"{unknown[0]!r} is not a mount option")
    kind, source = _volume_source(reading, source)
    mount = Mount(
        kind=kind,
        destination=destination,
        source=source,
        read_only="ro" in flags,
        options=tuple(flag for flag in flags if flag not in ("ro", "rw")),
        written=written,
    )
    if mount not in reading.draft.fields.get("mounts", ()):
        reading.draft.append("mounts", mount)


def read_tmpfs(reading: OptionReader) -> None:
    """Read `--tmpfs`: `DESTINATION[:OPTIONS]`; if two have the same destination, the last one counts."""
    destination, _, flags = reading.value.partition(":")
    if not destination.startswith("/"):
        raise reading.wrong(f"{destination!r} is not an absolute path in the container")
    mount = Mount(kind="tmpfs", destination=destination, options=tuple(flag for flag in flags.split(",") if flag))
    earlier = reading.draft.fields.get("mounts", ())
    kept = tuple(other for other in earlier if not _is_at(other, destination))
    reading.draft.fields["mounts"] = (*kept, mount)


def read_mount(reading: OptionReader) -> None:
    """Read `--mount`: `type=KIND,src=SOURCE,dst=DESTINATION,…`, with fields as docker's client reads them."""
    try:
        fields = read_fields(reading.value)
        mount = Mount(kind="volume", destination="", detail=MountDetail())
        for field in fields:
            mount = _with_field(mount, field, reading)
        _check_mount(mount)
    except ValueError as error:
        hint = quoting_hint(reading.option, reading.value, keys=_MOUNT_KEYS, texts=_PATHS, lists=("volume-opt",))
        raise reading.wrong(str(error), hint=hint) from None
    reading.draft.append("mounts", mount)


def _is_at(mount: Mount, destination: str) -> bool:
    return mount.kind == "tmpfs" and mount.detail is None and mount.destination == destination


def _volume_parts(reading: OptionReader) -> tuple[str, str, str]:
    text = reading.value
    if 1 <= len(text) <= _SHORTEST_PAIR or _DRIVE.fullmatch(text):
        return "", text, ""
    match text.split(":"):
        case [destination] if destination:
            return "", destination, ""
        case [source, destination] if source and destination:
            return source, destination, ""
        case [source, destination, flags] if source and destination and flags:
            return source, destination, flags
        case _:
            raise reading.wrong(f"{text!r} is not a [SOURCE:]DESTINATION[:OPTIONS]")


def _volume_source(reading: OptionReader, source: str) -> tuple[str, str]:
    if not source:
        return "volume", ""
    if source.startswith("/"):
        return "bind", source
    caller = reading.draft.caller
    if (home := caller.expanded(source)) != source:
        return "bind", home
    if source.startswith("."):
        return "bind", normal_path(f"{caller.directory}/{source}")
    if not _VOLUME_NAME.fullmatch(source):
        raise reading.wrong(
            f"{source!r} is not a name for a volume",
            hint=f"a directory is written as an absolute path or as ./{source}",
        )
    return "volume", source


def _with_field(mount: Mount, field: str, reading: OptionReader) -> Mount:
    key, equals, value = field.partition("=")
    key = key.lower()
    if not equals and key not in ("readonly", "ro", "volume-nocopy", "bind-nonrecursive"):
        raise ValueError(f"{field!r} is not a KEY=VALUE")
    assert mount.detail is not None
    match key:
        case "type":
            return replace(mount, kind=value.lower())
        case "source" | "src":
            is_relative = value.startswith(".")
            return replace(
                mount, source=normal_path(f"{reading.draft.caller.directory}/{value}") if is_relative else value
            )
        case "target" | "dst" | "destination":
            return replace(mount, destination=value)
        case "readonly" | "ro":
            is_read_only = not equals or read_boolean(value)
            return replace(mount, read_only=is_read_only, options=(*mount.options, "ro") if is_read_only else ())
        case _:
            setter = _DETAILS.get(key)
            if setter is None:
                raise ValueError(f"{key!r} is not a key of a mount")
            options = (*mount.options, *_plain_options(key, value, is_on=value if equals else "true"))
            return replace(mount, detail=setter(mount.detail, value if equals else "true"), options=options)


def _plain_options(key: str, value: str, *, is_on: str) -> tuple[str, ...]:
    """Return the option of the `mount` command for a key of `--mount`; empty if there is none."""
    words = {
        "bind-propagation": value.lower(),
        "bind-nonrecursive": "bind" if is_on in ("1", "true") else "",
        "bind-recursive": "bind" if value == "disabled" else "",
        "volume-nocopy": "nocopy" if is_on in ("1", "true") else "",
        "tmpfs-size": f"size={value}",
        "tmpfs-mode": f"mode={value}",
    }
    return (word,) if (word := words.get(key)) else ()


def _propagation(detail: MountDetail, value: str) -> MountDetail:
    return replace(detail, propagation=value.lower(), is_bind=True)


def _recursive(detail: MountDetail, value: str) -> MountDetail:
    if value == "enabled":
        return detail
    chosen = {
        "disabled": replace(detail, non_recursive=True),
        "writable": replace(detail, read_only_non_recursive=True),
        "readonly": replace(detail, read_only_force_recursive=True),
    }.get(value)
    if chosen is None:
        raise ValueError(f"bind-recursive is enabled, disabled, writable or readonly, not {value!r}")
    return replace(chosen, is_bind=True)


def _volume_label(detail: MountDetail, value: str) -> MountDetail:
    return replace(detail, volume_labels=_with_pair(detail.volume_labels, value), is_volume=True)


def _volume_option(detail: MountDetail, value: str) -> MountDetail:
    return replace(detail, volume_options=_with_pair(detail.volume_options, value), is_volume=True)


def _with_pair(pairs: tuple[tuple[str, str], ...], text: str) -> tuple[tuple[str, str], ...]:
    name, _, value = text.partition("=")
    return tuple({**dict(pairs), name: value}.items()) if name else pairs


def _tmpfs_mode(detail: MountDetail, value: str) -> MountDetail:
    if not _MODE.fullmatch(value) or int(value, 8) >= 1 << 32:
        raise ValueError(f"tmpfs-mode {value!r} is not an octal number")
    return replace(detail, tmpfs_mode=int(value, 8))


_DETAILS: dict[str, Callable[[MountDetail, str], MountDetail]] = {
    "consistency": lambda detail, value: replace(detail, consistency=value.lower()),
    "bind-propagation": _propagation,
    "bind-nonrecursive": lambda detail, value: replace(detail, non_recursive=read_boolean(value), is_bind=True),
    "bind-recursive": _recursive,
    "volume-nocopy": lambda detail, value: replace(detail, no_copy=read_boolean(value), is_volume=True),
    "volume-label": _volume_label,
    "volume-driver": lambda detail, value: replace(detail, volume_driver=value, is_volume=True),
    "volume-opt": _volume_option,
    "volume-subpath": lambda detail, value: replace(detail, subpath=value, is_volume=True),
    "image-subpath": lambda detail, value: replace(detail, subpath=value),
    "tmpfs-size": lambda detail, value: replace(detail, tmpfs_size=read_size(value)),
    "tmpfs-mode": _tmpfs_mode,
}

_PATHS = ("source", "src", "target", "dst", "destination", "volume-subpath", "image-subpath")
_MOUNT_KEYS = frozenset(("type", "readonly", "ro", *_PATHS, *_DETAILS))


def _check_mount(mount: Mount) -> None:
    detail = mount.detail or MountDetail()
    if mount.kind not in _KINDS:
        raise ValueError(f"{mount.kind!r} is not a type of mount: bind, volume, tmpfs or image")
    if not mount.destination:
        raise ValueError("its target is missing: dst=/DIR")
    if not mount.destination.startswith("/"):
        raise ValueError(f"{mount.destination!r} is not an absolute path in the container")
    if normal_path(mount.destination) == "/":
        raise ValueError("the root of the container can't be mounted over")
    has_subpath = bool(detail.subpath) and not detail.is_volume
    for given, kind in (
        (detail.is_bind, "bind"),
        (detail.is_volume, "volume"),
        (has_subpath, "image"),
        (detail.tmpfs_size is not None or detail.tmpfs_mode is not None, "tmpfs"),
    ):
        if given and mount.kind != kind:
            raise ValueError(f"{kind}-* keys don't go with a mount of type {mount.kind}")
    _check_source(mount)
    if (detail.read_only_non_recursive or detail.read_only_force_recursive) and not mount.read_only:
        raise ValueError("bind-recursive=writable and =readonly need readonly as well")
    if detail.read_only_force_recursive and detail.propagation != "rprivate":
        raise ValueError("bind-recursive=readonly needs bind-propagation=rprivate as well")


def _check_source(mount: Mount) -> None:
    if mount.kind in ("bind", "image") and not mount.source:
        raise ValueError("its source is missing: src=")
    if mount.kind == "bind" and not mount.source.startswith("/"):
        raise ValueError(f"source {mount.source!r} is neither an absolute path nor begins with ./")
    if mount.kind == "tmpfs" and mount.source:
        raise ValueError("a tmpfs has no source")
    if mount.kind == "volume" and mount.source and not _VOLUME_NAME.fullmatch(mount.source):
        raise ValueError(f"{mount.source!r} is not a name for a volume")
