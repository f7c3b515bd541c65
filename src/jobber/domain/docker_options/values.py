"""Parse single values as docker's command line, a Go program, does: booleans, numbers, sizes, durations, lists.

Each reader returns the value of a text, or raises `ValueError` with the reason why the text is invalid.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.domain.docker_options.fields import read_quoted

if TYPE_CHECKING:
    from fractions import Fraction

_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
_WHOLE = re.compile(
    r"(?P<sign>[+-]?)(?:0[xX](?P<hex>_?[0-9a-fA-F](?:_?[0-9a-fA-F])*)|0[bB](?P<bin>_?[01](?:_?[01])*)"
    r"|0[oO]?(?P<oct>_?[0-7](?:_?[0-7])*)|(?P<dec>0|[1-9](?:_?[0-9])*))",
    re.ASCII,
)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?", re.ASCII)
_SIZE_NUMBER = re.compile(r".*[0-9. ]", re.DOTALL)
_SIZE_UNIT = re.compile(r"(?:([kmgtp])(?:i?b)?|b?)", re.IGNORECASE | re.ASCII)
_DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_NANOSECONDS = {
    "ns": 1,
    "us": 1000,
    "µs": 1000,
    "μs": 1000,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_BASES = {"hex": 16, "oct": 8, "bin": 2, "dec": 10}
_LIMIT = 1 << 63


def read_boolean(text: str) -> bool:
    """Read a boolean: `true`, `1`, `T`, `False` and the like."""
    if text not in _TRUE | _FALSE:
        raise ValueError(f"{text!r} is neither true nor false")
    return text in _TRUE


def read_whole(text: str) -> int:
    """Read a signed 64-bit integer, with Go's prefixes `0x`, `0o`, `0b` and `0`."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a whole number")
    digits, base = next((match[name], base) for name, base in _BASES.items() if match[name])
    value = int(match["sign"] + digits.lstrip("_"), base)
    if not -_LIMIT <= value < _LIMIT:
        raise ValueError(f"{text!r} is out of range")
    return value


def read_small(text: str) -> int:
    """Read an unsigned 16-bit integer."""
    value = read_whole(text)
    if text.startswith(("+", "-")) or value >= 1 << 16:
        raise ValueError(f"{text!r} is out of range")
    return value


def read_size(text: str) -> int:
    """Read a size in bytes, such as `512m` or `1.5GiB`; units are powers of 1024."""
    match = _SIZE_NUMBER.match(text)
    number = match[0] if match else ""
    unit = _SIZE_UNIT.fullmatch(text[len(number) :])
    number = number.removesuffix(" ")
    if unit is None or not _DECIMAL.fullmatch(number) or number.startswith("-"):
        raise ValueError(f"{text!r} is not a size such as 512m or 2g")
    size = float(number) * 1024 ** " kmgtp".index((unit[1] or " ").lower())
    if size >= _LIMIT:
        raise ValueError(f"{text!r} is too large")
    return int(size)


def read_swap(text: str) -> int:
    """Read a size in bytes, or -1 for no limit."""
    return -1 if text == "-1" else read_size(text)


def read_score(text: str) -> int:
    """Read an integer from -1000 to 1000."""
    value = read_whole(text)
    if not -1000 <= value <= 1000:
        raise ValueError(f"{text!r} is not between -1000 and 1000")
    return value


def read_swappiness(text: str) -> int:
    """Read an integer from 0 to 100, or -1 for the engine's default."""
    value = read_whole(text)
    if not -1 <= value <= 100:
        raise ValueError(f"{text!r} is not between 0 and 100")
    return value


def read_nano_cpus(text: str) -> int:
    """Read a number of processors in billionths: `1.5`, `1/2` or `1e-3`."""
    from fractions import Fraction

    over, slash, under = text.partition("/")
    try:
        cpus = Fraction(read_whole(over), read_whole(under)) if slash else _read_number(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{text!r} is not a number") from None
    if cpus < 0:
        raise ValueError(f"{text!r} is below 0")
    nano = cpus * 10**9
    if nano.denominator != 1:
        raise ValueError(f"{text!r} is too precise")
    if nano >= _LIMIT:
        raise ValueError(f"{text!r} is too large")
    return int(nano)


def read_duration(text: str) -> int:
    """Read a duration in nanoseconds: `1h30m`, `1.5s` or `500ms`."""
    if text.lstrip("+-") == "0" and len(text) <= 2:
        return 0
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    parts = _DURATION_PART.findall(rest)
    if not parts or "".join(number + unit for number, unit in parts) != rest:
        raise ValueError(f"{text!r} is not a duration such as 30s or 1m30s")
    nanoseconds = sum(_nanoseconds(number, _NANOSECONDS[unit]) for number, unit in parts)
    if nanoseconds >= _LIMIT:
        raise ValueError(f"{text!r} is too long")
    return sign * nanoseconds


def read_fields(text: str) -> list[str]:
    """Read comma-separated fields as Go's CSV reader does: a field with a comma is in double quotes."""
    fields: list[str] = []
    rest: str | None = text.partition("\n")[0]
    if not rest:
        raise ValueError("it is empty")
    while rest is not None:
        field, rest = read_quoted(rest) if rest.startswith('"') else _read_plain(rest)
        fields.append(field)
    return fields


def write_fields(fields: list[str]) -> str:
    """Return the comma-separated form of fields; `read_fields` reverses it."""
    return ",".join('"' + field.replace('"', '""') + '"' if set(field) & set(',"') else field for field in fields)


def _read_plain(text: str) -> tuple[str, str | None]:
    field, comma, rest = text.partition(",")
    if '"' in field:
        raise ValueError(f"there is a quotation mark inside {field}: quote all of it, as in '\"a=1,2\",b=3'")
    return field, rest if comma else None


def _nanoseconds(number: str, unit: int) -> int:
    whole, _, part = number.partition(".")
    return int(whole or 0) * unit + (int(part) * unit // 10 ** len(part) if part else 0)


def _read_number(text: str) -> Fraction:
    from fractions import Fraction

    plain = text.replace("_", "")
    if _DECIMAL.fullmatch(plain) and not text.startswith("_") and "__" not in text:
        return Fraction(plain)
    return Fraction(read_whole(text))
