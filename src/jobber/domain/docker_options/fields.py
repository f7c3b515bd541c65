"""Comma-separated fields as in RFC 4180: a field with a comma is in double quotes, in which quotes are doubled."""

from __future__ import annotations

import re

_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?:,|$)', re.DOTALL)


def quoted_field(field: str) -> str:
    """Return a field in its comma-separated form: in double quotes if it contains a comma or a double quote."""
    doubled = field.replace('"', '""')
    return f'"{doubled}"' if "," in field or '"' in field else field


def read_quoted(text: str) -> tuple[str, str | None]:
    """Read the quoted field at the start of a text.

    Args:
        text: The text; it starts with a double quote.

    Returns:
        The field, and the text after the following comma; None instead if the field ends the text.

    Raises:
        ValueError: The quotation mark does not close, or the field is not followed by a comma or the end.

    """
    match = _QUOTED.match(text)
    if match is None:
        raise ValueError(f"unclosed quotation mark in {text}")
    rest = text[match.end() :] if match[0].endswith(",") else None
    return match[1].replace('""', '"'), rest
