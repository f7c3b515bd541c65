"""The command `jobber prune`."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.moments import parse_duration
from jobber.cli.output.json_text import as_json
from jobber.cli.output.prompt import is_agreed
from jobber.cli.output.table import Column, table_lines, terminal_width
from jobber.domain.display import size_in_words
from jobber.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.history.retention import PruneRule
    from jobber.domain.runs.result import ListedResult
    from jobber.domain.use_cases.results.prune import PrunePlan
    from jobber.session.messages import Messages

EXIT_CANCELLED = 1
_COLUMNS = (
    Column("WHAT"),
    Column("NAME", least=24, keeps_end=True),
    Column("SIZE", is_number=True),
    Column("OF", least=12),
)
Row = tuple[str, str, int | None, str]


def prune(
    *,
    results: bool = False,
    keep_last: str | None = None,
    older_than: str | None = None,
    force: bool = False,
    yes: bool = False,
    dry_run: bool = False,
    json: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Remove copies of inputs that no container uses, leftovers of ended processes, and old results.

    Results are removed only with --results, and never one from which a kept result was made. The command lists what
    it would remove and prompts for confirmation.

    Parameters
    ----------
    results
        Also remove results: those that neither --keep-last nor --older-than keeps.
    keep_last
        Number of results to keep of each repository.
    older_than
        Remove only results that are older: 12h, 30d, 8w.
    force
        Also remove results from which others were made (the others stay complete), and results with other tags.
    yes
        Do not prompt.
    dry_run
        Print what would be removed, and remove nothing.
    json
        Print the list as JSON.

    """
    from jobber.domain.use_cases.results.prune import PruneResults

    rule = prune_rule(results=results, keep_last=keep_last, older_than=older_than, force=force)
    if json and not (yes or dry_run):
        raise UsageError("--json does not prompt", hint="pass --yes, or --dry-run to print what would be removed")
    options = options or GlobalOptions()
    progress = options.messages()
    session = options.session(progress)
    with options.connected(session) as engine:
        use_case = PruneResults(engine, session.interruptions, progress)
        with session.interruptions.abortable():
            planned = use_case.plan(rule)
        progress.clear()
        if not json:
            _show(planned, progress)
        if dry_run or not planned.count:
            if json:
                print(as_json(_facts(planned)))
            return 0
        if not yes and not is_agreed(f"Remove these {planned.count}?"):
            progress.note("prune-cancelled")
            return EXIT_CANCELLED
        pruned = use_case.remove(planned, rule)
    progress.clear()
    for error in pruned.errors:
        progress.fail(error)
    if json:
        print(as_json(_facts(planned) | {"removed": pruned.count, "freed": pruned.size}))
    else:
        progress.note("pruned", count=pruned.count, size=_size(pruned.size, is_all=planned.is_size_known))
    return 1 if pruned.errors else 0


def prune_rule(*, results: bool, keep_last: str | None, older_than: str | None, force: bool) -> PruneRule | None:
    """Return the rule for results; None if no results are to be removed. Raises `UsageError`."""
    from jobber.domain.history.retention import PruneRule

    given = [name for name, value in (("--keep-last", keep_last), ("--older-than", older_than)) if value is not None]
    given += ["--force"] if force else []
    if not results:
        if given:
            raise UsageError(f"{given[0]} requires --results", hint="add --results")
        return None
    if keep_last is None and older_than is None:
        raise UsageError(
            "--results alone would remove all of them",
            hint="state which to keep: --keep-last N of each repository, --older-than 30d, or --keep-last 0 for none",
        )
    if keep_last is not None and not (keep_last.isascii() and keep_last.isdecimal()):
        raise UsageError(f"--keep-last {keep_last!r} is not a number", hint="for example --keep-last 5")
    age = None if older_than is None else parse_duration(older_than)
    if older_than is not None and age is None:
        raise UsageError(f"--older-than {older_than!r} is not a span of time", hint="for example 12h, 30d, 8w")
    return PruneRule(None if keep_last is None else int(keep_last), age, force=force)


def _show(planned: PrunePlan, progress: Messages) -> None:
    """Print the list of removals, and the notes about it."""
    if planned.count:
        rows = [(what, name, _cell(size), of) for what, name, size, of in _rows(planned)]
        for line in table_lines(_COLUMNS, rows, width=terminal_width()):
            print(line, flush=True)
    for kept in planned.results.kept:
        progress.note("prune-kept", name=_name(kept.result), why=kept.why)
    if planned.waiting:
        progress.note("prune-waiting", count=planned.waiting)
    if planned.count:
        size = _size(planned.known_size, is_all=planned.is_size_known)
        progress.note("prune-total", count=planned.count, size=size)
    else:
        progress.note("prune-nothing")


def _rows(planned: PrunePlan) -> Iterator[Row]:
    for copy in planned.copies:
        yield "input", copy.name, copy.size, f"{copy.source} of {copy.image.removeprefix('sha256:')[:12]}"
    for left in planned.leftovers:
        yield f"left {left.kind.value}", left.id.removeprefix("sha256:"), left.size, left.what
    for result, size in zip(planned.results.going, planned.sizes, strict=True):
        ending = result.record.ending
        yield (
            "result",
            _name(result),
            size,
            f"{ending.outcome.value} {ending.finished.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        )


def _facts(planned: PrunePlan) -> dict[str, object]:
    return {
        "remove": [{"what": what, "name": name, "size": size, "of": of} for what, name, size, of in _rows(planned)],
        "keep": [{"name": _name(kept.result), "why": kept.why} for kept in planned.results.kept],
        "waiting": planned.waiting,
        "size": planned.known_size,
        "size-is-all": planned.is_size_known,
    }


def _name(result: ListedResult) -> str:
    """Return all tags of a result, or its ID."""
    return ", ".join(result.image.references) or result.image.id.removeprefix("sha256:")[:12]


def _cell(size: int | None) -> str:
    return "?" if size is None else size_in_words(size)


def _size(size: int, *, is_all: bool) -> str:
    return size_in_words(size) if is_all else f"{size_in_words(size)} or more"
