"""The columns of `jobber ls`: their names, their cells, and which of them are shown."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from jobber.cli.output.table import Column, cut, table_lines, width_of
from jobber.domain.display import printable, size_in_words
from jobber.domain.errors import UsageError
from jobber.domain.runs.metrics import metrics_of
from jobber.domain.runs.parameters import parameters_of
from jobber.domain.runs.record import rfc3339
from jobber.domain.spelling import did_you_mean
from jobber.domain.values import frozen
from jobber.session.humanize import (
    age_in_short,
    command_line,
    duration_in_words,
    image_name,
    number_in_words,
    outcome_in_words,
    short_id,
    tags_in_short,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from jobber.domain.runs.result import ListedResult

_MOST = 40
"""The maximum length of a cell in characters when there is no terminal to fit."""


@frozen
class Cells:
    """A column of results, and the function that formats its cells."""

    column: Column
    cell: Callable[[ListedResult, datetime], str]


def _inputs(result: ListedResult) -> str:
    return ", ".join(image_name(item.image.reference) for item in result.record.inputs)


def _ago(result: ListedResult, now: datetime) -> str:
    return f"{age_in_short((now - result.record.ending.finished.astimezone(UTC)).total_seconds())} ago"


COLUMNS: Mapping[str, Cells] = {
    "result": Cells(Column("RESULT"), lambda result, _: result.image.id),
    "tags": Cells(Column("TAGS", least=16, keeps_end=True), lambda result, _: tags_in_short(result.image.references)),
    "ended": Cells(Column("ENDED"), _ago),
    "took": Cells(Column("TOOK", is_number=True), lambda result, _: duration_in_words(result.record.seconds)),
    "outcome": Cells(Column("OUTCOME"), lambda result, _: outcome_in_words(result.record.ending)),
    "command": Cells(Column("COMMAND", least=9), lambda result, _: command_line(result.record.command)),
    "inputs": Cells(Column("INPUTS", least=8), lambda result, _: _inputs(result)),
    "image": Cells(Column("IMAGE", least=8), lambda result, _: image_name(result.record.image.reference)),
    "run": Cells(Column("RUN"), lambda result, _: result.record.id),
    "size": Cells(Column("SIZE", is_number=True), lambda result, _: size_in_words(result.image.size)),
    "started": Cells(Column("STARTED"), lambda result, _: rfc3339(result.record.ending.started)),
    "finished": Cells(Column("FINISHED"), lambda result, _: rfc3339(result.record.ending.finished)),
    "exit-status": Cells(
        Column("EXIT-STATUS", is_number=True), lambda result, _: str(result.record.ending.exit_status)
    ),
    "options": Cells(Column("OPTIONS", least=9), lambda result, _: command_line(result.record.docker_args)),
    "out": Cells(Column("OUT", least=8, keeps_end=True), lambda result, _: result.record.out or ""),
    "engine": Cells(Column("ENGINE"), lambda result, _: f"{result.record.engine_name} {result.record.engine_version}"),
}
"""All columns that every result has, by the names that `--columns` accepts."""
USUAL = ("result", "tags", "ended", "took", "outcome", "command", "inputs", "image")
_NUMBERS_FOLLOW = USUAL.index("command")
"""The position of metrics: before the columns that may be shortened, because users look for metrics."""


def usual_columns(results: Sequence[ListedResult], *, wanted: Sequence[str], metrics: bool) -> tuple[Cells, ...]:
    """Return the usual columns, with the requested metrics and parameters.

    Metrics that only some of the results have go last. A narrow terminal leaves out other columns before them.

    Args:
        results: The results that are listed.
        wanted: The names of metrics and parameters that are always shown.
        metrics: True to show all metrics.

    Returns:
        The columns, from left to right.

    """
    having: dict[str, int] = {}
    for result in results if metrics else ():
        for name in metrics_of(result.image.labels):
            having[name] = having.get(name, 0) + 1
    first = dict.fromkeys((*wanted, *(name for name, count in having.items() if count == len(results))))
    last = [name for name in having if name not in first]
    usual = [COLUMNS[name] for name in USUAL]
    return (
        *usual[:_NUMBERS_FOLLOW],
        *map(_number, first),
        *usual[_NUMBERS_FOLLOW:],
        *map(_number, last),
    )


def chosen_columns(results: Sequence[ListedResult], *, names: Sequence[str]) -> tuple[Cells, ...]:
    """Return the columns of these names: of `COLUMNS`, or of metrics and parameters. Raises `UsageError`."""
    others = {name for result in results for name in _numbers_of(result)}
    return tuple(_chosen(name, others, is_checked=bool(results)) for name in names)


def column_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Split the values of `--columns` at commas. Raises `UsageError` for an empty name."""
    names = tuple(name.strip() for text in texts for name in text.split(","))
    if not all(names):
        raise UsageError("--columns contains an empty name", hint=f"for example --columns {','.join(USUAL[:3])}")
    return names


