"""Read `docker run` options (Xdocker) as docker's own command line reads them.

Pure: the caller's environment and directory are handed in. One table says all that is known of an option; what is
not in it is an error, so that nothing is ever silently dropped.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from jobber.domain.errors import InvalidOption, UsageError
from jobber.domain.input import normal_path
from jobber.domain.options import ContainerOptions, Mount, PublishedPort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_OURS = frozenset(
    "-i --interactive -t --tty -d --detach -a --attach --rm --cidfile --restart --detach-keys --sig-proxy --pull"
    " -q --quiet".split()
)
_SECRET = re.compile(r".*(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL).*|.*_KEY", re.IGNORECASE | re.DOTALL)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?", re.IGNORECASE)
_PORT = re.compile(r"[0-9]{1,5}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]*)?|[+-]?\.[0-9]+")
_VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_CONTAINER_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_VOLUME_OPTIONS = frozenset(
    "ro rw z Z cached delegated consistent nocopy shared rshared slave rslave private rprivate".split()
)
_HIDDEN = "***"
_HIGHEST_PORT = (1 << 16) - 1
_LARGEST_SIZE = float(1 << 62)


class _Word(NamedTuple):
    """One option as it was written."""

    option: str
    value: str
    words: tuple[str, ...]
    """The words that it was read from."""
    prefix: str
    """What stands before the value in the last of these words."""


class _Reading(NamedTuple):
    """What an option's reader is given."""

    option: str
    value: str
    environment: Mapping[str, str]
    directory: str

    def wrong(self, why: str) -> InvalidOption:
        return InvalidOption(self.option, why=why)


def split_words(text: str) -> tuple[str, ...]:
    """Split as a shell does. Raises `UsageError` for quotes that don't close."""
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"Xdocker {text!r} can't be split into words: {str(error).lower()}") from None


def parse_options(words: Sequence[str], *, environment: Mapping[str, str], directory: str) -> ContainerOptions:
    """Read options. Raises `InvalidOption`."""
    options = ContainerOptions()
    for word in _read_words(words):
        reader = _READERS[word.option]
        options = reader(options, _Reading(word.option, word.value, environment, directory))
    _check_mounts_apart(options)
    return options


def recorded_words(words: Sequence[str]) -> tuple[str, ...]:
    """The words as a run record keeps them: values of variables that read as secrets are hidden."""
    recorded: list[str] = []
    for word in _read_words(words):
        name, equals, _ = word.value.partition("=")
        hides = word.option == "--env" and equals and _SECRET.fullmatch(name)
        last = f"{word.prefix}{name}={_HIDDEN}" if hides else word.words[-1]
        recorded.extend((*word.words[:-1], last))
    return tuple(recorded)


def _read_words(words: Sequence[str]) -> Iterator[_Word]:
    position = 0
    while position < len(words):
        word = words[position]
        following = words[position + 1] if position + 1 < len(words) else None
        if not word.startswith("-") or word in ("-", "--"):
            raise InvalidOption(
                repr(word), why="it is no option", hint="the job's command stands behind IMAGE, not in Xdocker"
            )
        read = [*(_read_long(word, following) if word.startswith("--") else _read_short(word, following))]
        yield from read
        position += 2 if read and len(read[-1].words) > 1 else 1


def _read_long(word: str, following: str | None) -> Iterator[_Word]:
    name, equals, value = word.partition("=")
    option = _known(name)
    if equals:
        yield _Word(option, value, (word,), f"{name}=")
    elif option in _FLAGS:
        yield _Word(option, "true", (word,), "")
    elif following is None:
        raise InvalidOption(name, why="its value is missing")
    else:
        yield _Word(option, following, (word, following), "")


def _read_short(word: str, following: str | None) -> Iterator[_Word]:
    """Read `-u me`, `-ume` and `-u=me`; no flag that is ours to read has a short form, so there are no bunches."""
    name, rest = word[:2], word[2:]
    option = _known(name)
    if rest:
        value = rest.removeprefix("=")
        yield _Word(option, value, (word,), word[: len(word) - len(value)])
    elif following is None:
        raise InvalidOption(name, why="its value is missing")
    else:
        yield _Word(option, following, (word, following), "")


