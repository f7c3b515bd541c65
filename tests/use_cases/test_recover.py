"""Runs that nobody watches any more, finished later."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from jobber.domain.containers.container import ContainerSpecification
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import (
    CodeImageGone,
    ContainerNotFound,
    EngineFailed,
    EngineLost,
    ImageNotFound,
    JobberError,
    LogUnreadable,
)
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.policy import Outcome
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.unfinished.recover import RecoverRuns
from jobber.testing import FakeEngine, FakeProgress, Job, fake_run_finisher, fake_runner


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


def _recovery(engine: FakeEngine, *, alive: bool = False) -> tuple[RecoverRuns, FakeProgress]:
    progress = FakeProgress()
    return RecoverRuns(fake_run_finisher(engine, progress=progress, is_alive=lambda _owner: alive)), progress


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


def test_container_whose_plan_can_t_be_read_is_left_alone(engine: FakeEngine) -> None:
    image = engine.images.inspect(parse_reference("job")).id
    engine.containers.create(ContainerSpecification(image, ContainerOptions(), labels={Label.RUN: "{not a plan"}))
    recovery, progress = _recovery(engine)
    errors = recovery.recover()

    assert (errors, [name for name, _ in progress.notes]) == ((), ["nothing-to-recover"])
    assert len(engine.containers.list(labels={})) == 1


def test_container_that_was_never_started_is_removed(engine: FakeEngine) -> None:
    engine.fail("start", EngineLost("start", why="gone"))
    with pytest.raises(EngineLost) as caught:
        fake_runner(engine).run(RunRequest("job", ContainerOptions()))
    recovery, progress = _recovery(engine)
    errors = recovery.recover()

    assert "`jobber recover` finishes its run" in (caught.value.hint or "")
    assert (errors, [name for name, _ in progress.notes]) == ((), ["never-started"])
    assert engine.containers.list(labels={}) == []


def test_run_that_another_finishes_meanwhile_is_no_error(engine: FakeEngine) -> None:
    _lose(engine)
    engine.clock.advance(200)
    engine.fail("inspect-container", ContainerNotFound("gone"))
    recovery, progress = _recovery(engine)
    errors = recovery.recover()

    assert (errors, [name for name, _ in progress.notes]) == ((), ["nothing-to-recover"])


def test_what_the_dead_have_left_is_swept_away_and_counted(engine: FakeEngine) -> None:
    image = engine.images.inspect(parse_reference("job")).id
    engine.runs.claim("a", image=image)
    engine.runs.note_end("b", image=image, outcome=Outcome.INTERRUPTED)
    engine.die()
    recovery, progress = _recovery(engine)
    recovery.recover()

    assert progress.notes == [("swept", {"count": 2})]
    assert (engine.runs.holder("a"), engine.runs.noted_end("b")) == ("", None)


def test_output_that_the_engine_has_not_kept_is_told_of_and_the_rest_is_saved(engine: FakeEngine) -> None:
    _lose(engine)
    engine.clock.advance(200)
    engine.fail("logs", LogUnreadable(why="its driver is none"))
    recovery, progress = _recovery(engine)
    errors = recovery.recover()

    assert (errors, progress.warnings) == ((), [("log-unreadable", {"why": "its driver is none"})])
    assert engine.read("job:latest-run", "/run.log") == b""
    assert engine.read("job:latest-run", "/model") == b"m"


@pytest.mark.parametrize("date", [None, "yesterday", "2026-01-01T00:00:00"])
def test_latest_result_of_unknown_date_gives_way_to_one_that_is_finished_late(
    engine: FakeEngine, date: str | None
) -> None:
    other = engine.image("job:latest-run", files={"/x": "x"}, labels={} if date is None else {Label.CREATED: date})
    _lose(engine)
    engine.clock.advance(200)
    recovery, _ = _recovery(engine)
    recovery.recover()

    assert engine.images.inspect(parse_reference("job:latest-run")).id != other


@pytest.mark.parametrize("is_used", [False, True])
def test_of_two_results_of_one_run_the_first_stays(engine: FakeEngine, *, is_used: bool) -> None:
    commit = engine.containers.commit
    made: list[ImageId] = []

    def commit_twice(*words: Any, **settings: Any) -> ImageId:
        """Commit as an engine does that continues after jobber was killed."""
        for _ in range(2):
            made.append(commit(*words, **settings))
            engine.clock.advance(1)
        if is_used:
            engine.containers.create(ContainerSpecification(made[1], ContainerOptions(entrypoint="/x")))
        return made[1]

    _lose(engine)
    engine.clock.advance(200)
    engine.containers.commit = commit_twice  # type: ignore[method-assign]
    recovery, _ = _recovery(engine)
    errors = recovery.recover()

    assert errors == ()
    assert engine.images.inspect(parse_reference("job:latest-run")).id == made[0]
    assert (made[1] in engine.store.images) is is_used


def test_images_built_from_a_result_whose_run_is_not_finished_stay(engine: FakeEngine) -> None:
    _lose(engine)
    engine.clock.advance(200)
    engine.fail("remove", EngineFailed("remove the container", why="busy"))
    _recovery(engine)[0].recover()
    result = engine.made[-1]
    engine.clock.advance(1)
    stored = engine.store.images[result]
    configured = engine.store.add_image(stored.layers, stored.configuration, {**stored.labels, "zz": "1"})
    engine.images.tag(configured, reference=parse_reference("configured"))
    built = engine.image("built", base=result, labels={"jobber.build-tags": "built:latest"}, files={"/x": "x"})
    for name in engine.images.inspect(result).references:
        engine.store.tags.drop(name)
    more = engine.image("more", base=result, files={"/y": "y"})
    engine.images.tag(result, reference=parse_reference("job:20260101_000500"))
    errors = _recovery(engine)[0].recover()

    assert errors == ()
    assert engine.containers.list(labels={}) == []
    assert {result, configured, built, more} <= {*engine.store.images}
    assert engine.images.inspect(parse_reference("job:latest-run")).id == result


def test_result_that_somebody_removes_at_once_is_an_error_and_its_container_stays(engine: FakeEngine) -> None:
    commit = engine.containers.commit

    def commit_in_vain(*words: Any, **settings: Any) -> ImageId:
        made = commit(*words, **settings)
        engine.images.remove(made)
        return made

    _lose(engine)
    engine.clock.advance(200)
    engine.containers.commit = commit_in_vain  # type: ignore[method-assign]
    recovery, _ = _recovery(engine)
    errors = recovery.recover()

    assert [error.what for error in errors] == [
        "the engine could not find the result: it was created, but no longer exists"
    ]
    assert len(engine.containers.list(labels={})) == 1


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_moment_that_the_engine_does_not_tell_is_now(engine: FakeEngine, text: str, moment: datetime | None) -> None:
    engine.clock.advance(7)
    run_finisher = fake_run_finisher(engine)

    assert run_finisher.moment(text) == (moment or engine.clock.now())


def _notes(engine: FakeEngine, *, alive: bool | None = False) -> list[tuple[str, dict[str, object]]]:
    """Return the messages of a recovery, with all facts."""
    progress = FakeProgress()
    RecoverRuns(fake_run_finisher(engine, progress=progress, is_alive=lambda _owner: alive)).recover()
    return progress.notes


def _lost(engine: FakeEngine) -> dict[str, object]:
    """A run that was lost, as messages name it."""
    _lose(engine)
    container = engine.containers.list(labels={Label.RUN: None})[-1]
    return {"run": json.loads(container.labels[Label.RUN])["id"], "image": "job:latest"}


def test_run_that_is_recovered_is_told_with_its_id_and_image(engine: FakeEngine) -> None:
    facts = _lost(engine)
    engine.clock.advance(200)
    told = _notes(engine)

    assert [event for event, _ in told] == ["result", "recovered"]
    assert told[1] == ("recovered", facts)


def test_job_that_still_runs_is_told_with_its_id_and_image(engine: FakeEngine) -> None:
    facts = _lost(engine)

    assert _notes(engine) == [("still-running", facts)]


def test_run_of_another_machine_is_told_with_that_machine(engine: FakeEngine) -> None:
    facts = _lost(engine)
    engine.clock.advance(101)

    assert _notes(engine, alive=None) == [("perhaps-watched", {"owner": "fake", **facts})]


def test_run_that_was_never_started_is_told_with_its_id_and_image(engine: FakeEngine) -> None:
    engine.fail("start", EngineLost("start", why="gone"))
    with pytest.raises(EngineLost):
        fake_runner(engine).run(RunRequest("job", ContainerOptions()))
    (container,) = engine.containers.list(labels={Label.RUN: None})
    run = json.loads(container.labels[Label.RUN])["id"]

    assert _notes(engine) == [("never-started", {"run": run, "image": "job:latest"})]


def test_run_that_another_finishes_is_told_with_him(engine: FakeEngine) -> None:
    facts = _lost(engine)
    engine.clock.advance(200)
    claim = engine.runs.claim(str(facts["run"]), image=engine.images.inspect(parse_reference("job")).id)
    told = _notes(engine)
    claim.release()

    assert told[0] == ("being-finished", {"why": f"run {facts['run']} is being finished by process 1 on fake"})


def test_error_is_something_that_was_found(engine: FakeEngine) -> None:
    _lost(engine)
    engine.clock.advance(200)
    engine.fail("commit", EngineFailed("commit", why="full"))

    assert _notes(engine) == []


def test_what_is_swept_is_told_besides_what_is_recovered(engine: FakeEngine) -> None:
    facts = _lost(engine)
    engine.clock.advance(200)
    engine.runs.note_end("gone", image=engine.images.inspect(parse_reference("job")).id, outcome=Outcome.FAILED)

    assert _notes(engine)[1:] == [("recovered", facts), ("swept", {"count": 1})]


def test_job_at_its_limit_is_not_over_it(engine: FakeEngine) -> None:
    fake_runner(engine).detach(RunRequest("job", ContainerOptions(), detach=True, timeout=20.0))
    engine.clock.advance(20)

    assert [event for event, _ in _notes(engine)] == ["still-running"]


@pytest.mark.parametrize("name", [None, "another"])
def test_run_whose_code_image_was_removed_is_named_with_what_can_be_done(engine: FakeEngine, name: str | None) -> None:
    code = engine.images.inspect(parse_reference("job:latest")).id
    _lose(engine)
    engine.clock.advance(200)
    (container,) = engine.containers.list(labels={})
    engine.fail("commit", ImageNotFound(name or code))
    (error,) = _recovery(engine)[0].recover()

    assert isinstance(error, ImageNotFound if name else CodeImageGone)
    if isinstance(error, CodeImageGone):
        assert error.what.endswith(f"can't be finished: its code image job:latest ({code[7:19]}) was removed")
        assert f"copy the files you need from container {container.id[:12]}" in (error.hint or "")
