"""Runs when things go wrong: engines that fail, registries that refuse, users who lose patience."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobber.domain.containers.container import ContainerState
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import (
    ContainerNotFound,
    EngineFailed,
    EngineLost,
    Interrupted,
    JobberError,
    PullRefused,
    PushRefused,
    UsageError,
)
from jobber.domain.images.image import ImageConfiguration
from jobber.domain.images.reference import ImageId, parse_reference, parse_registry
from jobber.domain.runs.input import parse_input
from jobber.domain.runs.policy import Outcome, PullPolicy, ResultImagePolicy
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.unfinished.recover import RecoverRuns
from jobber.testing import FakeEngine, FakeInterruptions, FakeProgress, Job, fake_run_finisher, fake_runner

KEEPER = ImageConfiguration(command=("/q",), volumes=("/data",))


def _quick(job: Job) -> int:
    job.files.write("/out", "made")
    job.say("done\n")
    return 0


def _slow(job: Job) -> int:
    job.say("begun\n")
    job.sleep(100)
    job.say("over\n")
    return 0


def _obedient(job: Job) -> int:
    job.on_signal("SIGINT", 7)
    return _slow(job)


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.image("quick", run=_quick)
    made.image("slow", run=_slow)
    made.image("obedient", run=_obedient)
    return made


def _request(image: str = "quick", **settings: object) -> RunRequest:
    return RunRequest(image, ContainerOptions(), **settings)  # type: ignore[arg-type]


def _left(engine: FakeEngine) -> int:
    return len(engine.containers.list(labels={}))


def test_steps_come_in_their_order(engine: FakeEngine) -> None:
    fake_runner(engine).run(_request())
    steps = ("create", "attach", "start", "commit", "claim", "tag", "remove")

    assert [call for call in engine.journal if call in steps] == list(steps)


def test_chain_of_results_has_no_end(engine: FakeEngine) -> None:
    image = "quick"
    for _ in range(260):
        result = fake_runner(engine).run(_request(image))
        assert result.image is not None
        image = result.image

    assert engine.read(image, "/out") == b"made"
    assert json.loads(engine.images.inspect(image).labels["jobber.run"])["exit-code"] == 0


@pytest.mark.parametrize("call", ["commit", "claim", "tag"])
def test_result_that_could_not_be_saved_loses_nothing(engine: FakeEngine, call: str) -> None:
    engine.fail(call, EngineFailed(call, why="no space left on device"))
    with pytest.raises(EngineFailed) as caught:
        fake_runner(engine).run(_request())

    assert caught.value.exit_status == 125
    assert "`jobber recover` creates its result; free disk space" in (caught.value.hint or "")
    assert _left(engine) == 1


def test_engine_that_has_run_out_of_something_is_told_with_a_remedy(engine: FakeEngine) -> None:
    why = "allocating lock for new container: allocation failed; exceeded num_locks (2048)"
    engine.fail("create", EngineFailed("create a container", why=why))
    with pytest.raises(EngineFailed, match="num_locks") as caught:
        fake_runner(engine).run(_request())

    assert "podman volume prune" in (caught.value.hint or "")
    assert _left(engine) == 0


@pytest.mark.parametrize("call", ["attach", "start"])
def test_job_that_never_started_leaves_nothing(engine: FakeEngine, call: str) -> None:
    engine.fail(call, EngineFailed(call, why="no"))
    with pytest.raises(EngineFailed):
        fake_runner(engine).run(_request())

    assert _left(engine) == 0


def test_refused_push_is_told_and_the_result_is_there(engine: FakeEngine) -> None:
    engine.image("registry.test/team/quick", run=_quick)
    engine.remote.refuse_pushes("registry.test/team/quick", why="denied")
    with pytest.raises(PushRefused) as caught:
        fake_runner(engine).run(_request("registry.test/team/quick", pull=PullPolicy.NEVER))

    assert caught.value.exit_status == 125
    assert "jobber push registry.test/team/quick:" in (caught.value.hint or "")
    assert len(engine.images.inspect(parse_reference("registry.test/team/quick:latest-run")).references) == 2
    assert _left(engine) == 0


def test_remote_image_is_pulled_before_and_pushed_after(engine: FakeEngine) -> None:
    engine.image("registry.test/team/quick", run=_quick)
    registry = parse_registry("registry.test/team")
    engine.registry.push(parse_reference("registry.test/team/quick:latest"), credentials=None, progress=FakeProgress())
    result = fake_runner(engine).run(_request(registry=registry))

    assert {tag.tag for tag in result.tags} <= set(engine.remote.tags("registry.test/team/quick"))


def test_registry_out_of_reach_names_the_way_out(engine: FakeEngine) -> None:
    engine.remote.disconnect("registry.test")
    with pytest.raises(PullRefused) as caught:
        fake_runner(engine).run(_request("registry.test/quick"))

    assert "--pull missing" in (caught.value.hint or "")
    assert _left(engine) == 0


def test_first_signal_is_the_jobs_and_the_run_ends_in_the_usual_way(engine: FakeEngine) -> None:
    interruptions = FakeInterruptions(engine.clock)
    interruptions.send("SIGINT", at=5)
    progress = FakeProgress()
    result = fake_runner(engine, interruptions=interruptions, progress=progress).run(_request("obedient"))
    assert result.image is not None
    record = json.loads(engine.images.inspect(result.image).labels["jobber.run"])

    assert (result.exit_status, result.outcome) == (130, Outcome.INTERRUPTED)
    assert (record["outcome"], record["exit-code"]) == ("interrupted", 7)
    assert engine.read(result.image, "/run.log") == b"begun\n"
    assert progress.notes[0] == ("passed-on", {"signal": "SIGINT"})


def test_second_signal_kills(engine: FakeEngine) -> None:
    interruptions = FakeInterruptions(engine.clock)
    interruptions.send("SIGTERM", at=5)
    interruptions.send("SIGTERM", at=6)
    progress = FakeProgress()
    result = fake_runner(engine, interruptions=interruptions, progress=progress).run(_request("slow"))
    assert result.image is not None

    assert progress.notes[1] == ("killed", {"signal": "SIGTERM"})
    assert progress.warnings == []
    assert json.loads(engine.images.inspect(result.image).labels["jobber.run"])["exit-code"] == 137


def test_job_that_takes_too_long_is_told_of_before_it_is_killed(engine: FakeEngine) -> None:
    progress = FakeProgress()
    fake_runner(engine, progress=progress).run(_request("slow", timeout=3))

    assert progress.notes[:2] == [("out-of-time", {"seconds": "10"}), ("still-there", {"seconds": "10"})]


def test_job_that_somebody_else_kills_is_told_of(engine: FakeEngine) -> None:
    engine.image("killed", run=lambda _: 137)
    progress = FakeProgress()
    result = fake_runner(engine, progress=progress).run(_request("killed"))

    assert (result.exit_status, progress.warnings) == (137, [("killed-by-others", {})])


def test_third_signal_leaves_the_container_alone(engine: FakeEngine) -> None:
    interruptions = FakeInterruptions(engine.clock)
    for moment in (5, 5, 5):
        interruptions.send("SIGTERM", at=moment)
    with pytest.raises(Interrupted) as caught:
        fake_runner(engine, interruptions=interruptions).run(_request("slow"))

    assert caught.value.signal == "SIGTERM"
    assert "jobber recover" in (caught.value.hint or "")
    assert _left(engine) == 1


def test_signal_before_the_start_leaves_nothing(engine: FakeEngine) -> None:
    interruptions = FakeInterruptions(engine.clock)
    interruptions.send("SIGTERM")
    with pytest.raises(Interrupted):
        fake_runner(engine, interruptions=interruptions).run(_request("slow"))

    assert _left(engine) == 0


def test_lost_connection_leaves_the_job_running(engine: FakeEngine) -> None:
    engine.fail("stream", EngineLost("the run", why="broken pipe"))
    with pytest.raises(EngineLost) as caught:
        fake_runner(engine).run(_request("slow"))
    left = engine.containers.list(labels={"jobber.run": None})

    assert "jobber recover" in (caught.value.hint or "")
    assert [container.state for container in left] == [ContainerState.RUNNING]


@pytest.mark.parametrize("policy", ResultImagePolicy)
def test_container_is_gone_whatever_is_kept(engine: FakeEngine, policy: ResultImagePolicy) -> None:
    fake_runner(engine).run(_request(keep=policy))

    assert _left(engine) == 0


def test_volumes_of_the_image_are_warned_of(engine: FakeEngine) -> None:
    configuration = ImageConfiguration(entrypoint=("/bin/program",), volumes=("/store",))
    engine.image("stored", run=_quick, configuration=configuration)
    progress = FakeProgress()
    fake_runner(engine, progress=progress).run(_request("stored"))

    assert ("volumes-lost", {"volumes": "/store"}) in progress.warnings


def test_nothing_of_an_earlier_run_in_the_chain_is_inherited(engine: FakeEngine) -> None:
    engine.image("digits", files={"/data/x": "x"})
    first = fake_runner(engine).run(_request(inputs=(parse_input("digits"),), out="/model"))
    assert first.image is not None
    second = fake_runner(engine).run(_request(first.image))
    assert second.image is not None
    labels = engine.images.inspect(second.image).labels

    assert (labels["jobber.out"], labels["jobber.inputs"], labels["jobber.build-tags"]) == ("", "", "")
    assert labels["jobber.parent"] == first.image


def test_every_error_of_a_run_has_a_status_that_docker_run_could_have(engine: FakeEngine) -> None:
    for call in ("create", "attach", "start", "commit"):
        engine.fail(call, EngineFailed(call, why="no"))
        with pytest.raises(JobberError) as caught:
            fake_runner(engine).run(_request())
        assert caught.value.exit_status == 125


def test_digest_of_the_base_is_that_of_its_own_repository(engine: FakeEngine) -> None:
    base = engine.image("b.test/x", run=_quick)
    engine.store.repository_digests[base] = (f"a.test/x@sha256:{'a' * 64}", f"b.test/x@sha256:{'b' * 64}")
    result = fake_runner(engine).run(_request("b.test/x", pull=PullPolicy.NEVER, push=False))
    assert result.image is not None

    assert engine.images.inspect(result.image).labels["org.opencontainers.image.base.digest"] == f"sha256:{'b' * 64}"


def test_detached_run_that_is_interrupted_before_its_start_leaves_nothing(engine: FakeEngine) -> None:
    engine.faults.signal("SIGINT", at="create")
    with pytest.raises(Interrupted) as caught:
        fake_runner(engine).detach(_request(detach=True))

    assert caught.value.signal == "SIGINT"
    assert (_left(engine), "start" in engine.journal) == (0, False)


def test_job_that_may_have_started_is_left_to_be_recovered(engine: FakeEngine) -> None:
    engine.fail("start", EngineLost("start", why="gone"), after=True)
    with pytest.raises(EngineLost) as caught:
        fake_runner(engine).run(_request())
    (container,) = engine.containers.list(labels={})
    run = json.loads(container.labels["jobber.run"])["id"]

    assert caught.value.hint == (
        f"container {container.id[:12]} is kept: `jobber attach {run}` attaches to it,"
        " `jobber recover` finishes its run when the job has ended"
    )


def test_run_that_another_finished_is_told_as_it_ended(engine: FakeEngine) -> None:
    commit = engine.containers.commit

    def commit_too_late(*words: Any, **settings: Any) -> ImageId:
        """Commit after another process has finished the run, as on a machine that was suspended."""
        engine.containers.commit = commit  # type: ignore[method-assign]
        RecoverRuns(fake_run_finisher(engine)).recover()
        return commit(*words, **settings)

    engine.containers.commit = commit_too_late  # type: ignore[method-assign]
    progress = FakeProgress()
    result = fake_runner(engine, progress=progress).run(_request())

    assert (result.exit_status, result.outcome) == (0, Outcome.SUCCEEDED)
    assert result.image == engine.images.inspect(parse_reference("quick:latest-run")).id
    assert "finished-by-another" in [name for name, _ in progress.notes]


def test_container_that_vanishes_without_a_result_is_an_error(engine: FakeEngine) -> None:
    engine.fail("stream", ContainerNotFound("gone"))
    with pytest.raises(ContainerNotFound):
        fake_runner(engine).run(_request())


@pytest.mark.parametrize("out", ["/data", "/data/", "/data/model", "/mounted/../data"])
def test_out_directory_in_a_volume_of_the_image_is_an_error_before_anything_is_made(
    engine: FakeEngine, out: str
) -> None:
    engine.image("keeper", programs={"/q": _quick}, configuration=KEEPER)
    with pytest.raises(UsageError) as caught:
        fake_runner(engine).run(_request("keeper", out=out))

    assert (caught.value.what, caught.value.hint) == (
        f"out directory {out} lies in /data, which is a volume or a mount: the result image would not contain it",
        "write to a directory of the container's own file system",
    )
    assert "create" not in engine.journal


@pytest.mark.parametrize("out", ["/dev/shm/x", "/proc", "/sys/../dev"])
def test_out_directory_where_every_container_has_a_mount_is_an_error(engine: FakeEngine, out: str) -> None:
    with pytest.raises(UsageError, match="the result image would not contain it"):
        fake_runner(engine).run(_request(out=out))


def test_out_directory_in_a_volume_does_not_matter_where_no_result_is_kept(engine: FakeEngine) -> None:
    engine.image("keeper", programs={"/q": _quick}, configuration=KEEPER)
    progress = FakeProgress()
    request = _request("keeper", out="/data", keep=ResultImagePolicy.NONE)

    assert fake_runner(engine, progress=progress).run(request).exit_status == 0
    assert progress.warnings == []


@pytest.mark.parametrize("call", ["attach", "start"])
def test_cause_is_told_also_where_the_engine_can_t_remove_what_it_has_made(engine: FakeEngine, call: str) -> None:
    engine.fail(call, EngineFailed(call, why="the cause"))
    engine.fail("remove", EngineFailed("remove the container", why="no"))
    with pytest.raises(EngineFailed, match="the cause") as caught:
        fake_runner(engine).run(_request())

    assert "is kept: " in (caught.value.hint or "")


def test_job_whose_output_the_engine_can_t_give_is_left_to_be_recovered(engine: FakeEngine) -> None:
    engine.fail("stream", EngineFailed("read the output", why="no"))
    with pytest.raises(EngineFailed) as caught:
        fake_runner(engine).run(_request())

    assert "is kept: " in (caught.value.hint or "")
    assert _left(engine) == 1
