"""The second half of a run: messages and failures."""

from __future__ import annotations

import io
import json

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import EngineFailed, EngineLost, JobberError, PushRefused, TagTaken
from jobber.domain.files.sparse_file import SparseFile
from jobber.domain.runs.policy import PullPolicy, ResultImagePolicy
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.run.run import RunResult
from jobber.testing import FakeConsole, FakeEngine, FakeProgress, Job, fake_runner


def work(job: Job) -> int:
    job.say("said\n")
    return 3 if "fail" in job.argv else 0


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("work", run=work)
    return engine


def run(engine: FakeEngine, progress: FakeProgress | None = None, **settings: object) -> RunResult:
    request = RunRequest("work", ContainerOptions(), **settings)  # type: ignore[arg-type]
    return fake_runner(engine, progress=progress).run(request)


def test_result_is_told_with_its_tags_and_id(engine: FakeEngine) -> None:
    progress = FakeProgress()
    result = run(engine, progress)

    assert progress.notes == [("result", {"tags": "work:latest-run, work:20260101_000000", "id": result.image})]
    assert progress.steps == ["saving the result image"]
    assert [str(tag) for tag in result.tags] == ["work:latest-run", "work:20260101_000000"]


def test_run_by_id_has_no_tags(engine: FakeEngine) -> None:
    progress = FakeProgress()
    id_ = engine.image("other", run=work)
    result = fake_runner(engine, progress=progress).run(RunRequest(id_, ContainerOptions()))

    assert (result.tags, progress.notes) == ((), [("result", {"tags": "", "id": result.image})])


@pytest.mark.parametrize(("policy", "commits"), [(ResultImagePolicy.SUCCESS, 0), (ResultImagePolicy.ALWAYS, 1)])
def test_job_that_failed_is_kept_as_the_policy_says(
    engine: FakeEngine, policy: ResultImagePolicy, commits: int
) -> None:
    result = run(engine, keep=policy, command=("fail",))

    assert result.exit_status == 3
    assert engine.journal.count("commit") == commits
    assert engine.containers.list(labels={}) == []


@pytest.mark.parametrize("call", ["commit", "claim", "tag"])
def test_result_that_can_t_be_made_leaves_its_container(engine: FakeEngine, call: str) -> None:
    engine.fail(call, EngineFailed(call, why="full"))
    with pytest.raises(EngineFailed) as raised:
        run(engine)
    left = engine.containers.list(labels={})

    assert raised.value.hint == (f"container {left[0].id[:12]} is kept: `jobber recover` creates its result")


def test_tag_that_is_taken_gives_way_to_the_next_second(engine: FakeEngine) -> None:
    engine.fail("claim", TagTaken("work:20260101_000000"), times=2)

    assert str(run(engine).tags[1]) == "work:20260101_000002"


def test_hour_of_taken_tags_is_an_error(engine: FakeEngine) -> None:
    engine.fail("claim", TagTaken("x"), times=10_000)
    with pytest.raises(EngineFailed) as raised:
        run(engine)

    assert (raised.value.call, raised.value.why) == ("tag the result", "the tags of 3600 seconds are in use")


def test_version_and_log_are_in_the_result(engine: FakeEngine) -> None:
    from jobber import __version__

    console = FakeConsole()
    result = fake_runner(engine, console=console).run(RunRequest("work", ContainerOptions()))
    assert result.image is not None
    labels = engine.images.inspect(result.image).labels

    assert (labels["jobber.version"], json.loads(labels["jobber.run"])["exit-code"]) == (__version__, 0)
    assert engine.read(result.image, "/run.log") == console.stdout == b"said\n"
    assert isinstance(console.spool(), io.BytesIO)


@pytest.mark.parametrize("error", [EngineLost("push", why="gone"), EngineFailed("push", why="no")])
def test_result_that_the_engine_could_not_push_is_told_with_the_way_to_push_it(
    engine: FakeEngine, error: JobberError
) -> None:
    engine.image("registry.test/work:1", run=lambda job: job.say("said\n"))
    engine.fail("push", error)
    with pytest.raises(JobberError) as raised:
        fake_runner(engine).run(RunRequest("registry.test/work:1", ContainerOptions(), pull=PullPolicy.NEVER))
    tags = "registry.test/work:latest-run registry.test/work:20260101_000000"

    assert raised.value.hint == f"the result exists, but was not pushed: `jobber push {tags}`"


@pytest.mark.parametrize("keep", [ResultImagePolicy.NONE, ResultImagePolicy.ALWAYS])
def test_container_that_the_engine_could_not_remove_is_told(engine: FakeEngine, keep: ResultImagePolicy) -> None:
    engine.fail("remove", EngineFailed("remove the container", why="busy"))
    with pytest.raises(EngineFailed) as raised:
        run(engine, keep=keep)

    assert raised.value.hint == "the result is complete, only the run's container remains: `jobber recover` removes it"


def test_refused_push_is_the_error_also_where_the_container_can_t_be_removed(engine: FakeEngine) -> None:
    engine.image("registry.test/work:1", run=lambda job: job.say("said\n"))
    engine.remote.refuse_pushes("registry.test/work", why="quota")
    engine.fail("remove", EngineFailed("remove the container", why="busy"))
    with pytest.raises(PushRefused):
        fake_runner(engine).run(RunRequest("registry.test/work:1", ContainerOptions(), pull=PullPolicy.NEVER))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ((), None),
        ((SparseFile("/model/x", 10**9),), None),
        ((SparseFile("/model/x", 2 * 10**9),), {"files": "/model/x", "gigabytes": "2.0"}),
        (
            (SparseFile("/model/x", 10**9), SparseFile("/y", 1), SparseFile("/z", 1)),
            {"files": "/model/x and 2 others", "gigabytes": "1.0"},
        ),
    ],
)
def test_holes_that_a_result_pays_for_are_told(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, files: tuple[SparseFile, ...], told: dict[str, str] | None
) -> None:
    monkeypatch.setattr(engine.containers, "sparse_files", lambda _container: files)
    progress = FakeProgress()
    run(engine, progress)

    assert progress.warnings == ([] if told is None else [("sparse-files", told)])


def test_holes_that_can_t_be_looked_for_are_no_failure(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_container: str) -> None:
        raise EngineFailed("inspect", why="busy")

    monkeypatch.setattr(engine.containers, "sparse_files", fail)

    assert run(engine).image is not None
