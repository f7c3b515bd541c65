"""Times and durations on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from jobber.domain.errors import UsageError


def parse_moment(text: str, *, now: datetime) -> datetime:
    """Parse an RFC 3339 time (local time without a zone) or the age of one. Raises `UsageError`."""
    try:
        if (ago := parse_duration(text)) is not None:
            return now - ago
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--since {text!r} is not a time", hint="for example 2026-11-24T10:00:00Z, or 90s, 10m, 1h30m ago"
        ) from None


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+").fullmatch


_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


def parse_duration(text: str) -> timedelta | None:
    """Parse a duration such as `90s`, `1h30m` or `30d`; return None for other text, and for too long a duration."""
    if not _DURATION(text):
        return None
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)))
    except OverflowError:
        return None
