"""`jobber ls`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobber.cli.array_of_lines import array_of_lines
from jobber.cli.attach import parse_moment
from jobber.cli.finding import finding
from jobber.cli.options import GlobalOptions
from jobber.cli.surroundings import surroundings
from jobber.cli.table import Column, table_lines, terminal_width, width_of
from jobber.cli.telling import (
    age_in_short,
    command_line,
    duration_in_words,
    image_name,
    number_in_words,
    outcome_in_words,
    short_id,
    tags_in_short,
)
from jobber.domain.entry import entry_of
from jobber.domain.ledger import KEYS
from jobber.domain.metrics import metrics_of
from jobber.domain.parameters import parameters_of, parse_parameter
from jobber.domain.policy import Outcome  # noqa: TC001 - cyclopts reads annotations
from jobber.domain.use_cases.list_results import ListRequest, ResultList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.result import ListedResult

_COLUMNS = (
    Column("RESULT"),
    Column("TAGS", least=16, keeps_end=True),
    Column("ENDED"),
    Column("TOOK", is_number=True),
    Column("OUTCOME"),
    Column("COMMAND", least=9),
    Column("INPUTS", least=8),
    Column("IMAGE", least=8),
)


def ls(
    name: str | None = None,
    /,
    *,
    image: tuple[str, ...] = (),
    input_: Annotated[tuple[str, ...], Parameter(name="--input")] = (),
    outcome: tuple[Outcome, ...] = (),
    since: str | None = None,
    param: tuple[str, ...] = (),
    metrics: bool = False,
    sort: str = "time",
    reverse: bool = False,
    remote: bool = False,
    json: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """List results, newest first: what ran, on what, when, how it went.

    Parameters
    ----------
    name
        Repository or tag whose results are listed; in a registry, if there are none here.
    image
        Only results of this code image: a repository, a tag, an id; may be repeated.
    input_
        Only results that had this image as an input; may be repeated.
    outcome
        Only results with this outcome; may be repeated.
    since
        Only results of runs that ended since then: a time (2026-11-24), or how long ago (90s, 10m, 1h30m, 7d).
    param
        Only results with this parameter, NAME=VALUE or NAME; may be repeated.
    metrics
        Show the metrics, a column for each.
    sort
        Largest first by time, duration, size, exit-status, or the name of a metric or parameter.
    reverse
        The other way round: smallest, or oldest, first.
    remote
        Look into the registry of NAME, and not at what the engine has.
    json
        Print one JSON array, with everything that is known.

    """
    options = options or GlobalOptions()
    request = ListRequest(
        name=name or "",
        images=image,
        inputs=input_,
        outcomes=outcome,
        since=None if since is None else parse_moment(since, now=surroundings().clock().now()),
        parameters=tuple(map(parse_parameter, param)),
        sort=sort,
        reverse=reverse,
        remote=remote,
    )
    with finding(options) as (finder, progress):
        listing = ResultList(finder, progress).list(request)
        if listing.remote is not None and not listing.results:
            progress.note("none-in-registry" if remote else "none-anywhere", repository=listing.remote.repository)
        elif listing.remote is not None and not remote:
            progress.note("listed-remote", repository=listing.remote.repository)
    if json:
        print(array_of_lines(map(entry_of, listing.results)))
        return 0
    _print_table(listing.results, _extra_names(listing.results, sort=sort, metrics=metrics))
    return 0


def _extra_names(results: Sequence[ListedResult], *, sort: str, metrics: bool) -> list[str]:
    """The metrics and parameters to show: what is sorted by, and all metrics where they are asked for."""
    names = [] if sort in KEYS else [sort]
    if metrics:
        names += [name for result in results for name in metrics_of(result.image.labels)]
    return list(dict.fromkeys(names))


def _print_table(results: Sequence[ListedResult], names: Sequence[str]) -> None:
    now = surroundings().clock().now()
    # Numbers stand before the columns that may be cut short: they are what is looked for.
    columns = (*_COLUMNS[:5], *(Column(name, is_number=True) for name in names), *_COLUMNS[5:])
    width = terminal_width()
    rows = [_row(result, names, now=now) for result in results]
    if width is not None and max(map(width_of, table_lines(columns, rows, width=None))) > width:
        rows = [(row[0], row[1].partition(",")[0], *row[2:]) for row in rows]  # the tag that never moves
    for line in table_lines(columns, rows, width=width):
        print(line)


def _row(result: ListedResult, names: Sequence[str], *, now: datetime) -> tuple[str, ...]:
    record = result.record
    return (
        short_id(result.image.id),
        tags_in_short(result.image.references),
        f"{age_in_short((now - record.ending.finished.astimezone(UTC)).total_seconds())} ago",
        duration_in_words(record.seconds),
        outcome_in_words(record.ending),
        *(_number(result, name) for name in names),
        command_line(record.command),
        ", ".join(image_name(item.image.reference) for item in record.inputs),
        image_name(record.image.reference),
    )


def _number(result: ListedResult, name: str) -> str:
    metric = metrics_of(result.image.labels).get(name)
    return parameters_of(result.record).get(name, "") if metric is None else number_in_words(metric)
