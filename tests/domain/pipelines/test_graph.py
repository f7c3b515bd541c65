"""The order of jobs, cycles, and the jobs that a command line selects."""

from __future__ import annotations

import sys
import time

import pytest
from pipeline_files import PATH, errors_of, pipeline_of

from jobber.adapters.configuration.tree import read_tree
from jobber.domain.configuration.in_force import Settings
from jobber.domain.pipelines.decision import Decision, Options, State, by_recipe, recipe_of, tainted_jobs
from jobber.domain.pipelines.errors import PipelineInvalid
from jobber.domain.pipelines.expand import expand
from jobber.domain.pipelines.graph import Request, choose, downstream, upstream
from jobber.domain.pipelines.job import Job, Pipeline
from jobber.domain.pipelines.names import JobId
from jobber.domain.pipelines.read import read_pipeline

_CHAIN = """
jobs:
  a: {build: a}
  b: {image: a}
  c: {image: b, matrix: {x: [1, 2]}}
  d: {image: a, inputs: ["c[*]"]}
  e: {image: a}
"""


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_of(_CHAIN)


def _ids(*names: str) -> set[JobId]:
    return {JobId(name) for name in names}


def test_cycles_are_named_with_their_path() -> None:
    found = errors_of("jobs: {a: {image: b}, b: {image: c}, c: {image: a}, x: {image: y}, y: {image: x}}")

    assert len(found) == 2
    assert all("jobs form a cycle: " in error for error in found)


def test_many_cycles_are_many_errors() -> None:
    jobs = ", ".join(f"j{n}: {{image: j{n}}}" for n in range(25))

    assert len(errors_of(f"jobs: {{{jobs}}}")) == 20


def test_long_cycle_is_shortened() -> None:
    jobs = ", ".join(f"j{n}: {{image: j{(n + 1) % 20}}}" for n in range(20))

    assert "→ … →" in errors_of(f"jobs: {{{jobs}}}")[0]


def test_job_that_needs_itself_is_a_cycle() -> None:
    assert "a → a" in errors_of("jobs: {a: {image: a}}")[0]


def test_up_and_down(pipeline: Pipeline) -> None:
    assert downstream(pipeline, _ids("b")) == _ids("b", "c[1]", "c[2]", "d")
    assert upstream(pipeline, _ids("c[1]")) == _ids("a", "b", "c[1]")


@pytest.mark.parametrize(
    ("request_", "targets", "may_run"),
    [
        (Request(), "a b c[1] c[2] d e", "a b c[1] c[2] d e"),
        (Request(["c"]), "c[1] c[2]", "a b c[1] c[2]"),
        (Request(["c[1]"]), "c[1]", "a b c[1]"),
        (Request(["c[*]"]), "c[1] c[2]", "a b c[1] c[2]"),
        (Request(to=["b"]), "b", "a b"),
        (Request(from_=["c"]), "c[1] c[2] d", "c[1] c[2] d"),
        (Request(["d"], from_=["c[1]"]), "d", "c[1] d"),
        (Request(only=["d"]), "d", "d"),
    ],
)
def test_selection(pipeline: Pipeline, request_: Request, targets: str, may_run: str) -> None:
    chosen = choose(pipeline, request_)

    assert set(chosen.targets) == _ids(*targets.split())
    assert chosen.may_run == _ids(*may_run.split())


def test_forced_jobs(pipeline: Pipeline) -> None:
    assert choose(pipeline, Request(force=["b"])).forced == _ids("b")
    assert choose(pipeline, Request(["b"], reuses=False)).forced == _ids("a", "b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cc", "cc: unknown job (did you mean c?)"),
        ("zzz", "zzz: unknown job (known are a, b, e, c, d)"),
        ("c[9]", "c[9]: unknown cell (did you mean c["),
        ("c[", "c[: unknown job"),
    ],
)
def test_unknown_names(pipeline: Pipeline, text: str, expected: str) -> None:
    with pytest.raises(PipelineInvalid) as caught:
        choose(pipeline, Request([text]))

    error = caught.value
    assert f"{error.what} ({error.hint})".startswith(expected)


def test_error_for_an_unknown_job_names_the_option(pipeline: Pipeline) -> None:
    with pytest.raises(PipelineInvalid, match="--from zzz: unknown job"):
        choose(pipeline, Request(from_=["zzz"]))


def test_nothing_above_a_fresh_job_is_looked_at(pipeline: Pipeline) -> None:
    fresh = {"d"}
    seen: list[str] = []

    def known(job: Job) -> Decision | None:
        seen.append(job.id)
        return Decision(job, State.FRESH) if job.id in fresh else None

    chosen = choose(pipeline, Request(["d", "e"]))
    decided = by_recipe(pipeline, chosen, tainted={}, known=known, as_it_is=lambda job: Decision(job, State.FRESH))

    assert seen == ["d", "e", "a"]
    assert [*decided] == ["a", "e", "d"]


def test_job_that_must_not_run_is_taken_as_it_is(pipeline: Pipeline) -> None:
    chosen = choose(pipeline, Request(only=["b"]))
    decided = by_recipe(
        pipeline, chosen, tainted={}, known=lambda _: None, as_it_is=lambda job: Decision(job, State.FRESH, "as it is")
    )

    assert decided[JobId("b")] is None
    assert decided[JobId("a")] is not None


def test_key_proves_nothing_below_a_job_that_runs_in_any_case(pipeline: Pipeline) -> None:
    chosen = choose(pipeline, Request(force=["e"]))

    assert tainted_jobs(pipeline, chosen, {JobId("b"): "a mount"}) == {
        "b": "a mount",
        "c[1]": "",
        "c[2]": "",
        "d": "",
        "e": "forced",
    }


def test_plan_of_ten_thousand_jobs_takes_less_than_half_a_second() -> None:
    small, large = _Times(1000), _Times(10_000)

    assert large.plan < 0.5 or sys.gettrace() is not None  # coverage takes time
    assert large.plan < 50 * small.plan  # 100 if it were quadratic
    assert large.expansion < 50 * small.expansion


class _Times:
    """The shortest of some measured times, in seconds, for a chain of jobs."""

    def __init__(self, count: int) -> None:
        jobs = "\n".join(f"  j{n}: {{image: j{n - 1}, cmd: [run, '{n}']}}" for n in range(1, count))
        self._tree = read_tree(f"jobs:\n  j0: {{build: .}}\n{jobs}\n".encode(), path=PATH)
        self.expansion = self.plan = float("inf")
        for _ in range(3):
            self._measure()

    def _measure(self) -> None:
        before = time.process_time()
        definition = read_pipeline(self._tree, path=PATH, errors=[])
        found = expand(definition, overrides={}, settings_of=lambda _: Settings())
        between = time.process_time()
        chosen = choose(found, Request())
        recipes: dict[JobId, str] = {}
        for id_, job in found.jobs.items():
            recipes[id_] = "build" if job.build else _recipe(job, recipes)
        tainted = tainted_jobs(found, chosen, {})
        by_recipe(found, chosen, tainted=tainted, known=lambda _: None, as_it_is=lambda job: Decision(job, State.FRESH))
        after = time.process_time()
        self.expansion, self.plan = min(self.expansion, between - before), min(self.plan, after - between)


def _recipe(job: Job, recipes: dict[JobId, str]) -> str:
    return recipe_of(job, recipes, options=Options((), None), code=lambda _: (), directory=lambda _a, _b: ())
