"""Runs that need not be made, for they have been."""

from __future__ import annotations

import pytest

from jobber.domain.docker_options import parse_options
from jobber.domain.errors import ImageNotFound, PushRefused
from jobber.domain.images.image import ImageConfiguration
from jobber.domain.images.reference import parse_reference
from jobber.domain.runs.input import parse_input
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.policy import PullPolicy, ResultImagePolicy
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.run.run import RunResult
from jobber.testing import FakeConsole, FakeEngine, FakeProgress, Job, fake_runner


def _train(job: Job) -> int:
    job.say("trained\n")
    job.files.write("/model/weights", job.files.read("/data/x"))
    return int(job.environment.get("STATUS", "0"))


class Told(FakeProgress):
    """A recorder of messages, including those of `--verbose`."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def call(self, event: str, /, **facts: object) -> None:
        self.calls.append(f"{event}: {facts['why']}")


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.image("train", run=_train)
    made.image("digits", files={"/data/x": "X"})
    return made


def _request(*words: str, image: str = "train", **settings: object) -> RunRequest:
    options = parse_options(words, environment={"STATUS": "0"}, directory="/")
    chosen: dict[str, object] = {"inputs": (parse_input("digits"),), "out": "/model", "reuse": True, **settings}
    return RunRequest(image, options, docker_args=words, **chosen)  # type: ignore[arg-type]


def _run(engine: FakeEngine, request: RunRequest, told: FakeProgress | None = None) -> RunResult:
    return fake_runner(engine, progress=told).run(request)


def test_same_run_gives_the_result_that_is_there_and_runs_nothing(engine: FakeEngine) -> None:
    first = _run(engine, _request())
    engine.clock.sleep(60)
    told, console = FakeProgress(), FakeConsole()
    second = fake_runner(engine, progress=told, console=console).run(_request())

    assert (second.exit_status, second.image) == (0, first.image)
    assert second.reused == "00000000-0000-4000-8000-" + second.reused[-12:]
    assert [str(tag) for tag in second.tags] == ["train:latest-run", "train:20260101_000100"]
    assert console.outputs == []
    assert engine.journal.count("create") == 1
    assert [event for event, _ in told.notes] == ["reused", "result"]
    assert told.notes[0][1] == {"run": second.reused, "when": "2026-01-01T00:00:00Z"}


def test_result_gets_latest_run_back(engine: FakeEngine) -> None:
    first = _run(engine, _request())
    engine.clock.sleep(60)
    _run(engine, _request(out="/other"))
    engine.clock.sleep(60)
    _run(engine, _request())

    assert engine.images.inspect(parse_reference("train:latest-run")).id == first.image


def test_without_reuse_the_same_run_is_made_again(engine: FakeEngine) -> None:
    _run(engine, _request())
    again = _run(engine, _request(reuse=False))

    assert again.reused == ""
    assert engine.journal.count("create") == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("-e", "STATUS"), "STATUS comes from the caller's environment"),
        (("-e", "STATUS=0", "-v", "/a:/b"), "the content mounted at /b may have changed"),
    ],
)
def test_run_whose_record_does_not_hold_everything_is_made_again_and_told_why(
    engine: FakeEngine, words: tuple[str, ...], why: str
) -> None:
    told = Told()
    _run(engine, _request(*words))

    assert _run(engine, _request(*words), told).reused == ""
    assert told.calls == [f"not-reusable: {why}"]


def test_run_that_failed_is_made_again(engine: FakeEngine) -> None:
    told = Told()
    _run(engine, _request("-e", "STATUS=3"))

    assert _run(engine, _request("-e", "STATUS=3"), told).exit_status == 3
    assert told.calls == ["not-reusable: the same run of 2026-01-01T00:00:00Z failed, or is not there as it was"]


def test_run_without_an_earlier_one_is_made(engine: FakeEngine) -> None:
    told = Told()
    _run(engine, _request(), told)

    assert told.calls == ["not-reusable: there is no result of the same run"]


def test_run_whose_result_is_not_kept_is_made(engine: FakeEngine) -> None:
    told = Told()
    _run(engine, _request())
    again = _run(engine, _request(keep=ResultImagePolicy.NONE), told)

    assert (again.image, again.reused) == (None, "")
    assert told.calls == ["not-reusable: its result is not kept"]


def test_image_built_anew_with_the_same_layers_and_configuration_is_the_same_code(engine: FakeEngine) -> None:
    _run(engine, _request())
    old = engine.images.inspect(parse_reference("train:latest"))
    _same_layers(engine, old.configuration)

    assert _run(engine, _request()).reused


def test_image_with_the_same_layers_and_another_command_is_other_code(engine: FakeEngine) -> None:
    _run(engine, _request())
    old = engine.images.inspect(parse_reference("train:latest"))
    _same_layers(engine, ImageConfiguration(command=("x",), entrypoint=old.configuration.entrypoint))

    assert not _run(engine, _request()).reused


def _same_layers(engine: FakeEngine, configuration: ImageConfiguration) -> None:
    """Let `train` be another image with the same layers."""
    old = engine.store.images[engine.images.inspect(parse_reference("train:latest")).id]
    new = engine.store.add_image(old.layers, configuration, {"revision": "2"}, digests=old.digests)
    engine.images.tag(new, reference=parse_reference("train:latest"))


def test_image_that_was_built_from_a_result_is_no_result(engine: FakeEngine) -> None:
    first = _run(engine, _request())
    assert first.image is not None
    engine.image("derived", files={"/more": "m"}, base=first.image)
    for tag in first.tags:
        engine.images.remove(tag)

    assert engine.images.inspect(parse_reference("derived:latest")).labels[Label.RUN]
    assert not _run(engine, _request()).reused


def test_result_that_goes_while_it_is_looked_at_is_made_again(engine: FakeEngine) -> None:
    _run(engine, _request())
    engine.image("other", run=_train)
    runner = fake_runner(engine)
    request = _request()
    prepared = runner.prepare(request)
    engine.fail("inspect", ImageNotFound("gone"))

    assert runner.reusable(request, prepared) is None


def test_result_that_goes_before_it_is_tagged_is_made_again(engine: FakeEngine) -> None:
    _run(engine, _request())
    told = FakeProgress()
    engine.fail("claim", ImageNotFound("gone"))
    again = _run(engine, _request(), told)

    assert (again.exit_status, again.reused) == (0, "")
    assert [event for event, _ in told.warnings] == ["reused-is-gone"]


def test_run_by_id_reuses_without_a_tag(engine: FakeEngine) -> None:
    image = engine.images.inspect(parse_reference("train:latest")).id
    first = _run(engine, _request(image=image))
    again = _run(engine, _request(image=image))

    assert (again.image, again.tags, bool(again.reused)) == (first.image, (), True)


def test_remote_result_is_pushed_as_by_a_run(engine: FakeEngine) -> None:
    engine.image("r.test/train", run=_train)
    request = _request(image="r.test/train", pull=PullPolicy.NEVER)
    _run(engine, request)
    engine.clock.sleep(60)
    _run(engine, request)
    assert set(engine.remote.tags("r.test/train")) == {"latest-run", "20260101_000000", "20260101_000100"}

    engine.remote.refuse_pushes("r.test/train", why="denied")
    with pytest.raises(PushRefused) as caught:
        _run(engine, request)

    assert caught.value.exit_status == 125


def test_detached_run_gives_the_id_of_the_run_that_was_reused(engine: FakeEngine) -> None:
    _run(engine, _request())
    reused = _run(engine, _request()).reused

    assert fake_runner(engine).detach(_request(detach=True)) == reused
    assert engine.journal.count("create") == 1
