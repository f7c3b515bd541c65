"""Spans of time and sizes as people write and read them."""

from __future__ import annotations

_THOUSAND = 1000


def size_in_words(size: int) -> str:
    """A number of bytes as `docker images` would tell it: `1.2 GB`."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if round(amount, 1) < _THOUSAND:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= _THOUSAND
    return f"{amount:.1f} TB"
