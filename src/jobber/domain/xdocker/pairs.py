"""Readers of options with a name and a value: variables, labels, system controls, limits of processes, weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.xdocker.scalars import read_integer, read_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber.domain.xdocker.gathering import Gathering, Reading

    Reader = Callable[[Gathering, Reading], None]

_BLANKS = " \t"
_OWN_LABELS = "jobber."
_ULIMITS = frozenset(
    "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split()
)
_HEAVIEST = 1000
_LIGHTEST = 10
_SYSCTLS = frozenset(
    "kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni"
    " kernel.shm_rmid_forced".split()
)


def pair(field: str) -> Reader:
    """Keep `NAME=VALUE`."""

    def read(gathering: Gathering, reading: Reading) -> None:
        name, equals, value = reading.value.partition("=")
        if not name or not equals:
            raise reading.wrong(f"{reading.value!r} is no NAME=VALUE")
        gathering.put(field, name, value)

    return read


def variable(gathering: Gathering, reading: Reading) -> None:
    """Read `-e NAME=VALUE`, or `-e NAME` for the caller's; one that the caller does not have is not set."""
    name, equals, value = reading.value.partition("=")
    if not name or "\0" in reading.value:
        raise reading.wrong("a variable has no name" if not name else "a variable holds a zero byte")
    if not equals and name not in reading.environment:
        gathering.add("unset_environment", name)
        return
    gathering.put("environment", name, value if equals else reading.environment[name])


def variables_of_file(gathering: Gathering, reading: Reading) -> None:
    """Read `--env-file`; `-e` wins over it wherever it stands."""
    for name, value in _lines_of_file(reading):
        if value is not None:
            gathering.put("file_environment", name, value)
        elif name in reading.environment:
            gathering.put("file_environment", name, reading.environment[name])


def label(gathering: Gathering, reading: Reading) -> None:
    """Read `-l NAME[=VALUE]`."""
    name, _, value = reading.value.partition("=")
    _keep_label(gathering, reading, field="labels", name=name, value=value)


def labels_of_file(gathering: Gathering, reading: Reading) -> None:
    """Read `--label-file`; `-l` wins over it wherever it stands."""
    for name, value in _lines_of_file(reading):
        _keep_label(gathering, reading, field="file_labels", name=name, value=value or "")


def merge_files(gathering: Gathering) -> None:
    """Put what files say before what the command line says, and let the latter win."""
    for field in ("environment", "labels"):
        earlier = gathering.take(f"file_{field}")
        for name, value in (*(earlier or ()), *(gathering.take(field) or ())):
            gathering.put(field, name, value)
    known = {name for name, _ in gathering.got("environment")}
    unset = tuple(name for name in gathering.take("unset_environment") or () if name not in known)
    if unset:
        gathering.set("unset_environment", tuple(dict.fromkeys(unset)))


def _keep_label(gathering: Gathering, reading: Reading, *, field: str, name: str, value: str) -> None:
    if not name:
        raise reading.wrong("a label has no name")
    if name.startswith(_OWN_LABELS):
        raise reading.wrong(f"label {name} is jobber's own")
    gathering.put(field, name, value)


def _lines_of_file(reading: Reading) -> Iterator[tuple[str, str | None]]:
    lines = reading.file(reading.value).removeprefix("\ufeff").split("\n")
    for number, whole in enumerate(lines, start=1):
        line = whole.removesuffix("\r").lstrip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not name or any(blank in name for blank in _BLANKS):
            raise reading.wrong(f"{reading.value}, line {number}: no name, or a name with blanks in it")
        yield name, value if equals else None


def sysctl(gathering: Gathering, reading: Reading) -> None:
    """Read `--sysctl NAME=VALUE`: only what belongs to a container's own namespaces."""
    name, equals, value = reading.value.partition("=")
    if not equals or not (name in _SYSCTLS or name.startswith(("net.", "fs.mqueue."))):
        raise reading.wrong(f"{reading.value!r} is no NAME=VALUE of a setting that a container has of its own")
    gathering.put("sysctls", name, value)


def ulimit(gathering: Gathering, reading: Reading) -> None:
    """Read `--ulimit NAME=SOFT[:HARD]`."""
    name, _, limits = reading.value.partition("=")
    soft_text, colon, hard_text = limits.partition(":")
    if name not in _ULIMITS:
        raise reading.wrong(f"{name!r} is no limit; there are {', '.join(sorted(_ULIMITS))}")
    soft = read_integer(reading, soft_text)
    hard = read_integer(reading, hard_text) if colon else soft
    if hard != -1 and (soft == -1 or soft > hard):
        raise reading.wrong(f"{reading.value!r}: the soft limit is above the hard one")
    kept = tuple(item for item in gathering.got("ulimits") if item[0] != name)
    gathering.set("ulimits", (*kept, (name, soft, hard)))


def device_rate(field: str, *, bytes_: bool) -> Reader:
    """Keep `DEVICE:RATE`."""

    def read(gathering: Gathering, reading: Reading) -> None:
        device, rate = _of_device(reading)
        number = read_size(reading, rate) if bytes_ else read_integer(reading, rate)
        if number < 0:
            raise reading.wrong(f"{rate!r} is below zero")
        gathering.add(field, (device, number))

    return read


def device_weight(gathering: Gathering, reading: Reading) -> None:
    """Read `--blkio-weight-device DEVICE:WEIGHT`."""
    device, text = _of_device(reading)
    weight = read_integer(reading, text)
    if weight and not _LIGHTEST <= weight <= _HEAVIEST:
        raise reading.wrong(f"{text!r} is not within {_LIGHTEST} to {_HEAVIEST}")
    gathering.add("blkio_weight_device", (device, weight))


def _of_device(reading: Reading) -> tuple[str, str]:
    device, colon, number = reading.value.partition(":")
    if not colon or not device.startswith("/dev/"):
        raise reading.wrong(f"{reading.value!r} is no /dev/DEVICE:NUMBER")
    return device, number
