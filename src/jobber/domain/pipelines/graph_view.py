"""A pipeline as a graph to be drawn: jobs with their states, and what each takes from another one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.configuration.settings import CMD, OUT
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobber.domain.pipelines.decision import Decision
    from jobber.domain.pipelines.job import Job, Pipeline
    from jobber.domain.pipelines.names import JobId

CODE = "code"
INPUT = "input"


@dataclass(frozen=True, slots=True)
class GraphJob:
    """A job in a graph."""

    key: str
    """The name of the job, with its cell."""
    state: str
    """The state: `fresh`, `stale`, `running`, `failed`, or `none` for a job that was not looked at."""
    why: str = ""
    command: tuple[str, ...] | None = None
    """The command; None for that of the image."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Other facts by name; empty ones do not apply."""


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """The need of a job for the result of another one."""

    start: str
    """The job that is needed."""
    end: str
    """The job that needs it."""
    role: str
    """`code` if the job runs the image of the other one, `input` if it mounts a directory of it."""
    destination: str = ""
    """The path at which the directory is mounted."""


@dataclass(frozen=True, slots=True)
class GraphView:
    """The graph of a pipeline."""

    title: str
    jobs: Mapping[str, GraphJob]
    """The jobs by key, each after those that it needs."""
    edges: tuple[GraphEdge, ...]
    _up: Mapping[str, Sequence[GraphEdge]] = field(init=False, repr=False, compare=False)
    _down: Mapping[str, Sequence[GraphEdge]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the edges by both ends."""
        up: dict[str, list[GraphEdge]] = defaultdict(list)
        down: dict[str, list[GraphEdge]] = defaultdict(list)
        for edge in self.edges:
            up[edge.end].append(edge)
            down[edge.start].append(edge)
        object.__setattr__(self, "_up", up)
        object.__setattr__(self, "_down", down)

    def needs(self, key: str) -> Sequence[GraphEdge]:
        """Return the edges from the jobs that a job needs."""
        return self._up.get(key, ())

    def needed_by(self, key: str) -> Sequence[GraphEdge]:
        """Return the edges to the jobs that need a job."""
        return self._down.get(key, ())

    @property
    def ends(self) -> tuple[str, ...]:
        """The jobs that no other job needs."""
        return tuple(key for key in self.jobs if not self.needed_by(key))

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of jobs in each state that occurs."""
        found: dict[str, int] = {}
        for job in self.jobs.values():
            found[job.state] = found.get(job.state, 0) + 1
        return found


def view_of(pipeline: Pipeline, decisions: Mapping[JobId, Decision]) -> GraphView:
    """Return the graph of a pipeline; jobs without a decision have no state."""
    jobs: dict[str, GraphJob] = {id_: _job(job, decisions.get(id_)) for id_, job in pipeline.jobs.items()}
    edges = tuple(edge for job in pipeline.jobs.values() for edge in _edges(job))
    return GraphView(pipeline.path, jobs, edges)


def _job(job: Job, decision: Decision | None) -> GraphJob:
    facts = _build_facts(job) if job.build is not None else _run_facts(job)
    if decision is None:
        return GraphJob(job.id, "none", command=_command(job), facts=facts)
    listed = decision.image
    labels = listed.labels if listed is not None else {}
    found = {
        "result": ", ".join(listed.references) if listed is not None else decision.remote,
        "id": listed.id if listed is not None else "",
        "recipe key": decision.recipe or labels.get(Label.RECIPE_KEY, ""),
        "content key": labels.get(Label.CONTENT_KEY, ""),
        "out digest": labels.get(Label.OUT_DIGEST, ""),
    }
    return GraphJob(job.id, decision.state.value, decision.why, _command(job), {**facts, **found})


def _command(job: Job) -> tuple[str, ...] | None:
    command = None if job.build is not None else job.settings.get(CMD)
    return None if command is None else tuple(command)


def _build_facts(job: Job) -> dict[str, str]:
    assert job.build is not None
    return {"context": job.build.context, "Dockerfile": job.build.file or "", "target": job.build.target or ""}


def _run_facts(job: Job) -> dict[str, str]:
    others = [item.source.reference for item in job.inputs if item.source.job is None]
    return {"image": job.code.label, "inputs": ", ".join(others), "out": job.settings.get(OUT) or ""}


def _edges(job: Job) -> Iterator[GraphEdge]:
    if job.code.job is not None:
        yield GraphEdge(job.code.job, job.id, CODE)
    for item in job.inputs:
        if item.source.job is not None:
            yield GraphEdge(item.source.job, job.id, INPUT, item.destination)
