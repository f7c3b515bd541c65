"""Names, texts and sizes in the form in which messages and tables display them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def printable(text: str) -> str:
    """Return a text as one line, without characters that control a terminal."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def unambiguous(name: str) -> str:
    """Return a name; in quotes and escaped if part of it would not be visible."""
    return name if name and name == name.strip() and name.isprintable() else repr(name)


def size_in_words(size: float) -> str:
    """Return a number of bytes in its largest decimal unit, with three digits: `1.2 GB`, as `docker images` prints."""
    sign, size, unit = ("-" if size < 0 else ""), abs(size), 0
    while size >= 999.5 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{sign}{size:.3g} {_UNITS[unit]}"


def listed(names: Sequence[str], *, most: int = 6) -> str:
    """Return names in one line, at most the first `most` of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _escaped(character: str) -> str:
    return " " if character in "\n\t\r" else character.encode("unicode_escape", "replace").decode()