def _known(name: str) -> str:
    if name in _OURS:
        raise InvalidOption(name, why="jobber itself decides about it", hint="leave it out")
    option = _SPELLINGS.get(name)
    if option is None:
        import difflib

        near = difflib.get_close_matches(name, _SPELLINGS, n=1)
        raise InvalidOption(name, why="it is not known", hint=f"did you mean {near[0]}?" if near else None)
    return option


def _text(field: str) -> Callable[[ContainerOptions, _Reading], ContainerOptions]:
    return lambda options, reading: replace(options, **{field: reading.value})  # type: ignore[arg-type]


def _flag(field: str) -> Callable[[ContainerOptions, _Reading], ContainerOptions]:
    def read(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
        if reading.value.lower() not in ("true", "false", "1", "0", "t", "f"):
            raise reading.wrong(f"{reading.value!r} is neither true nor false")
        value = reading.value.lower() in ("true", "1", "t")
        return replace(options, **{field: value})  # type: ignore[arg-type]

    return read


def _size(field: str) -> Callable[[ContainerOptions, _Reading], ContainerOptions]:
    def read(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
        match = _SIZE.fullmatch(reading.value.strip())
        if match is None:
            raise reading.wrong(f"{reading.value!r} is no size such as 512m or 2g")
        factor = 1024 ** " kmgtp".index(match[2].lower() or " ")
        octets = float(match[1]) * factor
        if octets > _LARGEST_SIZE:
            raise reading.wrong(f"{reading.value!r} is too large")
        return replace(options, **{field: int(octets)})  # type: ignore[arg-type]

    return read


def _number(field: str, kind: type[int | float]) -> Callable[[ContainerOptions, _Reading], ContainerOptions]:
    def read(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
        if not _NUMBER.fullmatch(reading.value):
            raise reading.wrong(f"{reading.value!r} is no number")
        try:
            value = kind(reading.value)
        except ValueError:
            raise reading.wrong(f"{reading.value!r} is no whole number") from None
        return replace(options, **{field: value})  # type: ignore[arg-type]

    return read


def _append(field: str) -> Callable[[ContainerOptions, _Reading], ContainerOptions]:
    def read(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
        return replace(options, **{field: (*getattr(options, field), reading.value)})  # type: ignore[arg-type]

    return read


def _environment(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
    name, equals, value = reading.value.partition("=")
    if not name:
        raise reading.wrong(f"{reading.value!r} has no name")
    if not equals:
        if name not in reading.environment:
            return options
        value = reading.environment[name]
    kept = tuple(item for item in options.environment if item[0] != name)
    return replace(options, environment=(*kept, (name, value)))


def _label(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
    name, _, value = reading.value.partition("=")
    if not name:
        raise reading.wrong(f"{reading.value!r} has no name")
    if name.startswith("jobber."):
        raise reading.wrong(f"label {name} is jobber's own")
    return replace(options, labels=(*options.labels, (name, value)))


def _name(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
    if not _CONTAINER_NAME.fullmatch(reading.value):
        raise reading.wrong(f"{reading.value!r} is no name for a container")
    return replace(options, name=reading.value.removeprefix("/"))


def _workdir(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
    if not reading.value.startswith("/"):
        raise reading.wrong(f"{reading.value!r} is no absolute path")
    return replace(options, workdir=reading.value)


def _volume(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
    source, destination, flags = _volume_parts(reading)
    if not destination.startswith("/"):
        raise reading.wrong(f"{destination!r} is no absolute path in the container")
    if normal_path(destination) == "/":
        raise reading.wrong("the root of the container can't be mounted over")
    unknown = [flag for flag in flags if flag not in _VOLUME_OPTIONS]
    if unknown:
        raise reading.wrong(f"{unknown[0]!r} is no mount option")
    kind, source = _mount_source(reading, source)
    mount = Mount(
        kind=kind,
        destination=destination,
        source=source,
        read_only="ro" in flags,
        options=tuple(flag for flag in flags if flag not in ("ro", "rw")),
    )
    return replace(options, mounts=(*options.mounts, mount))


def _volume_parts(reading: _Reading) -> tuple[str, str, tuple[str, ...]]:
    parts = reading.value.split(":")
    match parts:
        case [destination] if destination:
            return "", destination, ()
        case [source, destination] if source and destination:
            return source, destination, ()
        case [source, destination, flags] if source and destination and flags:
            return source, destination, tuple(flags.split(","))
        case _:
            raise reading.wrong(f"{reading.value!r} is no [SOURCE:]DESTINATION[:OPTIONS]")


def _mount_source(reading: _Reading, source: str) -> tuple[str, str]:
    if not source:
        return "volume", ""
    if source.startswith("/"):
        return "bind", source
    if source in (".", "..", "~") or source.startswith(("./", "../", "~/")):
        if source.startswith("~"):
            source = reading.environment.get("HOME", "/") + source[1:]
        return "bind", normal_path(source if source.startswith("/") else f"{reading.directory}/{source}")
    if not _VOLUME_NAME.fullmatch(source):
        raise InvalidOption(
            reading.option,
            why=f"{source!r} is no name for a volume",
            hint=f"a directory is written as an absolute path or as ./{source}",
        )
    return "volume", source


def _tmpfs(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
    destination, _, flags = reading.value.partition(":")
    if not destination.startswith("/"):
        raise reading.wrong(f"{destination!r} is no absolute path in the container")
    mount = Mount(kind="tmpfs", destination=destination, options=tuple(flag for flag in flags.split(",") if flag))
    return replace(options, mounts=(*options.mounts, mount))


def _publish(options: ContainerOptions, reading: _Reading) -> ContainerOptions:
    text, _, protocol = reading.value.partition("/")
    protocol = protocol or "tcp"
    if protocol not in ("tcp", "udp", "sctp"):
        raise reading.wrong(f"{protocol!r} is no protocol")
    rest, _, container = text.rpartition(":")
    address, _, host = rest.rpartition(":")
    inside = _ports(reading, container)
    outside = _ports(reading, host) if host else [None] * len(inside)
    if len(inside) != len(outside):
        raise reading.wrong(f"{reading.value!r} has ranges of different lengths")
    added = tuple(
        PublishedPort(inner, protocol, outer, address.strip("[]")) for inner, outer in zip(inside, outside, strict=True)
    )
    return replace(options, ports=(*options.ports, *added))


def _ports(reading: _Reading, text: str) -> list[int]:
    first, dash, last = text.partition("-")
    last = last if dash else first
    if not _PORT.fullmatch(first) or not _PORT.fullmatch(last):
        raise reading.wrong(f"{text!r} is no port or range of ports")
    ports = [*range(int(first), int(last) + 1)]
    if not ports or not 0 < ports[0] <= ports[-1] <= _HIGHEST_PORT:
        raise reading.wrong(f"{text!r} is no port or range of ports")
    return ports


def _check_mounts_apart(options: ContainerOptions) -> None:
    seen: set[str] = set()
    for mount in options.mounts:
        place = normal_path(mount.destination)
        if place in seen:
            raise InvalidOption("-v", why=f"two mounts are at {place}")
        seen.add(place)


_TABLE: tuple[tuple[str, Callable[[ContainerOptions, _Reading], ContainerOptions]], ...] = (
    ("--env -e", _environment),
    ("--volume -v", _volume),
    ("--tmpfs", _tmpfs),
    ("--publish -p", _publish),
    ("--workdir -w", _workdir),
    ("--user -u", _text("user")),
    ("--entrypoint", _text("entrypoint")),
    ("--network --net", _text("network")),
    ("--hostname -h", _text("hostname")),
    ("--memory -m", _size("memory")),
    ("--shm-size", _size("shm_size")),
    ("--cpus", _number("cpus", float)),
    ("--name", _name),
    ("--label -l", _label),
    ("--gpus", _text("gpus")),
    ("--read-only", _flag("read_only")),
    ("--init", _flag("init")),
    ("--privileged", _flag("privileged")),
    ("--stop-timeout", _number("stop_timeout", int)),
    ("--add-host", _append("extra_hosts")),
    ("--cap-add", _append("capabilities_added")),
    ("--cap-drop", _append("capabilities_dropped")),
    ("--ipc", _text("ipc")),
)
_FLAGS = frozenset(("--read-only", "--init", "--privileged"))
_READERS = {spellings.split()[0]: reader for spellings, reader in _TABLE}
_SPELLINGS = {spelling: spellings.split()[0] for spellings, _ in _TABLE for spelling in spellings.split()}
