"""Spans of time and sizes as people write and read them."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+").fullmatch
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_THOUSAND = 1000


def parse_duration(text: str) -> timedelta | None:
    """Read `90s`, `1h30m`, `30d`; None for what is no span of time, or too long for one."""
    if not _DURATION(text):
        return None
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)))
    except OverflowError:
        return None


def size_in_words(size: int) -> str:
    """A number of bytes as `docker images` would tell it: `1.2 GB`."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if round(amount, 1) < _THOUSAND:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= _THOUSAND
    return f"{amount:.1f} TB"
