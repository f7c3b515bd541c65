"""Tables for terminals of any width: some columns are shortened, and no line is wrapped."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from jobber.domain.display import printable
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP = 2
_MORE = "…"
_IS_NARROW = re.compile(r"[ -~\u00a1-\u02af\u2013-\u2026\u2190-\u2193\u2500-\u257f]*").fullmatch
"""The test whether each character is one column wide: Latin letters and jobber's own symbols.

The test avoids the slow lookup of each character.
"""


@frozen
class Column:
    """A column of a table."""

    heading: str
    least: int | None = None
    """The minimum width of shortened cells, in columns, before whole columns are left out; None for no shortening."""
    is_number: bool = False
    keeps_end: bool = False
    """True if the ends of its cells are more significant than their beginnings."""


def terminal_width() -> int | None:
    """Return the width of the terminal on stdout, or that of `COLUMNS`; None if there is no width."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):
        return None


def table_lines(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], *, width: int | None, keeps_all: bool = False
) -> Iterator[str]:
    """Yield the lines of a table, no wider than `width`; leave out empty columns unless `keeps_all` is set."""
    cells = [[printable(cell) for cell in row] for row in rows]
    headings = [printable(column.heading) for column in columns]
    shown = [n for n in range(len(columns)) if keeps_all or not cells or any(row[n] for row in cells)]
    widths = {n: max([width_of(headings[n]), *(width_of(row[n]) for row in cells)]) for n in shown}
    if width is not None:
        _narrow(columns, widths, width)
    for row in (headings, *cells):
        line = (" " * _GAP).join(_cell(row[n], widths[n], columns[n]) for n in shown if n in widths)
        yield cut(line.rstrip(), width) if width is not None else line.rstrip()


def width_of(text: str) -> int:
    """Return the number of terminal columns of a text."""
    if _IS_NARROW(text):
        return len(text)
    return sum(_width(character) for character in text)


def cut(text: str, width: int) -> str:
    """Return a text no wider than `width`, with a mark if it is cut."""
    if width_of(text) <= width:
        return text
    if _IS_NARROW(text):
        return text[: max(width - 1, 0)] + _MORE
    kept, room = "", max(width, 1) - 1
    for character in text:
        room -= _width(character)
        if room < 0:
            break
        kept += character
    return kept + _MORE


def _narrow(columns: Sequence[Column], widths: dict[int, int], width: int) -> None:
    """Shrink the widest shortenable columns step by step, then remove the last shortenable column."""
    while True:
        over = sum(widths.values()) + _GAP * (len(widths) - 1) - width
        least = {n: columns[n].least or 0 for n in widths if columns[n].least is not None}
        if over <= 0 or not least:
            return
        giving = [n for n in least if widths[n] > least[n]]
        if giving and over <= sum(widths[n] - least[n] for n in giving):
            widest = max(giving, key=lambda n: widths[n] - least[n])
            widths[widest] -= min(over, max(1, (widths[widest] - least[widest]) // 2))
        else:
            del widths[max(least)]


def _cell(text: str, width: int, column: Column) -> str:
    text = cut(text[::-1], width)[::-1] if column.keeps_end else cut(text, width)
    padding = " " * (width - width_of(text))
    return padding + text if column.is_number else text + padding


def _width(character: str) -> int:
    import unicodedata

    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
