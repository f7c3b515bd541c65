"""The report of `jobber doctor` as text: three columns, without colours, for terminals of any width."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from jobber.cli.output.table import terminal_width
from jobber.domain.display import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.checkup.check import Check, Checkup

_STATUS = 9
_NAME = 15
_USUAL = 80
_LEAST = 50
"""The minimum width in columns. On a narrower terminal, lines exceed its width, because they would be unreadable."""
_MOST = 120
_WORDS = {"gpus": "GPUs", "python": "Python"}


def checkup_lines(checkup: Checkup) -> Iterator[str]:
    """Yield the lines of a report."""
    width = min(max(terminal_width() or _USUAL, _LEAST), _MOST)
    name = ""
    for check in checkup.checks:
        shown = "" if check.name == name else _WORDS.get(check.name, check.name)
        yield from _lines(check, shown, width)
        name = check.name
    yield ""
    yield from textwrap.wrap(_conclusion(checkup), width)


def _lines(check: Check, name: str, width: int) -> Iterator[str]:
    margin = " " * (_STATUS + _NAME)
    status = check.status.value
    yield from _wrapped(check.text, f"{status:<{_STATUS}}{name:<{_NAME}}", margin, width)
    if check.hint:
        yield from _wrapped(f"hint: {check.hint}", margin, margin + " " * len("hint: "), width)


def _wrapped(text: str, first: str, others: str, width: int) -> list[str]:
    # Keep long words whole: a path split in two cannot be copied.
    lines = textwrap.wrap(
        printable(text),
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.rstrip() for line in lines]


def _conclusion(checkup: Checkup) -> str:
    count = checkup.problems
    problems = f"; {count} problem{'' if count == 1 else 's'}" if count else ""
    if checkup.can_run:
        return f"a run could work{problems}"
    stopping = dict.fromkeys(check.name for check in checkup.checks if check.stops_runs)
    return f"a run could not work ({', '.join(stopping)}){problems}"
