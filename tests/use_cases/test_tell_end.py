"""Jobs that fail or run out of memory: messages and records."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import EngineFailed
from jobber.domain.images.image import ImageConfiguration
from jobber.domain.images.reference import parse_reference, parse_registry
from jobber.domain.runs.policy import Outcome, PullPolicy, ResultImagePolicy
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.run.run import RunResult
from jobber.domain.use_cases.unfinished.attach import AttachToRun
from jobber.domain.use_cases.unfinished.recover import RecoverRuns
from jobber.testing import (
    FakeConsole,
    FakeEngine,
    FakeInterruptions,
    FakeProgress,
    Job,
    fake_run_finisher,
    fake_runner,
)
from jobber.testing.contract.world import job_program

LIMITED = ContainerOptions(memory=32 << 20)
RAISE = "raise the limit: -Xd '--memory 64m'"
WITHOUT_ENTRYPOINT = ImageConfiguration(command=("/job",))


def _fail(job: Job) -> int:
    job.on_signal("SIGINT", 7)
    job.sleep(2)
    return 3


def _late(job: Job) -> None:
    job.sleep(100)
    job.run_out_of_memory()


@pytest.fixture
def engine() -> FakeEngine:
    return _engine()


def _engine(**settings: str) -> FakeEngine:
    made = FakeEngine(**settings)  # type: ignore[arg-type]
    made.image("fail", run=_fail, configuration=WITHOUT_ENTRYPOINT)
    made.image("hungry", run=lambda job: job.run_out_of_memory())
    made.image("parent", run=lambda job: job.run_out_of_memory(goes_on=True))
    made.image("worker", run=job_program)
    return made


def _run(engine: FakeEngine, image: str, **settings: object) -> tuple[RunResult, FakeProgress]:
    progress = FakeProgress()
    chosen: dict[str, object] = {"options": LIMITED, **settings}
    result = fake_runner(engine, progress=progress).run(RunRequest(image, **chosen))  # type: ignore[arg-type]
    return result, progress


def _ending(engine: FakeEngine, result: RunResult) -> dict[str, object]:
    assert result.image is not None
    record = json.loads(engine.images.inspect(result.image).labels["jobber.run"])
    return {name: record[name] for name in ("outcome", "exit-code", "out-of-memory")}


def test_job_out_of_memory_is_recorded_and_told_with_the_limit_and_how_to_raise_it(engine: FakeEngine) -> None:
    result, progress = _run(engine, "hungry")

    assert (result.exit_status, result.out_of_memory) == (137, True)
    assert _ending(engine, result) == {"outcome": "failed", "exit-code": 137, "out-of-memory": True}
    assert progress.warnings == [("out-of-memory", {"limit": "32m", "hint": RAISE})]


def test_job_whose_child_ran_out_of_memory_is_told_of_though_it_succeeded(engine: FakeEngine) -> None:
    result, progress = _run(engine, "parent", memory_from="config.yml:2")

    assert _ending(engine, result) == {"outcome": "succeeded", "exit-code": 0, "out-of-memory": True}
    assert progress.warnings[0][1]["hint"] == "raise the limit in config.yml:2: --memory 64m"
    assert [event for event, _ in progress.notes] == ["result"]


def test_job_without_a_limit_has_that_of_the_machine(engine: FakeEngine) -> None:
    _, progress = _run(engine, "hungry", options=ContainerOptions())

    assert progress.warnings[0][1]["limit"] == "that of the engine's host"


def test_engine_that_does_not_report_it_is_guessed_at_where_the_job_was_killed() -> None:
    engine = _engine(flavour="podman", version="4.3.1")
    killed, progress = _run(engine, "hungry")
    _, quiet = _run(engine, "parent")

    assert _ending(engine, killed) == {"outcome": "failed", "exit-code": 137, "out-of-memory": None}
    assert progress.warnings == [("perhaps-out-of-memory", {"limit": "32m", "hint": RAISE})]
    assert quiet.warnings == []


@pytest.mark.parametrize("error", [EngineFailed("inspect the container", why="busy")])
def test_engine_that_can_t_be_asked_keeps_nobody_from_the_result(engine: FakeEngine, error: EngineFailed) -> None:
    engine.faults.fail("inspect-container", error)
    result, progress = _run(engine, "fail")

    assert _ending(engine, result) == {"outcome": "failed", "exit-code": 3, "out-of-memory": None}
    assert progress.warnings == []


@pytest.mark.parametrize(("after", "exit_status", "is_out"), [(1.0, 137, True), (3.0, 3, False)])
def test_memory_runs_out_on_demand(engine: FakeEngine, after: float, exit_status: int, *, is_out: bool) -> None:
    engine.faults.exhaust_memory(after=after)
    first, _ = _run(engine, "fail")
    second, _ = _run(engine, "fail")

    assert (first.exit_status, first.out_of_memory) == (exit_status, is_out)
    assert (second.exit_status, second.out_of_memory) == (3, False)


def test_job_that_was_killed_before_its_memory_ran_out_is_not_told_of(engine: FakeEngine) -> None:
    engine.image("late", run=_late)
    result, progress = _run(engine, "late", timeout=1)

    assert (result.outcome, result.out_of_memory, progress.warnings) == (Outcome.TIMED_OUT, False, [])


def test_memory_that_runs_out_twice_ran_out_the_first_time(engine: FakeEngine) -> None:
    words = ("exhaust-child", "sleep", "5", "exhaust-child", "sleep", "100")
    result, _ = _run(engine, "worker", command=words, timeout=2)

    assert (result.outcome, result.out_of_memory) == (Outcome.TIMED_OUT, True)


def test_run_that_is_recovered_has_it_in_its_record(engine: FakeEngine) -> None:
    fake_runner(engine).detach(RunRequest("hungry", LIMITED, detach=True))
    RecoverRuns(fake_run_finisher(engine)).recover()
    labels = engine.images.inspect(parse_reference("hungry:latest-run")).labels

    assert json.loads(labels["jobber.run"])["out-of-memory"] is True


def test_failed_job_is_told_last_with_what_starts_a_shell_in_its_result(engine: FakeEngine) -> None:
    _, progress = _run(engine, "fail")
    hint = "open a shell in it: jobber run -ri none fail:latest-run sh"

    assert progress.notes[-1] == ("job-failed", {"exit_status": 3, "took": 2.0, "hint": hint})


@pytest.mark.parametrize(
    ("image", "options"), [("hungry", ContainerOptions()), ("fail", ContainerOptions(entrypoint="/job"))]
)
def test_entry_point_makes_room_for_the_shell(engine: FakeEngine, image: str, options: ContainerOptions) -> None:
    _, progress = _run(engine, image, options=options)
    words = f"-Xd '--entrypoint sh' {image}:latest-run"

    assert progress.notes[-1][1]["hint"] == f"open a shell in it: jobber run -ri none {words}"


def test_result_without_a_tag_is_looked_into_by_its_id(engine: FakeEngine) -> None:
    id_ = engine.images.inspect(parse_reference("fail")).id
    result, progress = _run(engine, id_)
    assert result.image is not None
    short = result.image.removeprefix("sha256:")[:12]

    assert progress.notes[-1][1]["hint"] == f"open a shell in it: jobber run -ri none {short} sh"


@pytest.mark.parametrize("registry", [None, "registry.test"])
def test_result_of_a_registry_is_looked_into_by_its_id(engine: FakeEngine, registry: str | None) -> None:
    engine.image("registry.test/fail", run=_fail, configuration=WITHOUT_ENTRYPOINT)
    name = "fail" if registry else "registry.test/fail"
    result, progress = _run(
        engine,
        name,
        pull=PullPolicy.NEVER,
        push=False,
        registry=None if registry is None else parse_registry(registry),
    )
    assert result.image is not None

    assert result.image.removeprefix("sha256:")[:12] in str(progress.notes[-1][1]["hint"])


def test_failed_job_without_a_result_is_told_without_a_hint(engine: FakeEngine) -> None:
    _, progress = _run(engine, "fail", keep=ResultImagePolicy.SUCCESS)

    assert progress.notes == [("job-failed", {"exit_status": 3, "took": 2.0})]


def test_job_that_timed_out_is_told_as_well(engine: FakeEngine) -> None:
    _, progress = _run(engine, "fail", timeout=1, options=replace(LIMITED, stop_timeout=0))

    assert progress.notes[-1][0] == "job-timed-out"


def test_interrupted_job_is_not(engine: FakeEngine) -> None:
    interruptions, progress = FakeInterruptions(engine.clock), FakeProgress()
    interruptions.send("SIGINT", at=1)
    runner = fake_runner(engine, interruptions=interruptions, progress=progress)
    result = runner.run(RunRequest("fail", LIMITED))

    assert (result.outcome, progress.notes[-1][0]) == (Outcome.INTERRUPTED, "result")


def _attach(engine: FakeEngine, image: str, **settings: object) -> FakeProgress:
    request = RunRequest(image, LIMITED, detach=True, **settings)  # type: ignore[arg-type]
    run = fake_runner(engine).detach(request)
    progress = FakeProgress()
    AttachToRun(fake_run_finisher(engine, progress=progress), FakeConsole()).attach(run)
    return progress


def test_one_who_follows_a_run_is_told_as_well(engine: FakeEngine) -> None:
    progress = _attach(engine, "hungry")

    assert progress.warnings == [("out-of-memory", {"limit": "32m", "hint": RAISE})]
    assert progress.notes[-1][1]["hint"] == (
        "open a shell in it: jobber run -ri none -Xd '--entrypoint sh' hungry:latest-run"
    )


def test_one_who_follows_a_run_without_a_result_gets_no_hint(engine: FakeEngine) -> None:
    assert _attach(engine, "fail", keep=ResultImagePolicy.NONE).notes[-1][1] == {"exit_status": 3, "took": 2.0}
