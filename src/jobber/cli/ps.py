"""`jobber ps`."""

from __future__ import annotations

import json as json_
import os
from typing import TYPE_CHECKING

from jobber.cli.options import GlobalOptions
from jobber.cli.surroundings import surroundings
from jobber.cli.table import Column, table_lines, terminal_width

if TYPE_CHECKING:
    from jobber.domain.use_cases.list_runs import RunState

_COLUMNS = (
    Column("RUN"),
    Column("IMAGE", least=8),
    Column("AGE"),
    Column("STATE"),
    Column("WATCHER", least=6),
)


def ps(*, json: bool = False, options: GlobalOptions | None = None) -> int:
    """List the runs that are not finished.

    Parameters
    ----------
    json
        Print one JSON array, with everything that is known.

    """
    from jobber.cli.composition import adoption, keyring
    from jobber.domain.use_cases.list_runs import list_runs

    options = options or GlobalOptions()
    progress = options.messages()
    keys = keyring(options.credentials())
    interruptions = surroundings().interruptions()
    with options.connected(progress, interruptions, environment=os.environ) as engine:
        states = list_runs(adoption(engine, interruptions, progress, keys))
    progress.clear()
    if json:
        print(json_.dumps([state.facts() for state in states], ensure_ascii=False, indent=2))
        return 0
    for line in table_lines(_COLUMNS, [_row(state) for state in states], width=terminal_width()):
        print(line)
    return 0


def _row(state: RunState) -> tuple[str, ...]:
    return state.id, state.image, age_in_words(state.age), state.state.value, state.watched_by


def age_in_words(seconds: float) -> str:
    """An age as a person would tell it, in its largest unit."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}s"
    whole = max(0, round(seconds))
    return f"{whole} second{'' if whole == 1 else 's'}"