def _chosen(name: str, others: set[str], *, is_checked: bool) -> Cells:
    if name in COLUMNS:
        return COLUMNS[name]
    if name not in others and name.lower() in COLUMNS:
        return COLUMNS[name.lower()]
    if is_checked and name not in others:
        hint = did_you_mean(name, known=[*COLUMNS, *sorted(others)])
        raise UsageError(
            f"no result has a column {name!r}",
            hint=hint or f"available: {', '.join(COLUMNS)}, and each metric and parameter by its name",
        )
    return _number(name)


def _number(name: str) -> Cells:
    return Cells(Column(name, is_number=True), lambda result, _: _number_of(result, name))


def _number_of(result: ListedResult, name: str) -> str:
    metric = metrics_of(result.image.labels).get(name)
    return parameters_of(result.record).get(name, "") if metric is None else number_in_words(metric)


def _numbers_of(result: ListedResult) -> Iterable[str]:
    return (*metrics_of(result.image.labels), *parameters_of(result.record))


def table_of(
    results: Sequence[ListedResult], shown: Sequence[Cells], *, now: datetime, width: int | None, keeps_all: bool
) -> Iterator[str]:
    """Return the lines of a table that fits a terminal; without one, cut long cells at `_MOST` characters.

    With `keeps_all`, empty columns are kept.
    """
    columns = [cells.column for cells in shown]
    rows = [[_in_short(cells, cells.cell(result, now)) for cells in shown] for result in results]
    if width is None:
        rows = [[_cut(cells, text) for cells, text in zip(shown, row, strict=True)] for row in rows]
    elif max(map(width_of, table_lines(columns, rows, width=None, keeps_all=keeps_all))) > width:
        rows = [[_first_tag(cells, text) for cells, text in zip(shown, row, strict=True)] for row in rows]
    return table_lines(columns, rows, width=width, keeps_all=keeps_all)


def whole_table_of(
    results: Sequence[ListedResult], shown: Sequence[Cells], *, now: datetime, keeps_all: bool
) -> Iterator[str]:
    """Return the lines of a table in which nothing is shortened, including IDs."""
    rows = [[cells.cell(result, now) for cells in shown] for result in results]
    return table_lines([cells.column for cells in shown], rows, width=None, keeps_all=keeps_all)


def _in_short(cells: Cells, text: str) -> str:
    return short_id(text) if cells is COLUMNS["result"] else text


def _first_tag(cells: Cells, text: str) -> str:
    """Return the tag with a time, which never moves; for other columns, the whole text."""
    return text.partition(",")[0] if cells is COLUMNS["tags"] else text


def _cut(cells: Cells, text: str) -> str:
    """Return a cell no longer than `_MOST`, except for a tag: a tag without its beginning is useless."""
    text = printable(text)
    if width_of(text) <= _MOST:
        return text
    if cells is COLUMNS["tags"]:
        return _first_tag(cells, text)
    return cut(text[::-1], _MOST)[::-1] if cells.column.keeps_end else cut(text, _MOST)
