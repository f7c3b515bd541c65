"""The graph of jobs: its order, its cycles, and the jobs that a command line selects."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from jobber.domain.errors import UsageError
from jobber.domain.pipelines.errors import PipelineInvalid, wrong
from jobber.domain.pipelines.names import parse_selection
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jobber.domain.pipelines.job import Job, Pipeline
    from jobber.domain.pipelines.names import JobId

_MOST_CYCLES = 20
_MOST_SHOWN = 8


def in_order(jobs: Mapping[JobId, Job], errors: list[UsageError]) -> dict[JobId, Job]:
    """Return the jobs, each after those that it needs; every cycle is reported with its path."""
    needed = {id_: [up for up in job.upstream if up in jobs] for id_, job in jobs.items()}
    for _ in range(_MOST_CYCLES):
        try:
            return {id_: jobs[id_] for id_ in TopologicalSorter(needed).static_order()}
        except CycleError as error:
            path: list[JobId] = [*reversed(error.args[1])]
            why = f"jobs form a cycle: {_arrows(path)}"
            errors.append(wrong(jobs[path[0]].origin, why, hint="each needs the result of the next one"))
            needed[path[0]].remove(path[1])
    return {}


def downstream(pipeline: Pipeline, ids: Iterable[JobId]) -> set[JobId]:
    """Return jobs and all jobs that need them, directly or by way of others."""
    found = set(ids)
    for id_, job in pipeline.jobs.items():
        if any(up in found for up in job.upstream):
            found.add(id_)
    return found


def upstream(pipeline: Pipeline, ids: Iterable[JobId]) -> set[JobId]:
    """Return jobs and all jobs that they need, directly or by way of others."""
    found = set(ids)
    for id_ in reversed([*pipeline.jobs]):
        if id_ in found:
            found.update(pipeline.jobs[id_].upstream)
    return found


@dataclass(frozen=True, slots=True)
class Request:
    """The jobs that a command line names."""

    targets: Sequence[str] = ()
    """Jobs and cells; empty for all."""
    from_: Sequence[str] = ()
    """Jobs at which to start: those upstream of them are taken as they are."""
    to: Sequence[str] = ()
    """Jobs at which to end."""
    only: Sequence[str] = ()
    """Jobs that run alone."""
    force: Sequence[str] = ()
    """Jobs that run although they are fresh."""
    reuses: bool = True
    """False to run all selected jobs."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The jobs that a request selects, in their order."""

    targets: tuple[JobId, ...]
    """The jobs whose results are wanted."""
    may_run: frozenset[JobId]
    """The jobs that may run; the others are taken as they are."""
    forced: frozenset[JobId] = frozenset()
    """The jobs that run in any case."""


def choose(pipeline: Pipeline, request: Request) -> Chosen:
    """Return the jobs that a request selects. Raises `PipelineInvalid` for unknown names."""
    errors: list[UsageError] = []
    targets = _named(pipeline, (*request.targets, *request.to), errors)
    start = _named(pipeline, request.from_, errors, option="--from ")
    only = _named(pipeline, request.only, errors, option="--only ")
    forced = _named(pipeline, request.force, errors, option="--force ")
    if errors:
        raise PipelineInvalid(errors)
    wanted = targets or set(pipeline.jobs)
    may_run = upstream(pipeline, wanted)
    if start:
        may_run &= downstream(pipeline, start)
        wanted = wanted & may_run if not targets else wanted
    if only:
        may_run, wanted = only, only
    if not request.reuses:
        forced |= may_run
    in_order_ = [id_ for id_ in pipeline.jobs if id_ in wanted]
    return Chosen(tuple(in_order_), frozenset(may_run), frozenset(forced & may_run))


def _named(pipeline: Pipeline, texts: Iterable[str], errors: list[UsageError], *, option: str = "") -> set[JobId]:
    found: set[JobId] = set()
    for text in texts:
        selection = parse_selection(text)
        cells = [] if selection is None else [*pipeline.cells(selection.name)]
        named = {job.cell: job.id for job in cells}
        matched = [] if selection is None else [named[cell] for cell in selection.matching(named)]
        if not matched:
            names = dict.fromkeys(job.name for job in pipeline.jobs.values())
            known = [f"{job.name}[{job.cell}]" for job in cells] or [*names]
            hint = did_you_mean(text, known=known) or f"known are {', '.join(known[:10])}"
            what = "unknown cell" if cells else "unknown job"
            errors.append(UsageError(f"{option}{text}: {what}", hint=hint))
        found.update(matched)
    return found


def _arrows(path: Sequence[str]) -> str:
    shown = path if len(path) <= _MOST_SHOWN else (*path[: _MOST_SHOWN // 2], "…", *path[-_MOST_SHOWN // 2 :])
    return " → ".join(shown)
