"""Runs that others have started: listed, followed, stopped, and finished once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from jobber.domain.containers.container import ContainerState, Terminal
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import (
    ContainerNotFound,
    EngineFailed,
    EngineLost,
    Interrupted,
    PushRefused,
    RunNotFound,
)
from jobber.domain.images.reference import parse_reference
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.policy import Outcome, PullPolicy, ResultImagePolicy
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.run.run import RunResult
from jobber.domain.use_cases.unfinished.attach import AttachToRun
from jobber.domain.use_cases.unfinished.list_runs import State, list_runs
from jobber.domain.use_cases.unfinished.recover import RecoverRuns
from jobber.domain.use_cases.unfinished.stop import StopRun
from jobber.testing import (
    FakeConsole,
    FakeEngine,
    FakeInterruptions,
    FakeProgress,
    Job,
    fake_run_finisher,
    fake_runner,
)


def _job(job: Job) -> int:
    job.say("begun\n")
    job.sleep(100)
    job.complain("over\n")
    return 3


def _obedient(job: Job) -> int:
    job.on_signal("SIGTERM", 7)
    return _job(job)


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.image("job", run=_job)
    made.image("obedient", run=_obedient)
    return made


def _detach(engine: FakeEngine, image: str = "job", **settings: object) -> str:
    request = RunRequest(image, ContainerOptions(), detach=True, **settings)  # type: ignore[arg-type]
    return fake_runner(engine).detach(request)


def _attach(engine: FakeEngine, run: str, console: FakeConsole | None = None, **settings: object) -> RunResult:
    run_finisher = fake_run_finisher(engine, **settings)  # type: ignore[arg-type]
    return AttachToRun(run_finisher, console or FakeConsole()).attach(run)


def _record(engine: FakeEngine, tag: str = "job:latest-run") -> dict[str, object]:
    record: dict[str, object] = json.loads(engine.images.inspect(parse_reference(tag)).labels[Label.RUN])
    return record


def _results(engine: FakeEngine, run: str) -> int:
    return len(engine.runs.results(run))


def test_detached_run_goes_on_alone(engine: FakeEngine) -> None:
    run = _detach(engine)
    (container,) = engine.containers.list(labels={Label.RUN: None})

    assert container.state is ContainerState.RUNNING
    assert json.loads(container.labels[Label.RUN])["id"] == run


def test_attaching_gives_output_status_and_result(engine: FakeEngine) -> None:
    run = _detach(engine, out="/model")
    engine.clock.advance(50)
    console = FakeConsole()
    result = _attach(engine, run, console)

    assert (console.stdout, console.stderr, result.exit_status) == (b"begun\n", b"over\n", 3)
    assert engine.read("job:latest-run", "/run.log") == b"begun\nover\n"
    assert engine.containers.list(labels={}) == []


def test_attaching_when_all_is_over_finishes_as_well(engine: FakeEngine) -> None:
    run = _detach(engine)
    engine.clock.advance(500)

    assert _attach(engine, run).exit_status == 3
    assert _results(engine, run) == 1


def test_signal_to_one_who_attaches_leaves_the_job_alone(engine: FakeEngine) -> None:
    run = _detach(engine)
    interruptions = FakeInterruptions(engine.clock)
    interruptions.send("SIGINT", at=10)
    with pytest.raises(Interrupted) as caught:
        _attach(engine, run, interruptions=interruptions)
    (container,) = engine.containers.list(labels={Label.RUN: None})

    assert caught.value.signal == "SIGINT"
    assert f"jobber attach {run}" in (caught.value.hint or "")
    assert container.state is ContainerState.RUNNING


@pytest.mark.parametrize("by", ["id", "prefix", "container", "name"])
def test_run_is_found_by(engine: FakeEngine, by: str) -> None:
    run = _detach(engine)
    (container,) = engine.containers.list(labels={Label.RUN: None})
    text = {"id": run, "prefix": run[:-2], "container": container.id[:12], "name": container.name}[by]

    assert _attach(engine, text).exit_status == 3


def test_three_characters_of_an_id_mean_none(engine: FakeEngine) -> None:
    run = _detach(engine)
    (container,) = engine.containers.list(labels={Label.RUN: None})

    for text in (run[:3], container.id[:3]):
        with pytest.raises(RunNotFound):
            _attach(engine, text)


def test_prefix_of_two_runs_means_none(engine: FakeEngine) -> None:
    first, second = _detach(engine), _detach(engine)
    common = next(first[:n] for n in range(len(first), 0, -1) if second.startswith(first[:n]))
    with pytest.raises(RunNotFound) as caught:
        _attach(engine, common)

    assert "2 runs have the ID prefix" in caught.value.what


def test_limit_of_a_detached_run_is_seen_to_by_whoever_attaches(engine: FakeEngine) -> None:
    run = _detach(engine, "obedient", timeout=20.0)
    result = _attach(engine, run)

    assert (result.exit_status, result.outcome) == (124, Outcome.TIMED_OUT)
    assert _record(engine, "obedient:latest-run")["exit-code"] == 7


def test_recovery_ends_a_job_that_is_over_its_limit(engine: FakeEngine) -> None:
    _detach(engine, timeout=20.0)
    engine.clock.advance(30)
    errors = RecoverRuns(fake_run_finisher(engine)).recover()

    assert errors == ()
    assert (_record(engine)["outcome"], _record(engine)["exit-code"]) == ("timed-out", 137)


def test_stopped_run_is_finished_as_interrupted(engine: FakeEngine) -> None:
    run = _detach(engine, "obedient")
    StopRun(fake_run_finisher(engine)).stop(run)
    record = _record(engine, "obedient:latest-run")

    assert (record["outcome"], record["exit-code"]) == ("interrupted", 7)
    assert engine.containers.list(labels={}) == []


def test_job_that_will_not_stop_is_killed(engine: FakeEngine) -> None:
    run = _detach(engine)
    StopRun(fake_run_finisher(engine)).stop(run)

    assert (_record(engine)["outcome"], _record(engine)["exit-code"]) == ("interrupted", 137)


def test_reason_to_end_outlives_the_jobber_that_had_it(engine: FakeEngine) -> None:
    interruptions = FakeInterruptions(engine.clock)
    interruptions.send("SIGTERM", at=5)
    engine.fail("commit", EngineFailed("commit", why="full"))
    with pytest.raises(EngineFailed):
        fake_runner(engine, interruptions=interruptions).run(RunRequest("obedient", ContainerOptions()))
    RecoverRuns(fake_run_finisher(engine)).recover()

    assert _record(engine, "obedient:latest-run")["outcome"] == "interrupted"


@pytest.mark.parametrize("call", ["commit", "claim", "tag", "push", "remove"])
@pytest.mark.parametrize("after", [False, True])
def test_run_that_dies_at_any_step_has_one_result_in_the_end(engine: FakeEngine, call: str, *, after: bool) -> None:
    name = "registry.test/team/job"
    engine.image(name, run=_job)
    engine.fail(call, EngineLost(call, why="killed"), after=after)
    with pytest.raises(EngineLost):
        fake_runner(engine).run(RunRequest(name, ContainerOptions(), pull=PullPolicy.NEVER))
    engine.die()
    RecoverRuns(fake_run_finisher(engine)).recover()
    recorded = [image for image in engine.store.images.values() if '"outcome"' in image.labels.get(Label.RUN, "")]
    tags = engine.images.inspect(recorded[0].id).references

    assert len(recorded) == 1
    assert len(tags) == 2
    assert len(engine.remote.tags(name)) == 2
    assert engine.containers.list(labels={}) == []
    assert engine.store.claims == {}


def test_recovery_that_dies_leaves_the_rest_to_the_next(engine: FakeEngine) -> None:
    run = _detach(engine)
    engine.clock.advance(200)
    engine.fail("tag", EngineLost("tag", why="killed"))
    RecoverRuns(fake_run_finisher(engine)).recover()
    engine.die()
    errors = RecoverRuns(fake_run_finisher(engine)).recover()

    assert (errors, _results(engine, run)) == ((), 1)


def test_run_that_another_is_finishing_is_left_to_it(engine: FakeEngine) -> None:
    run = _detach(engine)
    engine.clock.advance(200)
    claim = engine.runs.claim(run, image=engine.images.inspect(parse_reference("job:latest")).id)
    progress = FakeProgress()
    RecoverRuns(fake_run_finisher(engine, progress=progress)).recover()
    claim.release()

    assert "being-finished" in [name for name, _ in progress.notes]
    assert (len(engine.containers.list(labels={})), _results(engine, run)) == (1, 0)


def test_one_who_attaches_waits_for_the_one_who_finishes(engine: FakeEngine) -> None:
    run = _detach(engine)

    def finish_meanwhile(owner: str) -> bool:
        if owner == "the runner" and engine.clock.monotonic() > 150:
            RecoverRuns(fake_run_finisher(engine)).recover()
        return True

    label = engine.containers.list(labels={})[0].labels[Label.RUN].replace('"owner":""', '"owner":"the runner"')
    stored = next(iter(engine.store.containers.values()))
    stored.labels = {**stored.labels, Label.RUN: label}
    result = _attach(engine, run, is_alive=finish_meanwhile)

    assert (result.exit_status, _results(engine, run)) == (3, 1)


def test_run_of_another_machine_is_left_alone_for_some_minutes(engine: FakeEngine) -> None:
    run = _detach(engine)
    label = engine.containers.list(labels={})[0].labels[Label.RUN].replace('"owner":""', '"owner":"far/b/1/1"')
    stored = next(iter(engine.store.containers.values()))
    stored.labels = {**stored.labels, Label.RUN: label}
    engine.clock.advance(101)
    list_runs(fake_run_finisher(engine, is_alive=lambda _owner: None))
    RecoverRuns(fake_run_finisher(engine, is_alive=lambda _owner: None)).recover()
    early = _results(engine, run)
    engine.clock.advance(timedelta(minutes=6).total_seconds())
    RecoverRuns(fake_run_finisher(engine, is_alive=lambda _owner: None)).recover()

    assert (early, _results(engine, run)) == (0, 1)


def test_runs_are_listed_with_how_they_stand(engine: FakeEngine) -> None:
    ended, running = _detach(engine), None
    engine.clock.advance(200)
    running = _detach(engine)
    engine.clock.advance(5)
    states = list_runs(fake_run_finisher(engine))

    assert [(state.id, state.state, state.age) for state in states] == [
        (ended, State.ENDED, 205.0),
        (running, State.RUNNING, 5.0),
    ]
    assert states[0].facts()["exit-code"] == 3


def test_late_result_takes_no_tag_from_a_newer_one(engine: FakeEngine) -> None:
    late = _detach(engine)
    engine.clock.advance(200)
    newer = fake_runner(engine).run(RunRequest("job", ContainerOptions()))
    RecoverRuns(fake_run_finisher(engine)).recover()

    assert engine.images.inspect(parse_reference("job:latest-run")).id == newer.image
    assert [len(image.references) for image in engine.runs.results(late)] == [1]


def test_signal_between_commit_and_push_gives_up_the_push_alone(engine: FakeEngine) -> None:
    name = "registry.test/team/quick"
    interruptions = FakeInterruptions(engine.clock)

    def quick(job: Job) -> int:
        job.say("done\n")
        return 0

    engine.image(name, run=quick)
    claim = engine.images.claim

    def claim_and_interrupt(*words: object, **settings: object) -> None:
        interruptions.send("SIGINT")
        claim(*words, **settings)  # type: ignore[arg-type]

    engine.images.claim = claim_and_interrupt  # type: ignore[method-assign]
    runner = fake_runner(engine, interruptions=interruptions)
    with pytest.raises(Interrupted) as caught:
        runner.run(RunRequest(name, ContainerOptions(), pull=PullPolicy.NEVER))

    assert f"jobber push {name}:latest-run" in (caught.value.hint or "")
    assert len(engine.images.inspect(parse_reference(f"{name}:latest-run")).references) == 2
    assert engine.containers.list(labels={}) == []


def test_push_that_recovery_can_t_make_is_told_and_not_tried_for_ever(engine: FakeEngine) -> None:
    name = "registry.test/team/job"
    engine.image(name, run=_job)
    _detach(engine, name, pull=PullPolicy.NEVER)
    engine.clock.advance(200)
    engine.remote.refuse_pushes(name, why="denied")
    errors = RecoverRuns(fake_run_finisher(engine)).recover()

    assert [type(error) for error in errors] == [PushRefused]
    assert engine.containers.list(labels={}) == []


def test_result_that_is_not_wanted_is_not_made(engine: FakeEngine) -> None:
    run = _detach(engine, keep=ResultImagePolicy.SUCCESS)
    result = _attach(engine, run)

    assert (result.exit_status, result.image, _results(engine, run)) == (3, None, 0)


def test_terminal_is_the_jobs_and_its_size_follows(engine: FakeEngine) -> None:
    console = FakeConsole(terminal=Terminal(rows=24, columns=80))
    interruptions = FakeInterruptions(engine.clock)
    interruptions.resize(at=5)
    seen: list[bool] = []

    def program(job: Job) -> int:
        seen.append(console.is_raw)
        job.say(f"{job.terminal}\n")
        job.sleep(10)
        return 0

    engine.image("screen", run=program)
    fake_runner(engine, console=console, interruptions=interruptions).run(RunRequest("screen", ContainerOptions()))

    assert seen == [True]
    assert not console.is_raw
    assert console.stdout == b"Terminal(rows=24, columns=80)\r\n"
    assert [call.subject for call in engine.calls if call.name == "resize"][:2] == ["24x80", "24x80"]


def test_terminal_is_restored_before_an_error_is_told(engine: FakeEngine) -> None:
    console = FakeConsole(terminal=Terminal(rows=24, columns=80))
    engine.fail("stream", EngineLost("the run", why="gone"))
    with pytest.raises(EngineLost):
        fake_runner(engine, console=console).run(RunRequest("job", ContainerOptions()))

    assert not console.is_raw


def test_detached_run_has_no_terminal(engine: FakeEngine) -> None:
    console = FakeConsole(terminal=Terminal(rows=24, columns=80))
    fake_runner(engine, console=console).detach(RunRequest("job", ContainerOptions(), detach=True))
    (container,) = engine.containers.list(labels={Label.RUN: None})

    assert not container.terminal


def _owned_by(engine: FakeEngine, owner: str) -> None:
    """Let the last run be one that somebody started who watches it."""
    stored = list(engine.store.containers.values())[-1]
    label = stored.labels[Label.RUN].replace('"owner":""', f'"owner":"{owner}"')
    stored.labels = {**stored.labels, Label.RUN: label}


def _never_started(engine: FakeEngine, image: str = "job") -> str:
    """A run whose jobber died before it could start the job."""
    engine.fail("start", EngineLost("start", why="gone"))
    with pytest.raises(EngineLost):
        fake_runner(engine).detach(RunRequest(image, ContainerOptions(), detach=True))
    container = engine.containers.list(labels={Label.RUN: None})[-1]
    return str(json.loads(container.labels[Label.RUN])["id"])


@pytest.mark.parametrize("text", ["nowhere", ""])
def test_run_that_is_not_there_is_told(engine: FakeEngine, text: str) -> None:
    _detach(engine)
    with pytest.raises(RunNotFound) as caught:
        _attach(engine, text)

    assert caught.value.what == f"there is no unfinished run {text}"


def test_name_of_a_container_goes_before_the_beginning_of_an_id(engine: FakeEngine) -> None:
    run = _detach(engine)
    request = RunRequest("job", ContainerOptions(name=run[:8]), detach=True)
    named = fake_runner(engine).detach(request)
    StopRun(fake_run_finisher(engine)).stop(run[:8])

    assert (_results(engine, run), _results(engine, named)) == (0, 1)


def test_run_that_has_not_begun_can_t_be_attached_to(engine: FakeEngine) -> None:
    run = _never_started(engine)
    with pytest.raises(RunNotFound) as caught:
        _attach(engine, run)

    assert caught.value.what == f"not started yet is run {run}"


def _finished_but_for_its_container(engine: FakeEngine) -> str:
    """A run whose result is there, and whose container could not be removed."""
    run = _detach(engine, out="/model")
    engine.clock.advance(200)
    engine.fail("remove", EngineFailed("remove", why="busy"))
    RecoverRuns(fake_run_finisher(engine)).recover()
    return run


@pytest.mark.parametrize("call", ["follow", "stream"])
def test_run_that_another_finishes_under_our_eyes_is_told_as_it_ended(engine: FakeEngine, call: str) -> None:
    run = _finished_but_for_its_container(engine)
    engine.fail(call, ContainerNotFound("job"))
    progress = FakeProgress()
    result = _attach(engine, run, progress=progress)
    kept = engine.images.inspect(parse_reference("job:latest-run"))

    assert (result.exit_status, result.outcome, result.image) == (3, Outcome.FAILED, kept.id)
    assert set(map(str, result.tags)) == set(map(str, kept.references))
    assert [(name, facts["id"], facts["run"]) for name, facts in progress.notes] == [
        ("finished-by-another", kept.id, run)
    ]


def test_run_that_vanishes_under_our_eyes_without_a_result_is_an_error(engine: FakeEngine) -> None:
    run = _detach(engine)
    engine.fail("follow", ContainerNotFound("job"))
    with pytest.raises(ContainerNotFound):
        _attach(engine, run)


def test_one_who_attaches_with_a_terminal_gives_it_to_the_job(engine: FakeEngine) -> None:
    first = FakeConsole(terminal=Terminal(rows=24, columns=80))
    engine.fail("stream", EngineLost("the run", why="gone"))
    with pytest.raises(EngineLost):
        fake_runner(engine, console=first).run(RunRequest("job", ContainerOptions()))
    (container,) = engine.containers.list(labels={Label.RUN: None})
    second = FakeConsole(terminal=Terminal(rows=50, columns=132))
    _attach(engine, container.name, second)

    assert [call.subject for call in engine.calls if call.name == "resize"][-1] == "50x132"
    assert (second.stdout, second.is_raw) == (b"begun\r\nover\r\n", False)


def test_limit_of_a_run_that_somebody_watches_is_left_to_him(engine: FakeEngine) -> None:
    run = _detach(engine, timeout=20.0)
    _owned_by(engine, "here/boot/1/1")
    dead_at = 150.0
    result = _attach(engine, run, is_alive=lambda _owner: engine.clock.monotonic() < dead_at)

    assert (result.exit_status, engine.clock.monotonic() >= 100) == (3, True)


def test_limit_that_is_over_ends_the_job_at_once(engine: FakeEngine) -> None:
    run = _detach(engine, "obedient", timeout=20.0)
    engine.clock.advance(50)
    result = _attach(engine, run)

    assert (result.exit_status, engine.clock.monotonic()) == (124, 50)


def test_output_is_given_since_a_moment(engine: FakeEngine) -> None:
    run = _detach(engine)
    engine.clock.advance(50)
    console = FakeConsole()
    AttachToRun(fake_run_finisher(engine), console).attach(run, since=engine.clock.now())

    assert (console.stdout, console.stderr) == (b"", b"over\n")


def test_run_that_has_not_begun_is_removed_when_it_is_stopped(engine: FakeEngine) -> None:
    run = _never_started(engine)
    progress = FakeProgress()
    finished = StopRun(fake_run_finisher(engine, progress=progress)).stop(run)

    assert (finished.image, [name for name, _ in progress.notes]) == (None, ["never-started"])
    assert engine.containers.list(labels={}) == []


def test_run_whose_job_has_ended_is_finished_when_it_is_stopped(engine: FakeEngine) -> None:
    run = _detach(engine)
    engine.clock.advance(200)
    StopRun(fake_run_finisher(engine)).stop(run)

    assert "signal" not in engine.journal
    assert (_record(engine)["outcome"], _record(engine)["exit-code"]) == ("failed", 3)


def test_job_that_is_stopped_has_its_time_to_end(engine: FakeEngine) -> None:
    run = _detach(engine)
    StopRun(fake_run_finisher(engine)).stop(run)
    signals = [(int(call.moment), call.subject) for call in engine.calls if call.name == "signal"]

    assert signals == [(0, "SIGTERM"), (10, "SIGKILL")]


def test_stopping_can_be_given_up_while_the_job_takes_its_time(engine: FakeEngine) -> None:
    run = _detach(engine)
    interruptions = FakeInterruptions(engine.clock)
    interruptions.send("SIGINT", at=3)
    with pytest.raises(Interrupted):
        StopRun(fake_run_finisher(engine, interruptions=interruptions)).stop(run)

    assert engine.containers.list(labels={})[0].state is ContainerState.RUNNING


def test_run_that_another_finishes_while_it_is_stopped_is_told_as_it_ended(engine: FakeEngine) -> None:
    run = _finished_but_for_its_container(engine)
    engine.fail("inspect-container", ContainerNotFound("job"))
    finished = StopRun(fake_run_finisher(engine)).stop(run)

    assert finished.ending is not None
    assert (finished.ending.exit_status, finished.ending.outcome) == (3, Outcome.FAILED)
    assert finished.image == engine.images.inspect(parse_reference("job:latest-run")).id


@pytest.mark.parametrize("call", ["signal", "inspect-container"])
def test_run_that_vanishes_while_it_is_stopped_has_no_result(engine: FakeEngine, call: str) -> None:
    run = _detach(engine)
    engine.fail(call, ContainerNotFound("job"), times=2)
    engine.fail("inspect-container", ContainerNotFound("job"))

    assert StopRun(fake_run_finisher(engine)).stop(run).image is None


def test_one_who_stops_says_once_that_another_finishes_the_run(engine: FakeEngine) -> None:
    run = _detach(engine)
    engine.clock.advance(200)
    claim = engine.runs.claim(run, image=engine.images.inspect(parse_reference("job:latest")).id)
    interruptions, progress = FakeInterruptions(engine.clock), FakeProgress()
    interruptions.send("SIGINT", at=205)
    with pytest.raises(Interrupted):
        StopRun(fake_run_finisher(engine, interruptions=interruptions, progress=progress)).stop(run)
    claim.release()

    assert progress.notes == [("being-finished", {"why": f"run {run} is being finished by process 1 on fake"})]
    assert (len(engine.containers.list(labels={})), engine.journal.count("claim-run")) == (1, 7)


def test_runs_are_listed_with_who_sees_to_them(engine: FakeEngine) -> None:
    owners = {"": False, "here/boot/11/1": True, "dead/boot/12/1": False, "far/boot/13/1": None, "odd": None}
    for owner in owners:
        _detach(engine)
        if owner:
            _owned_by(engine, owner)
    states = list_runs(fake_run_finisher(engine, is_alive=owners.__getitem__))

    assert [(state.state, state.watched_by) for state in states] == [
        (State.RUNNING, "nobody"),
        (State.RUNNING, "process 11 on here"),
        (State.RUNNING, "nobody"),
        (State.RUNNING, "process 13 on far, perhaps"),
        (State.RUNNING, "process ? on odd, perhaps"),
    ]


def test_run_that_has_not_begun_is_listed_as_such(engine: FakeEngine) -> None:
    _never_started(engine)
    (state,) = list_runs(fake_run_finisher(engine))
    facts = state.facts()

    assert (state.state, facts["started"], facts["finished"], facts["exit-code"]) == (State.CREATED, None, None, None)


def test_run_of_this_second_has_no_age_below_zero(engine: FakeEngine) -> None:
    engine.clock.advance(0.7)
    _detach(engine)
    (state,) = list_runs(fake_run_finisher(engine))

    assert (state.age, state.facts()["age"]) == (0, 0)


def test_run_that_somebody_finishes_is_listed_with_his_name(engine: FakeEngine) -> None:
    run = _detach(engine)
    engine.clock.advance(200)
    claim = engine.runs.claim(run, image=engine.images.inspect(parse_reference("job:latest")).id)
    states = list_runs(fake_run_finisher(engine))
    claim.release()

    assert [(state.state, state.watched_by) for state in states] == [(State.FINISHING, "process 1 on fake")]


def test_run_whose_owner_is_about_to_finish_it_is_listed_as_being_finished(engine: FakeEngine) -> None:
    _detach(engine)
    _owned_by(engine, "here/boot/11/1")
    engine.clock.advance(200)
    (state,) = list_runs(fake_run_finisher(engine, is_alive=lambda _owner: True))

    assert (state.state, state.watched_by) == (State.FINISHING, "process 11 on here")


def test_all_that_is_known_of_a_run_is_told(engine: FakeEngine) -> None:
    run = _detach(engine, command=("a", "b"), timeout=500.0)
    engine.clock.advance(200.4)
    (state,) = list_runs(fake_run_finisher(engine))
    (container,) = engine.containers.list(labels={})

    assert state.facts() == {
        "id": run,
        "image": "job:latest",
        "age": 200,
        "state": "ended",
        "container": container.id,
        "name": container.name,
        "command": ["a", "b"],
        "created": container.created,
        "started": container.started,
        "finished": container.finished,
        "exit-code": 3,
        "timeout": 500.0,
        "watched-by": "nobody",
    }
