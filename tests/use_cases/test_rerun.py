"""Runs that are made again, out of their records."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from jobber.adapters.archives.file_tree import read_tree
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.docker_options import parse_options, recorded_words
from jobber.domain.errors import ImageNotFound, NotAResult, RegistryFailed, RunNotRepeatable, UsageError
from jobber.domain.images.credentials import Credentials
from jobber.domain.images.image import Image, ImageConfiguration
from jobber.domain.images.reference import ImageId, ImageReference, parse_reference
from jobber.domain.runs.input import parse_input
from jobber.domain.runs.policy import PullPolicy
from jobber.domain.runs.record import RecordedImage
from jobber.domain.runs.result import RunRecord, parse_record
from jobber.domain.use_cases.repeat.rerun import PreparedRerun, RepeatRun, RerunRequest
from jobber.domain.use_cases.repeat.verify_output import VerifyOutput
from jobber.domain.use_cases.results.find_recorded import Located, RecordedImages
from jobber.domain.use_cases.results.find_result import FoundResult, ResultFinder
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.run.run import RunResult
from jobber.testing import FakeEngine, FakeKeyring, FakeProgress, FakeRemoteImages, Job, fake_runner


def _train(job: Job) -> int:
    job.files.write("/model/weights", job.files.read("/data/x"))
    job.files.write("/model/key", job.environment.get("A_KEY", ""))
    return 0


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.image("train", run=_train)
    made.image("digits", files={"/data/x": "X"})
    return made


def _run(engine: FakeEngine, *words: str, image: str = "train", **settings: object) -> RunResult:
    options = parse_options(words, environment={"A_KEY": "k", "B": "b"}, directory="/")
    chosen: dict[str, object] = {"inputs": (parse_input("digits"),), "out": "/model", **settings}
    request = RunRequest(image, options, docker_args=recorded_words(words), **chosen)  # type: ignore[arg-type]
    return fake_runner(engine).run(request)


def _use_case(
    engine: FakeEngine, *, environment: Mapping[str, str] | None = None, progress: FakeProgress | None = None
) -> RepeatRun:
    known = environment or {}
    remote = FakeRemoteImages(engine.remote)
    runner = fake_runner(engine, progress=progress)

    def read_options(words: tuple[str, ...]) -> ContainerOptions:
        return parse_options(words, environment=known, directory="/")

    return RepeatRun(
        ResultFinder(engine, remote, FakeKeyring(), None),
        RecordedImages(engine, remote, FakeKeyring(), engine.interruptions, runner.progress),
        runner,
        read_options,
        known,
    )


def _rerun(
    engine: FakeEngine,
    name: str = "train:latest-run",
    *,
    environment: Mapping[str, str] | None = None,
    progress: FakeProgress | None = None,
    **settings: object,
) -> tuple[PreparedRerun, RunResult]:
    use_case = _use_case(engine, environment=environment, progress=progress)
    prepared = use_case.prepare(RerunRequest(name, **settings))  # type: ignore[arg-type]
    return prepared, use_case.runner.run_prepared(prepared.request, prepared.prepared)


def _record(engine: FakeEngine, image: ImageId | None) -> RunRecord:
    assert image is not None
    record = parse_record(engine.images.inspect(image).labels)
    assert record is not None
    return record


def _located(use_case: RepeatRun, recorded: RecordedImage) -> Located:
    return use_case.images.locate(recorded, use_case.images.search())


def _forget(engine: FakeEngine, name: str) -> None:
    engine.images.remove(engine.images.inspect(parse_reference(name)).id)


def test_run_is_made_again_as_it_was_and_tagged_like_a_run(engine: FakeEngine) -> None:
    first = _run(engine, "--shm-size", "1g", command=("go", "on"), configs=("night",), runtime="runc")
    engine.clock.sleep(60)
    _, again = _rerun(engine)
    old, new = _record(engine, first.image), _record(engine, again.image)

    assert [str(tag) for tag in again.tags] == ["train:latest-run", "train:20260101_000100"]
    assert again.image != first.image
    assert (new.image, new.inputs, new.command, new.docker_args, new.runtime, new.out, new.configs) == (
        old.image,
        old.inputs,
        old.command,
        old.docker_args,
        old.runtime,
        old.out,
        old.configs,
    )


def test_images_are_the_recorded_ones_whatever_their_tags_are_now(engine: FakeEngine) -> None:
    first = _run(engine)
    engine.image("train", run=lambda _: 9)
    engine.image("digits", files={"/data/x": "Y"})
    _, again = _rerun(engine)

    assert again.image is not None
    assert engine.read(again.image, "/model/weights") == b"X"
    assert _record(engine, again.image).made_from == _record(engine, first.image).made_from


def test_run_is_made_again_in_the_repository_that_it_was_told(engine: FakeEngine) -> None:
    told = _run(engine, result=parse_reference("model"))
    assert told.image is not None
    followed = _use_case(engine).prepare(RerunRequest(told.image))
    elsewhere = _use_case(engine).prepare(RerunRequest(told.image, result=parse_reference("other")))

    assert [one.prepared.plan.repository for one in (followed, elsewhere)] == ["model", "other"]


def test_run_by_id_is_made_again_without_a_tag(engine: FakeEngine) -> None:
    image = engine.images.inspect(parse_reference("train:latest")).id
    engine.store.tags.drop("train:latest")
    first = _run(engine, image=image)
    assert first.image is not None
    _, again = _rerun(engine, first.image)

    assert again.tags == ()


def test_other_inputs_take_the_place_of_the_recorded_ones(engine: FakeEngine) -> None:
    _run(engine)
    engine.image("other", files={"/data/x": "Z"})
    _, again = _rerun(engine, inputs=(parse_input("other"),))

    assert again.image is not None
    assert engine.read(again.image, "/model/weights") == b"Z"


def test_other_options_take_the_place_of_the_recorded_ones(engine: FakeEngine) -> None:
    _run(engine, "-e", "A_KEY=secret")
    options = parse_options(("--runtime", "runc"), environment={}, directory="/")
    _, again = _rerun(engine, options=options, docker_args=("--runtime", "runc"))
    record = _record(engine, again.image)

    assert (record.docker_args, record.runtime) == (("--runtime", "runc"), "runc")


def test_secrets_are_taken_from_the_environment_and_stay_hidden(engine: FakeEngine) -> None:
    _run(engine, "-e", "A_KEY=secret", "-e", "B")
    _, again = _rerun(engine, environment={"A_KEY": "mine", "B": "b"})

    assert again.image is not None
    assert engine.read(again.image, "/model/key") == b"mine"
    assert _record(engine, again.image).docker_args == ("-e", "A_KEY=***", "-e", "B")


def test_all_that_is_missing_is_told_at_once_before_anything_is_made(engine: FakeEngine) -> None:
    _run(engine, "-e", "A_KEY=secret", "-e", "B", "-e", "C=1")
    ids = {name: engine.images.inspect(parse_reference(f"{name}:latest")).id[7:19] for name in ("train", "digits")}
    _forget(engine, "train:latest")
    _forget(engine, "digits:latest")
    made = engine.journal.count("create")
    with pytest.raises(RunNotRepeatable) as caught:
        _rerun(engine)

    assert caught.value.missing == (
        "the value of A_KEY is not recorded, and A_KEY is not set",
        "B, which was taken from the environment, is not set",
        f"image train:latest ({ids['train']}) is neither on the engine nor in a registry that its digests name",
        f"image digits:latest ({ids['digits']}) is neither on the engine nor in a registry that its digests name",
    )
    assert caught.value.exit_status == 125
    assert engine.journal.count("create") == made


def test_options_that_are_understood_no_more_are_missing_too(engine: FakeEngine) -> None:
    first = _run(engine)
    assert first.image is not None
    stored = engine.store.images[first.image]
    facts = {**json.loads(stored.labels["jobber.run"]), "id": "odd", "docker-args": ["--nonsense"]}
    labels = {**stored.labels, "jobber.run": json.dumps(facts)}
    odd = engine.store.add_image(stored.layers, stored.configuration, labels, digests=stored.digests)
    _same_layers(engine, "train", ImageConfiguration())
    _forget_id(engine, _record(engine, odd).image.id)
    with pytest.raises(RunNotRepeatable, match="--nonsense") as caught:
        _rerun(engine, odd)

    assert len(caught.value.missing) == 2


def _forget_id(engine: FakeEngine, image: ImageId) -> None:
    engine.images.remove(image)


def _same_layers(engine: FakeEngine, name: str, configuration: ImageConfiguration) -> ImageId:
    """Another image with the same layers, in the place of one."""
    reference = parse_reference(f"{name}:latest")
    old = engine.store.images[engine.images.inspect(reference).id]
    new = engine.store.add_image(old.layers, configuration, {"revision": "2"}, digests=old.digests)
    engine.images.tag(new, reference=reference)
    return new


def test_image_under_another_id_is_found_by_its_layers(engine: FakeEngine) -> None:
    first = _run(engine)
    old = _record(engine, first.image).image.id
    same = _same_layers(engine, "train", engine.images.inspect(old).configuration)
    _forget_id(engine, old)
    _, again = _rerun(engine)

    assert _record(engine, again.image).image.id == same


def test_image_with_the_same_layers_and_another_command_is_not_taken_for_it(engine: FakeEngine) -> None:
    first = _run(engine)
    old = _record(engine, first.image).image.id
    _same_layers(engine, "train", ImageConfiguration(command=("other",)))
    _forget_id(engine, old)
    with pytest.raises(RunNotRepeatable):
        _rerun(engine)


@pytest.fixture
def pushed(engine: FakeEngine) -> FakeEngine:
    """An engine whose code image is in a registry, and gone."""
    engine.image("r.test/train", run=_train)
    reference = parse_reference("r.test/train:latest")
    engine.registry.push(reference, credentials=None, progress=FakeProgress())
    _run(engine, image="r.test/train", pull=PullPolicy.NEVER)
    _forget(engine, "r.test/train:latest")
    return engine


def test_image_that_is_gone_is_pulled_by_its_digest(pushed: FakeEngine) -> None:
    _, again = _rerun(pushed, "r.test/train:latest-run")

    assert [str(tag) for tag in again.tags] == ["r.test/train:latest-run", "r.test/train:20260101_000001"]


def test_image_that_would_have_to_be_pulled_is_missing_where_nothing_is_pulled(pushed: FakeEngine) -> None:
    with pytest.raises(RunNotRepeatable, match="it would be pulled by r"):
        _rerun(pushed, "r.test/train:latest-run", pulls=False)


def test_image_that_its_registry_has_no_more_is_missing(pushed: FakeEngine) -> None:
    recorded = RecordedImage("r.test/train:1", ImageId("sha256:" + "9" * 64), (f"r.test/train@sha256:{'8' * 64}",))

    assert _located(_use_case(pushed), recorded).is_missing


def test_names_that_a_record_may_have_and_nobody_understands_lead_nowhere(engine: FakeEngine) -> None:
    use_case = _use_case(engine)
    located = _located(use_case, RecordedImage("Not A Name", ImageId("sha256:" + "9" * 64), ("also not",)))

    assert located.is_missing
    assert located.name == "Not A Name (999999999999)"
    with pytest.raises(ImageNotFound):
        use_case.images.get(located)


def test_image_that_goes_while_others_are_looked_at_is_passed_over(engine: FakeEngine) -> None:
    engine.fail("inspect", ImageNotFound("it"), times=4)
    located = _located(
        _use_case(engine), RecordedImage("train:latest", ImageId("sha256:" + "9" * 64), chain="sha256:other")
    )

    assert located.is_missing


@pytest.mark.parametrize("count", [300, 900])
def test_missing_image_costs_one_list_and_a_bounded_number_of_calls(engine: FakeEngine, count: int) -> None:
    for number in range(count):
        engine.store.add_image((), ImageConfiguration(), {"number": str(number)})
    use_case = _use_case(engine)
    before = len(engine.journal)
    located = _located(use_case, RecordedImage("train:latest", ImageId("sha256:" + "9" * 64), chain="sha256:other"))
    calls = engine.journal[before:]

    assert located.is_missing
    assert calls.count("list-images") == 1
    assert len(calls) <= 205


def test_several_missing_images_cost_one_list_and_one_call_for_each_image(engine: FakeEngine) -> None:
    _run(engine)
    _forget(engine, "train:latest")
    _forget(engine, "digits:latest")
    for number in range(150):
        engine.store.add_image((), ImageConfiguration(), {"number": str(number)})
    before = len(engine.journal)
    with pytest.raises(RunNotRepeatable) as caught:
        _rerun(engine)
    calls = engine.journal[before:]

    assert len(caught.value.missing) == 2
    assert calls.count("list-images") == 1
    assert len(calls) < 170


def test_image_under_another_id_is_found_among_many(engine: FakeEngine) -> None:
    first = _run(engine)
    old = _record(engine, first.image).image
    same = _same_layers(engine, "train", engine.images.inspect(old.id).configuration)
    engine.images.tag(same, reference=parse_reference("train:kept"))
    engine.image("train", files={"/another": "one"})
    _forget_id(engine, old.id)
    for number in range(900):
        engine.store.add_image((), ImageConfiguration(), {"number": str(number)})

    located = _located(_use_case(engine), old)

    assert located.image is not None
    assert located.image.id == same


def test_registry_that_does_not_answer_is_left_to_the_engine_and_told(pushed: FakeEngine) -> None:
    pushed.remote.disconnect("r.test")
    with pytest.raises(RunNotRepeatable, match="could not be pulled"):
        _rerun(pushed, "r.test/train:latest-run")


def test_result_in_a_registry_is_run_again_without_being_pulled(engine: FakeEngine) -> None:
    engine.image("r.test/train", run=_train)
    _run(engine, image="r.test/train", pull=PullPolicy.NEVER)
    _forget(engine, "r.test/train:latest-run")
    prepared, again = _rerun(engine, "r.test/train:latest-run")

    assert prepared.old.remote == parse_reference("r.test/train:latest-run")
    assert again.exit_status == 0
    assert _verification(engine).remember(prepared.old, out="/model").keys() == {"", "weights", "key"}


@pytest.mark.parametrize("name", ["train", "built"])
def test_image_that_no_run_has_made_is_told(engine: FakeEngine, name: str) -> None:
    first = _run(engine)
    engine.image("built", files={"/x": ""}, base=first.image, labels={"jobber.build-tags": "built:latest"})
    with pytest.raises(NotAResult) as caught:
        _rerun(engine, name)

    assert caught.value.is_built is (name == "built")


def test_run_without_out_can_t_be_verified(engine: FakeEngine) -> None:
    _run(engine, out=None)
    with pytest.raises(UsageError, match="no out directory"):
        _rerun(engine, verify=True)


def test_mounts_of_the_machine_are_warned_of(engine: FakeEngine) -> None:
    _run(engine, "-v", "/a:/b")
    progress = FakeProgress()
    _rerun(engine, progress=progress)

    assert ("rerun-mounts", {"mounts": "/a at /b"}) in progress.warnings
    assert progress.notes[0][0] == "rerun"


def _verification(engine: FakeEngine, progress: FakeProgress | None = None) -> VerifyOutput:
    return VerifyOutput(engine, FakeRemoteImages(engine.remote), FakeKeyring(), progress or FakeProgress(), read_tree)


def _verified(engine: FakeEngine, **settings: object) -> tuple[bool, FakeProgress]:
    progress = FakeProgress()
    use_case = _use_case(engine)
    prepared = use_case.prepare(RerunRequest("train:latest-run", verify=True, **settings))  # type: ignore[arg-type]
    verification = _verification(engine, progress)
    before = verification.remember(prepared.old, out="/model")
    image = use_case.runner.run_prepared(prepared.request, prepared.prepared).image
    assert image is not None
    return not verification.compare(before, image, out="/model"), progress


def test_same_output_is_identical(engine: FakeEngine) -> None:
    _run(engine)
    identical, progress = _verified(engine)

    assert identical
    assert progress.notes == [("identical", {"out": "/model", "files": 2, "size": 1})]
    assert progress.steps == ["reading /model of the old result", "comparing /model"]


def test_what_differs_is_told(engine: FakeEngine) -> None:
    _run(engine)
    engine.image("other", files={"/data/x": "longer"})
    identical, progress = _verified(engine, inputs=(parse_input("other"),))

    assert not identical
    assert progress.notes == [
        ("differs", {"path": "/model/weights", "what": "had 1 bytes, and has 6"}),
        ("not-identical", {"out": "/model", "count": 1}),
    ]


def test_many_differences_are_counted_and_names_are_printable(engine: FakeEngine) -> None:
    def write(job: Job) -> int:
        for number in range(22):
            job.files.write(f"/model/\x1b{number:02}", job.files.read("/data/x"))
        return 0

    engine.image("train", run=write)
    engine.image("empty", files={"/data/x": ""})
    _run(engine)
    _, progress = _verified(engine, inputs=(parse_input("empty"),))

    assert progress.notes[0][1]["path"] == "/model/\\x1b00"
    assert progress.notes[20:] == [("differs-more", {"count": 2}), ("not-identical", {"out": "/model", "count": 22})]


def test_out_that_neither_run_has_made_is_told(engine: FakeEngine) -> None:
    engine.image("train", run=lambda _: 0)
    _run(engine)
    identical, progress = _verified(engine)

    assert identical
    assert progress.notes == [("both-without-out", {"out": "/model"})]


def test_difference_of_the_directory_itself_names_it(engine: FakeEngine) -> None:
    engine.image("train", run=lambda _: 0)
    first = _run(engine)
    progress = FakeProgress()
    verification = _verification(engine, progress)
    assert first.image is not None
    full = fake_runner(engine).run(RunRequest("train", ContainerOptions(), out="/"))
    assert full.image is not None
    verification.compare({}, full.image, out="/")

    assert progress.notes[0] == ("differs", {"path": "/", "what": "is new (directory)"})


class Unreachable(FakeRemoteImages):
    def inspect(self, reference: ImageReference, *, credentials: Credentials | None) -> Image:
        del credentials
        raise RegistryFailed(str(reference), why="no certificate")


def test_registry_that_can_t_be_asked_may_still_be_pulled_from(pushed: FakeEngine) -> None:
    use_case = _use_case(pushed)
    images = use_case.images
    found = RecordedImages(
        images.engine, Unreachable(pushed.remote), images.keyring, images.interruptions, images.progress
    )
    record = use_case.finder.find("r.test/train:latest-run").record
    assert record is not None
    located = found.locate(record.image, found.search())

    assert not located.is_missing
    assert found.get(located).image.id == record.image.id


def test_old_output_in_a_registry_is_compared_where_it_is(engine: FakeEngine) -> None:
    engine.image("r.test/train", run=_train)
    first = _run(engine, image="r.test/train", pull=PullPolicy.NEVER)
    assert first.image is not None
    old = FoundResult(engine.images.inspect(first.image), None, parse_reference("r.test/train:latest-run"))
    progress = FakeProgress()
    verification = _verification(engine, progress)
    before = verification.remember(old, out="/model")

    assert verification.compare(before, first.image, out="/model") == ()
    assert "archive" in engine.journal
    assert engine.journal.count("archive") == 1  # of the new one


def test_difference_of_a_directory_with_a_slash_is_named_once(engine: FakeEngine) -> None:
    first = _run(engine)
    assert first.image is not None
    progress = FakeProgress()
    _verification(engine, progress).compare({}, first.image, out="/model/")

    assert [facts.get("path") for _, facts in progress.notes[:3]] == ["/model", "/model/key", "/model/weights"]


def test_image_that_can_be_pulled_is_pulled_with_a_step_told(pushed: FakeEngine) -> None:
    progress = FakeProgress()
    _rerun(pushed, "r.test/train:latest-run", progress=progress)
    record = _record(pushed, pushed.images.inspect(parse_reference("r.test/train:latest-run")).id)

    assert progress.steps[0] == f"pulling {record.image.digests[0]}"
    assert progress.notes[0] == ("rerun", {"run": progress.notes[0][1]["run"], "when": "2026-01-01T00:00:00Z"})


def test_local_image_is_not_looked_for_where_nobody_can_be_asked(engine: FakeEngine) -> None:
    use_case = _use_case(engine)
    images = use_case.images
    found = RecordedImages(
        images.engine, Unreachable(engine.remote), images.keyring, images.interruptions, images.progress
    )
    digest = f"sha256:{'d' * 64}"
    gone = RecordedImage("data:latest", ImageId(digest), (f"data@{digest}",))

    assert found.locate(gone, found.search()).is_missing


def test_image_built_from_a_result_is_no_run_to_be_made_again(engine: FakeEngine) -> None:
    engine.image("child", base=_run(engine).image, files={"/x": "x"})
    with pytest.raises(NotAResult, match="child is not a result"):
        _rerun(engine, "child")
