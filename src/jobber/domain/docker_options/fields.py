"""Fields between commas as in RFC 4180: one that holds a comma stands in double quotes, in which quotes are doubled."""

from __future__ import annotations

import re

_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?:,|$)', re.DOTALL)


def quoted_field(field: str) -> str:
    """Return a field as it stands between commas: in quotation marks where it holds a comma or such a mark."""
    doubled = field.replace('"', '""')
    return f'"{doubled}"' if "," in field or '"' in field else field


def read_quoted(text: str) -> tuple[str, str | None]:
    """Read the quoted field that a text begins with.

    Returns:
        The field, and the text behind the comma after it, or None where the text ends with the field.

    Raises:
        ValueError: The quotation mark does not close, or something else than a comma follows it.

    """
    match = _QUOTED.match(text)
    if match is None:
        raise ValueError(f"the quotation mark in {text} does not close")
    rest = text[match.end() :] if match[0].endswith(",") else None
    return match[1].replace('""', '"'), rest
