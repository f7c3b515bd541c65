"""The time until jobber prints something, compared with Python and the library that parses the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from side_by_side import Command, Comparison, in_turns, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

_TIMES = 3.0
_REPEATED = 3
"""So many times the rounds of the others: these are short."""


def compare(*, rounds: int) -> Iterator[Comparison]:
    """`--version` and `--help`, against `python -c pass` and the import of cyclopts."""
    jobber = str(Path(sys.executable).with_name("jobber"))
    commands = (
        Command((jobber, "--version")),
        Command((jobber, "--help")),
        Command((sys.executable, "-c", "pass")),
        Command((sys.executable, "-c", "import cyclopts")),
    )
    version, help_, nothing, cyclopts = map(seconds, in_turns(commands, rounds=rounds * _REPEATED))
    yield Comparison(
        "jobber --version, by `python -c pass`",
        version,
        nothing,
        f"at most {_TIMES:.0f}",
        lambda row: row.ratio <= _TIMES,
    )
    yield Comparison(
        "jobber --help, by `import cyclopts`", help_, cyclopts, f"at most {_TIMES:.0f}", lambda row: row.ratio <= _TIMES
    )
