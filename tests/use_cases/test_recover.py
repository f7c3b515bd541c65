"""Runs that nobody watches any more, finished later."""

from __future__ import annotations

import json

import pytest

from jobber.domain.errors import EngineFailed, EngineLost, JobberError
from jobber.domain.options import ContainerOptions
from jobber.domain.reference import parse_reference
from jobber.domain.use_cases.recover import Recovery
from jobber.domain.use_cases.run import RunRequest
from jobber.testing import FakeEngine, FakeProgress, Job, fake_adoption, fake_runner


def _job(job: Job) -> int:
    job.say("begun\n")
    job.files.write("/model", "m")
    job.sleep(100)
    job.complain("over\n")
    return 3


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.image("job", run=_job)
    return made


def _recovery(engine: FakeEngine, *, alive: bool = False) -> tuple[Recovery, FakeProgress]:
    progress = FakeProgress()
    return Recovery(fake_adoption(engine, progress=progress, is_alive=lambda _owner: alive)), progress


def _lose(engine: FakeEngine, call: str = "stream") -> None:
    engine.fail(call, EngineLost(call, why="gone") if call == "stream" else EngineFailed(call, why="full"))
    with pytest.raises(JobberError):
        fake_runner(engine).run(RunRequest("job", ContainerOptions(), out="/model"))


@pytest.mark.parametrize("call", ["stream", "commit"])
def test_result_is_what_the_run_itself_would_have_made(engine: FakeEngine, call: str) -> None:
    _lose(engine, call)
    engine.clock.advance(200)
    recovery, _ = _recovery(engine)
    errors = recovery.recover()
    result = engine.images.inspect(parse_reference("job:latest-run"))
    record = json.loads(result.labels["jobber.run"])

    assert errors == ()
    assert engine.read(result.id, "/run.log") == b"begun\nover\n"
    assert engine.read(result.id, "/model") == b"m"
    assert result.labels["jobber.out"] == "/model"
    assert (record["outcome"], record["exit-code"]) == ("failed", 3)
    assert engine.containers.list(labels={}) == []


def test_job_that_still_runs_is_left_alone(engine: FakeEngine) -> None:
    _lose(engine)
    recovery, progress = _recovery(engine)
    recovery.recover()

    assert [name for name, _ in progress.notes] == ["still-running"]
    assert len(engine.containers.list(labels={})) == 1


def test_run_that_somebody_watches_is_left_alone(engine: FakeEngine) -> None:
    _lose(engine)
    engine.clock.advance(200)
    recovery, progress = _recovery(engine, alive=True)
    recovery.recover()

    assert [name for name, _ in progress.notes] == ["nothing-to-recover"]
    assert len(engine.containers.list(labels={})) == 1


def test_second_recovery_has_nothing_to_do(engine: FakeEngine) -> None:
    _lose(engine)
    engine.clock.advance(200)
    _recovery(engine)[0].recover()
    recovery, progress = _recovery(engine)
    recovery.recover()

    assert [name for name, _ in progress.notes] == ["nothing-to-recover"]


def test_run_that_can_t_be_finished_does_not_keep_others_from_it(engine: FakeEngine) -> None:
    _lose(engine)
    _lose(engine)
    engine.clock.advance(400)
    engine.fail("commit", EngineFailed("commit", why="full"))
    recovery, _ = _recovery(engine)
    errors = recovery.recover()

    assert len(errors) == 1
    assert len(engine.containers.list(labels={})) == 1
