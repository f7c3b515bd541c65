"""The command `jobber ps`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.output.json_text import as_json
from jobber.cli.output.table import Column, table_lines, terminal_width
from jobber.session.humanize import age_in_words

if TYPE_CHECKING:
    from jobber.domain.use_cases.unfinished.list_runs import RunState

_COLUMNS = (
    Column("RUN"),
    Column("IMAGE", least=8),
    Column("AGE"),
    Column("STATE"),
    Column("WATCHER", least=6),
)


def ps(*, json: bool = False, options: GlobalOptions | None = None) -> int:
    """List the unfinished runs.

    Parameters
    ----------
    json
        Print a JSON array with all known facts.

    """
    from jobber.domain.use_cases.unfinished.list_runs import list_runs
    from jobber.session.bootstrap import run_finisher

    options = options or GlobalOptions()
    progress = options.messages()
    session = options.session(progress)
    with options.connected(session) as engine:
        states = list_runs(run_finisher(session, engine))
    progress.clear()
    if json:
        print(as_json([state.facts() for state in states]))
        return 0
    for line in table_lines(_COLUMNS, [_row(state) for state in states], width=terminal_width()):
        print(line)
    return 0


def _row(state: RunState) -> tuple[str, ...]:
    return state.id, state.image, age_in_words(state.age), state.state.value, state.watched_by
