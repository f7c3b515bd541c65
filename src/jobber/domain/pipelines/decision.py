"""The decision which jobs are stale, as far as it needs no data: by recipe keys and by what is upstream.

The recipe key of a job depends on the file alone, so nothing has to be pulled, built or run for it. If it is known, the
job is fresh, and nothing upstream of it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from jobber.domain.configuration.settings import CMD, OUT, RESULT_IMAGE
from jobber.domain.pipelines.keys import run_key, upstream_identity
from jobber.domain.runs.policy import ResultImagePolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobber.domain.images.image import ListedImage
    from jobber.domain.pipelines.graph import Chosen
    from jobber.domain.pipelines.job import Job, Pipeline, Source
    from jobber.domain.pipelines.keys import Identity
    from jobber.domain.pipelines.names import JobId
    from jobber.domain.runs.result import ListedResult


FORCED = "forced"
"""The reason for a job that runs because of `--force` or `--no-reuse`."""


class State(Enum):
    """The state of a job."""

    FRESH = "fresh"
    STALE = "stale"
    RUNNING = "running"
    FAILED = "failed"
    """Stale, and the last run of exactly this job failed."""


@dataclass(frozen=True, slots=True)
class Options:
    """The parsed options of a job."""

    words: tuple[str, ...]
    """The words of Xdocker as a record contains them."""
    runtime: str | None
    unrecorded: tuple[str, ...] = ()
    """Dependencies that no record can hold, as sentences."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The state of a job, and the reason for it."""

    job: Job
    state: State
    why: str = ""
    is_given: bool = False
    """True if the job has to run, or is taken as it is, whatever its keys."""
    recipe: str = ""
    result: ListedResult | None = None
    """The result of a fresh run job, if it is on the engine."""
    built: ListedImage | None = None
    """The image of a fresh build job, if it is on the engine."""
    remote: str = ""
    """The reference of a fresh image that is only in its registry."""

    @property
    def is_fresh(self) -> bool:
        """True if the job need not run."""
        return self.state is State.FRESH

    @property
    def image(self) -> ListedImage | None:
        """The image of a fresh job, if it is on the engine."""
        return self.built or (self.result.image if self.result else None)

    def as_(self, state: State, why: str) -> Decision:
        """Return the decision with another state."""
        return replace(self, state=state, why=why)


def key_of(job: Job, options: Options, *, code: Identity, inputs: Iterable[Identity]) -> str:
    """Return the key of a run job with the identities of its code image and of its inputs."""
    return run_key(
        code,
        [(identity, item.destination) for identity, item in zip(inputs, job.inputs, strict=True)],
        command=job.settings.get(CMD),
        words=options.words,
        runtime=options.runtime,
        out=job.settings.get(OUT),
    )


def recipe_of(
    job: Job,
    recipes: Mapping[JobId, str],
    *,
    options: Options,
    code: Callable[[str], Identity],
    directory: Callable[[str, str | None], Identity],
) -> str:
    """Return the recipe key of a run job. `code` and `directory` identify images that are not jobs."""

    def of_code(source: Source) -> Identity:
        return code(source.reference) if source.job is None else upstream_identity(recipes[source.job])

    def of_input(source: Source, place: str | None) -> Identity:
        if source.job is None:
            return directory(source.reference, place)
        return upstream_identity(recipes[source.job], place)

    inputs = [of_input(item.source, item.directory) for item in job.inputs]
    return key_of(job, options, code=of_code(job.code), inputs=inputs)


def always_stale(job: Job, options: Options) -> str:
    """Return the reason why no result of a job can ever count as fresh; empty if there is none."""
    if job.settings.get(RESULT_IMAGE) is ResultImagePolicy.NONE:
        return "its result is not kept"
    if job.assumes_fresh or not options.unrecorded:
        return ""
    return f"always: {options.unrecorded[0]} (assume-fresh: true overrules)"


def by_recipe(
    pipeline: Pipeline,
    chosen: Chosen,
    *,
    tainted: Mapping[JobId, str],
    known: Callable[[Job], Decision | None],
    as_it_is: Callable[[Job], Decision],
) -> dict[JobId, Decision | None]:
    """Return the decisions that recipe keys allow, for all jobs that a request needs, each after those it needs.

    Args:
        pipeline: The pipeline.
        chosen: The jobs that the request selects.
        tainted: The jobs whose recipe keys prove nothing.
        known: A function that returns the decision for a job whose recipe key is known, else None.
        as_it_is: A function that returns the decision for a job that must not run.

    Returns:
        The decisions by job; None where the jobs upstream decide.

    """
    needed = set(chosen.targets)
    found: dict[JobId, Decision | None] = {}
    for id_ in reversed([*pipeline.jobs]):
        if id_ not in needed:
            continue
        job = pipeline.jobs[id_]
        if id_ not in chosen.may_run:
            found[id_] = as_it_is(job)
            continue
        found[id_] = None if id_ in tainted else known(job)
        if found[id_] is None:
            needed.update(job.upstream)
    return dict(reversed(found.items()))


def tainted_jobs(pipeline: Pipeline, chosen: Chosen, reasons: Mapping[JobId, str]) -> dict[JobId, str]:
    """Return the jobs whose recipe keys prove nothing: those that run in any case, and all that need one of them."""
    tainted: dict[JobId, str] = {}
    for id_, job in pipeline.jobs.items():
        if id_ in chosen.forced:
            tainted[id_] = FORCED
        elif reason := reasons.get(id_):
            tainted[id_] = reason
        elif any(up in tainted and up in chosen.may_run for up in job.upstream):
            tainted[id_] = ""
    return tainted
