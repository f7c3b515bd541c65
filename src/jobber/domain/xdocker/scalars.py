"""Readers of options with one plain value: texts, flags, numbers, sizes, durations, and lists of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.domain.xdocker.gathering import Gathering, Reading

    Reader = Callable[[Gathering, Reading], None]

_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
_SIZE = re.compile(r"(\d+\.?\d*|\.\d+) ?(?:([kmgtp])(?:i?b)?|b)?", re.IGNORECASE | re.ASCII)
_INTEGER = re.compile(r"[+-]?(0x[0-9a-f]{1,16}|\d{1,20})", re.IGNORECASE | re.ASCII)
_DECIMAL = re.compile(r"\d{1,9}(\.\d{0,9})?|\.\d{1,9}", re.ASCII)
_DURATION = re.compile(r"(?:(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))", re.ASCII)
_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_LARGEST = (1 << 63) - 1


def text(field: str) -> Reader:
    """Keep the value as it is."""
    return lambda gathering, reading: gathering.set(field, reading.value)


def each(field: str) -> Reader:
    """Keep all values as they are."""
    return lambda gathering, reading: gathering.add(field, reading.value)


def flag(field: str) -> Reader:
    """Keep whether it is so."""
    return lambda gathering, reading: gathering.set(field, read_flag(reading, reading.value))


def integer(field: str, *, lowest: int = -_LARGEST - 1, highest: int = _LARGEST) -> Reader:
    """Keep a whole number."""

    def read(gathering: Gathering, reading: Reading) -> None:
        number = read_integer(reading, reading.value)
        if not lowest <= number <= highest:
            raise reading.wrong(f"{reading.value!r} is not within {lowest} to {highest}")
        gathering.set(field, number)

    return read


def size(field: str, *, unlimited: bool = False) -> Reader:
    """Keep a number of bytes; -1 where a limit can be lifted."""

    def read(gathering: Gathering, reading: Reading) -> None:
        lifted = unlimited and reading.value == "-1"
        gathering.set(field, -1 if lifted else read_size(reading, reading.value))

    return read


def decimal(field: str) -> Reader:
    """Keep a number with at most nine places."""

    def read(gathering: Gathering, reading: Reading) -> None:
        if not _DECIMAL.fullmatch(reading.value):
            raise reading.wrong(f"{reading.value!r} is no number such as 1.5")
        gathering.set(field, float(reading.value))

    return read


def duration(field: str) -> Reader:
    """Keep a length of time in nanoseconds."""

    def read(gathering: Gathering, reading: Reading) -> None:
        gathering.set(field, read_duration(reading, reading.value))

    return read


def read_flag(reading: Reading, value: str) -> bool:
    """Read `true` or `false` in any of Go's spellings. Raises `InvalidOption`."""
    if value not in _TRUE and value not in _FALSE:
        raise reading.wrong(f"{value!r} is neither true nor false")
    return value in _TRUE


def read_integer(reading: Reading, value: str) -> int:
    """Read a whole number: decimal, `0x…`, or octal with a leading zero, as Go does. Raises `InvalidOption`."""
    digits = value.lstrip("+-")
    try:
        if not _INTEGER.fullmatch(value):
            raise ValueError(value)
        octal = len(digits) > 1 and digits.startswith("0") and digits.isdigit()
        number = int(digits, 8 if octal else 0)
    except ValueError:
        raise reading.wrong(f"{value!r} is no whole number") from None
    if number > _LARGEST:
        raise reading.wrong(f"{value!r} is too large")
    return -number if value.startswith("-") else number


def read_size(reading: Reading, value: str) -> int:
    """Read `512m`, `1.5 GiB`, `64`. Raises `InvalidOption`."""
    match = _SIZE.fullmatch(value)
    if match is None:
        raise reading.wrong(f"{value!r} is no size such as 512m or 2g")
    factor = 1024 ** " kmgtp".index((match[2] or " ").lower())
    number = int(match[1]) * factor if match[1].isdigit() else int(float(match[1]) * factor)
    if number > _LARGEST:
        raise reading.wrong(f"{value!r} is too large")
    return number


def read_duration(reading: Reading, value: str) -> int:
    """Read `90s`, `1m30s`, `0`. Raises `InvalidOption`."""
    total, position = 0.0, 0
    while match := _DURATION.match(value, position):
        total += float(match[1]) * _NANOSECONDS[match[2]]
        position = match.end()
    if value != "0" and (not value or position < len(value) or total > _LARGEST):
        raise reading.wrong(f"{value!r} is no duration such as 90s or 1m30s")
    return round(total)
