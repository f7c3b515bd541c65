"""The output of a job: from its result, and during the run."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from jobber.adapters.archives.tar_reader import content_of
from jobber.domain.containers.container import ContainerId
from jobber.domain.containers.events import (
    ConnectionEvent,
    ConnectionProblem,
    DeadlinePassed,
    Exited,
    JobEvent,
    Output,
    Resized,
    Stream,
)
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import (
    ContainerNotFound,
    ImageNotFound,
    Interrupted,
    InvalidReference,
    LogUnreadable,
    NotAResult,
    PathNotFound,
    RunNotFound,
    UsageError,
)
from jobber.domain.images.reference import parse_reference
from jobber.domain.runs.policy import ResultImagePolicy
from jobber.domain.use_cases.results.find_result import ResultFinder
from jobber.domain.use_cases.results.read_log import LogReading
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.unfinished.recover import RecoverRuns
from jobber.testing import FakeEngine, FakeKeyring, FakeProgress, FakeRemoteImages, Job, fake_run_finisher, fake_runner


def work(job: Job) -> int:
    job.say(b"begun\xff\n")
    job.sleep(100)
    job.complain("half\n")
    job.sleep(100)
    job.say("over\n")
    return 3


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("work", run=work)
    return engine


def detach(engine: FakeEngine, *, keep: ResultImagePolicy = ResultImagePolicy.ALWAYS, name: str | None = None) -> str:
    return fake_runner(engine).detach(RunRequest("work", ContainerOptions(name=name), detach=True, keep=keep))


def finish(engine: FakeEngine) -> None:
    engine.clock.sleep(1000)
    RecoverRuns(fake_run_finisher(engine)).recover()


def read(
    engine: FakeEngine,
    text: str,
    *,
    progress: FakeProgress | None = None,
    follow: bool = False,
    ago: float | None = None,
) -> bytes:
    sink = io.BytesIO()
    finder = ResultFinder(engine, FakeRemoteImages(engine.remote), FakeKeyring(), None)
    content = partial(content_of, path="/run.log", of=text)
    since = None if ago is None else engine.clock.now() - timedelta(seconds=ago)
    reading = LogReading(finder, engine.interruptions, progress or FakeProgress(), content, sink)
    reading.read(text, follow=follow, since=since)
    return sink.getvalue()


def state(engine: FakeEngine, text: str, *, follow: bool = False, ago: float | None = None) -> tuple[object, ...]:
    """Return the state of the run, its ID and the ID of its result."""
    finder = ResultFinder(engine, FakeRemoteImages(engine.remote), FakeKeyring(), None)
    content = partial(content_of, path="/run.log", of=text)
    since = None if ago is None else engine.clock.now() - timedelta(seconds=ago)
    reading = LogReading(finder, engine.interruptions, FakeProgress(), content, io.BytesIO())
    facts = reading.read(text, follow=follow, since=since).facts()
    return facts["state"], facts["run"], facts["id"]


def test_whose_log_it_is_and_how_far_the_run_is_told(engine: FakeEngine) -> None:
    run = detach(engine)
    running = state(engine, run)
    followed = state(engine, run, follow=True)
    ended = state(engine, run)
    finish(engine)
    result = engine.images.inspect(parse_reference("work:latest-run")).id

    assert running == ("running", run, None)
    assert followed == ended == ("ended", run, None)
    assert state(engine, "work:latest-run") == state(engine, run) == ("finished", run, result)


def test_log_of_an_image_that_no_run_has_made_is_of_no_run(engine: FakeEngine) -> None:
    made = engine.image("odd", files={"/run.log": "x"})

    assert state(engine, "odd") == ("finished", None, made)


@pytest.mark.parametrize("ago", [None, 60])
def test_result_of_a_run_that_is_finished_meanwhile_is_told(engine: FakeEngine, ago: float | None) -> None:
    run = detach(engine)
    engine.containers.follow = lambda *_, **__: Cut(engine, [b"begun\n"])  # type: ignore[method-assign,assignment]
    told = state(engine, run, follow=True, ago=ago)
    result = engine.images.inspect(parse_reference("work:latest-run")).id

    assert told == ("finished", run, result if ago is None else None)


@pytest.mark.parametrize("follow", [False, True])
def test_log_of_a_result_is_there_by_all_its_names(engine: FakeEngine, *, follow: bool) -> None:
    run = detach(engine)
    finish(engine)
    image = engine.images.inspect(parse_reference("work:latest-run"))

    for name in ("work:latest-run", image.id, image.id[7:19], run):
        assert read(engine, name, follow=follow) == b"begun\xff\nhalf\nover\n"


def test_log_of_a_result_in_a_registry(engine: FakeEngine) -> None:
    detach(engine)
    finish(engine)
    result = engine.images.inspect(parse_reference("work:latest-run")).id
    far = parse_reference("registry.test/me/far:1")
    engine.images.tag(result, reference=far)
    engine.registry.push(far, credentials=None, progress=FakeProgress())
    engine.images.remove(far)

    assert read(engine, "registry.test/me/far:1") == b"begun\xff\nhalf\nover\n"


def test_run_in_progress_is_read_until_now_and_left_alone(engine: FakeEngine) -> None:
    run = detach(engine, name="named")
    (container,) = engine.containers.list(labels={})
    first = read(engine, run)
    engine.clock.sleep(150)

    assert first == b"begun\xff\n"
    for name in (run, run[:6], container.id, container.id[:12], "named"):
        assert read(engine, name) == b"begun\xff\nhalf\n"
    assert "signal" not in engine.journal
    assert [found.id for found in engine.containers.list(labels={})] == [container.id]


def test_run_is_followed_to_its_end_and_not_finished(engine: FakeEngine) -> None:
    run = detach(engine)

    assert read(engine, run, follow=True) == b"begun\xff\nhalf\nover\n"
    assert len(engine.containers.list(labels={})) == 1
    assert "commit" not in engine.journal


def test_older_output_is_left_out(engine: FakeEngine) -> None:
    run = detach(engine)
    engine.clock.sleep(150)

    assert read(engine, run, ago=60) == b"half\n"
    assert read(engine, run, ago=60, follow=True) == b"half\nover\n"


def test_finished_run_has_no_times(engine: FakeEngine) -> None:
    detach(engine)
    finish(engine)
    with pytest.raises(UsageError) as raised:
        read(engine, "work:latest-run", ago=60)

    assert raised.value.what == "work:latest-run is a finished run, whose log has no timestamps"
    assert raised.value.hint == "omit --since"


def test_run_that_is_finished_in_between_is_read_from_its_result(engine: FakeEngine) -> None:
    run = detach(engine)
    engine.fail("logs", ContainerNotFound("it"))
    _finish_at_next_call(engine)

    assert read(engine, run) == b"begun\xff\nhalf\nover\n"


@pytest.mark.parametrize("seen", [0, 1, 2])
def test_run_that_is_finished_while_it_is_followed_is_read_on_in_its_result(engine: FakeEngine, seen: int) -> None:
    run = detach(engine)
    said = [output.chunk for _, output in engine.store.containers[only(engine)].timeline.outputs]  # type: ignore[union-attr]
    engine.containers.follow = lambda *_, **__: Cut(engine, said[:seen])  # type: ignore[method-assign,assignment]

    assert read(engine, run, follow=True) == b"begun\xff\nhalf\nover\n"


def test_run_that_left_no_result_has_no_more_to_say(engine: FakeEngine) -> None:
    run = detach(engine, keep=ResultImagePolicy.NONE)
    engine.containers.follow = lambda *_, **__: Cut(engine, [b"begun\n"])  # type: ignore[method-assign,assignment]

    assert read(engine, run, follow=True) == b"begun\n"


def test_what_was_said_since_a_moment_is_not_looked_for_in_the_result(engine: FakeEngine) -> None:
    run = detach(engine)
    engine.containers.follow = lambda *_, **__: Cut(engine, [b"half\n"])  # type: ignore[method-assign,assignment]

    assert read(engine, run, follow=True, ago=60) == b"half\n"


def test_what_happens_to_the_wire_is_told(engine: FakeEngine) -> None:
    run = detach(engine)
    events: list[JobEvent] = [
        ConnectionEvent(ConnectionProblem.CONNECTION_LOST, "gone"),
        Resized(),
        DeadlinePassed(),
        Output(Stream.STDERR, b"x"),
        Exited(0),
    ]
    engine.containers.follow = lambda *_, **__: Script(events)  # type: ignore[method-assign,assignment]
    progress = FakeProgress()

    assert read(engine, run, follow=True, progress=progress) == b"x"
    assert progress.warnings == [("connection-lost", {"why": "gone"})]


def test_following_ends_when_we_are_asked_to(engine: FakeEngine) -> None:
    run = detach(engine)
    engine.faults.signal("SIGINT", at="stream")
    with pytest.raises(Interrupted):
        read(engine, run, follow=True)

    assert "signal" not in engine.journal


def test_run_that_has_not_started_has_nothing_to_follow(engine: FakeEngine) -> None:
    run = detach(engine)
    stored = engine.store.containers[only(engine)]
    stored.timeline, stored.state = None, type(stored.state).CREATED

    assert read(engine, run) == b""
    with pytest.raises(RunNotFound) as raised:
        read(engine, run, follow=True)
    assert raised.value.what == f"not started yet is run {run}"


def test_engine_that_keeps_no_log_is_told(engine: FakeEngine) -> None:
    run = detach(engine)
    engine.fail("logs", LogUnreadable(why="its log driver is none"))
    with pytest.raises(LogUnreadable) as raised:
        read(engine, run)

    assert raised.value.hint == "-f follows new output; the result will have the complete log"


def test_image_that_is_no_result_has_no_log(engine: FakeEngine) -> None:
    with pytest.raises(PathNotFound) as raised:
        read(engine, "work")

    assert (raised.value.what, raised.value.hint) == (
        "image work has no /run.log",
        "only the results of runs have a log",
    )


@pytest.mark.parametrize(("text", "kind"), [("nobody", ImageNotFound), ("No:Body", InvalidReference)])
def test_name_of_nobody_is_told(engine: FakeEngine, text: str, kind: type[ImageNotFound]) -> None:
    detach(engine)
    with pytest.raises(kind) as raised:
        read(engine, text)

    assert raised.value.hint == "`jobber ps` lists the runs in progress, and `jobber ls` the results"


def test_beginning_of_several_runs_is_told(engine: FakeEngine) -> None:
    detach(engine)
    detach(engine)
    with pytest.raises(RunNotFound) as raised:
        read(engine, "00000000-")

    assert raised.value.what == "2 runs have the ID prefix 00000000-"


def only(engine: FakeEngine) -> ContainerId:
    (container,) = engine.containers.list(labels={})
    return container.id


def _finish_at_next_call(engine: FakeEngine) -> None:
    """Another jobber finishes the run when its log is read."""
    logs = engine.containers.logs

    def finish_first(container: ContainerId, **settings: object) -> None:
        engine.containers.logs = logs  # type: ignore[method-assign]
        try:
            logs(container, **settings)  # type: ignore[arg-type]
        finally:
            finish(engine)

    engine.containers.logs = finish_first  # type: ignore[method-assign]


class Script:
    """An attachment to which things happen."""

    def __init__(self, events: list[JobEvent]) -> None:
        self._events: Iterator[JobEvent] = iter(events)

    def next(self, *, deadline: float | None = None) -> JobEvent:
        del deadline
        return next(self._events)

    def close(self) -> None:
        pass


class Cut(Script):
    """One whose container is removed, for the run is finished."""

    def __init__(self, engine: FakeEngine, said: list[bytes]) -> None:
        super().__init__([Output(Stream.STDOUT, chunk) for chunk in said])
        self._engine = engine

    def next(self, *, deadline: float | None = None) -> JobEvent:
        try:
            return super().next(deadline=deadline)
        except StopIteration:
            finish(self._engine)
            raise ContainerNotFound("it") from None


def test_log_of_an_image_built_from_a_result_is_none_of_its_own(engine: FakeEngine) -> None:
    detach(engine)
    finish(engine)
    engine.image("child", base=engine.made[-1], files={"/x": "x"})
    with pytest.raises(NotAResult, match="child is not a result"):
        read(engine, "child")
