"""The command `jobber ls`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.moments import parse_moment
from jobber.cli.command_line.option import Option
from jobber.cli.command_line.result_session import finding
from jobber.cli.output.columns import chosen_columns, column_names, table_of, usual_columns, whole_table_of
from jobber.cli.output.json_text import array_of_lines
from jobber.cli.output.table import terminal_width
from jobber.domain.errors import UsageError
from jobber.domain.history.facts import entry_of
from jobber.domain.history.result_filter import KEYS
from jobber.domain.runs.metrics import metrics_of
from jobber.domain.runs.parameters import parse_parameter
from jobber.domain.runs.policy import Outcome  # noqa: TC001 - the command line reads annotations
from jobber.domain.use_cases.results.list_results import ListRequest, ListResults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.cli.output.columns import Cells
    from jobber.domain.runs.result import ListedResult


def ls(
    name: str | None = None,
    /,
    *,
    image: tuple[str, ...] = (),
    input_: Annotated[tuple[str, ...], Option("--input")] = (),
    outcome: tuple[Outcome, ...] = (),
    since: str | None = None,
    param: tuple[str, ...] = (),
    metrics: bool = False,
    columns: tuple[str, ...] = (),
    no_trunc: bool = False,
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
        Repository or tag whose results are listed; in a registry, if the engine has none.
    image
        Only results of this code image: a repository, a tag, an ID; may be repeated.
    input_
        Only results that had this image as an input; may be repeated.
    outcome
        Only results with this outcome; may be repeated.
    since
        Only results of runs that ended since then: a time (2026-11-24), or how long ago (90s, 10m, 1h30m, 7d).
    param
        Only results with this parameter, NAME=VALUE or NAME; may be repeated.
    metrics
        Show the metrics, one per column; metrics that only some results have come last.
    columns
        Show these columns, separated by commas: result, tags, ended, took, outcome, command, inputs, image, run, size,
        started, finished, exit-status, options, out, engine, and metrics and parameters by their names.
    no_trunc
        Do not truncate columns and IDs.
    sort
        Largest first by time, duration, size, exit-status, or the name of a metric or parameter.
    reverse
        Reverse the order: smallest, or oldest, first.
    remote
        List the results in the registry of NAME instead of those on the engine.
    json
        Print a JSON array with all known facts.

    """
    options = options or GlobalOptions()
    names = column_names(columns)
    if names and json:
        raise UsageError("--columns and --json: JSON has everything", hint="omit one of them")
    request = ListRequest(
        name=name or "",
        images=image,
        inputs=input_,
        outcomes=outcome,
        since=None if since is None else parse_moment(since, now=options.environment.clock().now()),
        parameters=tuple(map(parse_parameter, param)),
        sort=sort,
        reverse=reverse,
        remote=remote,
    )
    with finding(options) as (finder, progress):
        listing = ListResults(finder, progress).list(request)
        if listing.remote is not None and not listing.results:
            progress.note("none-in-registry" if remote else "none-anywhere", repository=listing.remote.repository)
        elif listing.remote is not None and not remote:
            progress.note("listed-remote", repository=listing.remote.repository)
    if json:
        print(array_of_lines(map(entry_of, listing.results)))
        return 0
    now, results = options.environment.clock().now(), listing.results
    shown = _shown(results, names, sort=sort, metrics=metrics)
    if no_trunc:
        lines = whole_table_of(results, shown, now=now, keeps_all=bool(names))
    else:
        lines = table_of(results, shown, now=now, width=terminal_width(), keeps_all=bool(names))
    for line in lines:
        print(line)
    return 0


def _shown(results: Sequence[ListedResult], names: Sequence[str], *, sort: str, metrics: bool) -> Sequence[Cells]:
    """Return the named columns or the usual ones, and the metrics if requested."""
    if not names:
        return usual_columns(results, wanted=[] if sort in KEYS else [sort], metrics=metrics)
    found = (name for result in results for name in metrics_of(result.image.labels)) if metrics else ()
    return chosen_columns(results, names=[*names, *(name for name in dict.fromkeys(found) if name not in names)])
