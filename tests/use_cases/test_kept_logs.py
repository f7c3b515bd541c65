"""Outputs that an engine has not noted, of runs that could not be finished."""

from __future__ import annotations

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import EngineFailed, EngineLost, JobberError
from jobber.domain.runs.policy import PullPolicy
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.unfinished.recover import RecoverRuns
from jobber.testing import FakeEngine, FakeProgress, Job, fake_run_finisher, fake_runner

_REFUSED = EngineFailed("commit the container", why="no space left on device")


def _quick(job: Job) -> None:
    job.say("one\n")
    job.complain("two\n")


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.image("quick", run=_quick)

    def fill(job: Job) -> None:
        job.say("before\n")
        made.faults.fill_disk()
        job.say("after\n")

    made.image("fill", run=fill)
    return made


def _fails(engine: FakeEngine, image: str, *, progress: FakeProgress | None = None) -> str:
    with pytest.raises(JobberError) as caught:
        fake_runner(engine, progress=progress).run(RunRequest(image, ContainerOptions()))
    return caught.value.hint or ""


def _recovered(engine: FakeEngine, image: str) -> bytes:
    assert RecoverRuns(fake_run_finisher(engine)).recover() == ()
    return engine.read(f"{image}:latest-run", "/run.log")


def test_what_an_engine_without_room_has_not_noted_is_in_the_recovered_result(engine: FakeEngine) -> None:
    hint = _fails(engine, "fill")
    (run,) = engine.kept_logs.logs
    engine.faults.free_disk()

    assert hint.endswith(f"; the job's output is in memory/{run}.log until then")
    assert _recovered(engine, "fill") == b"before\nafter\n"
    assert engine.kept_logs.logs == {}


def test_nothing_is_kept_that_the_engine_has_noted(engine: FakeEngine) -> None:
    engine.fail("commit", _REFUSED)
    hint = _fails(engine, "quick")

    assert "the job's output" not in hint
    assert engine.kept_logs.logs == {}
    assert _recovered(engine, "quick") == b"one\ntwo\n"


def test_output_of_which_nothing_is_known_is_kept(engine: FakeEngine) -> None:
    engine.fail("commit", EngineLost("commit", why="gone"))
    engine.fail("logs", EngineLost("logs", why="gone"))
    hint = _fails(engine, "quick")

    assert "the job's output is in memory/" in hint
    assert _recovered(engine, "quick") == b"one\ntwo\n"


def test_output_that_can_be_kept_nowhere_is_told(engine: FakeEngine) -> None:
    engine.kept_logs.is_full = True
    progress = FakeProgress()
    hint = _fails(engine, "fill", progress=progress)
    engine.faults.free_disk()

    assert "the job's output" not in hint
    assert ("log-not-kept", {}) in progress.warnings
    assert _recovered(engine, "fill") == b"before\n"


def test_nothing_is_kept_of_a_run_that_was_finished(engine: FakeEngine) -> None:
    fake_runner(engine).run(RunRequest("quick", ContainerOptions()))

    assert engine.kept_logs.logs == {}


@pytest.mark.parametrize("call", ["push", "remove"])
def test_nothing_is_kept_of_a_run_whose_result_has_its_log(engine: FakeEngine, call: str) -> None:
    engine.image("registry.test/team/quick", run=_quick)
    engine.faults.disappear(at=call)  # type: ignore[arg-type]
    with pytest.raises(EngineLost):
        fake_runner(engine).run(RunRequest("registry.test/team/quick", ContainerOptions(), pull=PullPolicy.NEVER))

    assert engine.kept_logs.logs == {}


def test_output_is_kept_where_an_engine_without_room_can_t_even_claim_the_run(engine: FakeEngine) -> None:
    engine.fail("logs", EngineLost("logs", why="gone"))
    engine.fail("claim-run", _REFUSED)
    engine.faults.break_line()
    hint = _fails(engine, "quick")
    engine.die()

    assert "is kept: " in hint
    assert "; the job's output is in memory/" in hint
    assert _recovered(engine, "quick") == b"one\ntwo\n"
    assert engine.kept_logs.logs == {}


def test_claim_that_fails_keeps_nothing_that_the_engine_has_noted(engine: FakeEngine) -> None:
    engine.fail("claim-run", _REFUSED)
    engine.faults.break_line()

    assert _fails(engine, "quick").endswith("finishes its run when the job has ended")
    assert engine.kept_logs.logs == {}
