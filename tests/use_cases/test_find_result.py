"""Which image is meant by what a person calls a result, and where it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import (
    AmbiguousName,
    ImageNotFound,
    InvalidReference,
    NotAResult,
    RegistryFailed,
    RunNotFinished,
    RunNotFound,
)
from jobber.domain.images.credentials import Credentials
from jobber.domain.images.reference import ImageId, parse_reference, parse_registry
from jobber.domain.use_cases.images.engine_results import results_here
from jobber.domain.use_cases.results.find_result import ResultFinder
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeEngine, FakeKeyring, FakeProgress, FakeRemoteImages, fake_runner

HOST = "registry.test:5000"


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("train", run=lambda job: job.say("said\n"))
    return engine


def finder(engine: FakeEngine, *, registry: str | None = None, keyring: FakeKeyring | None = None) -> ResultFinder:
    return ResultFinder(
        engine,
        FakeRemoteImages(engine.remote),
        keyring or FakeKeyring(),
        parse_registry(registry) if registry else None,
    )


def run(engine: FakeEngine, image: str = "train") -> tuple[ImageId, str]:
    """Run an image; the id of the result, and that of the run."""
    runner = fake_runner(engine)
    result = runner.run(RunRequest(image, ContainerOptions(), push=False))
    assert result.image is not None
    return result.image, runner.new_id


def publish(engine: FakeEngine, name: str = f"{HOST}/mnist") -> str:
    """An image that the registry has and the engine has not."""
    other = FakeEngine(registry=engine.remote, clock=engine.clock)
    made = other.image(name, files={"/x": name}, labels={"a": "b"})
    other.registry.push(parse_reference(name), credentials=None, progress=FakeProgress())
    return made


def test_tag_means_its_image_with_the_record_of_the_run(engine: FakeEngine) -> None:
    image, run_id = run(engine)
    found = finder(engine).find("train:latest-run")

    assert (found.image.id, found.remote) == (image, None)
    assert found.record is not None
    assert found.record.id == run_id


def test_name_without_a_tag_means_the_latest_image_which_no_run_has_made(engine: FakeEngine) -> None:
    found = finder(engine).find("train")

    assert found.image.references == ("train:latest",)
    assert found.record is None


@pytest.mark.parametrize("cut", [slice(None), slice(7, None), slice(7, 15), slice(0, 15), slice(7, 11)])
def test_id_and_its_beginning_mean_the_image(engine: FakeEngine, cut: slice) -> None:
    image, _ = run(engine)

    assert finder(engine).find(image[cut]).image.id == image


def test_id_that_is_not_there_is_told(engine: FakeEngine) -> None:
    with pytest.raises(ImageNotFound) as told:
        finder(engine).find("sha256:" + "0" * 64)

    assert told.value.name == "sha256:" + "0" * 64


def test_id_of_a_run_means_its_result(engine: FakeEngine) -> None:
    run(engine)
    image, run_id = run(engine)

    assert finder(engine).find(run_id).image.id == image


@pytest.mark.parametrize("beginning", ["0000", "00000000", "00000000-0000-4000-"])
def test_beginning_of_the_id_of_a_run_means_the_result(engine: FakeEngine, beginning: str) -> None:
    image, _ = run(engine)

    assert finder(engine).find(beginning).image.id == image


def test_beginning_of_several_runs_is_ambiguous(engine: FakeEngine) -> None:
    ids = sorted(run(engine)[0] for _ in range(4))
    with pytest.raises(AmbiguousName) as told:
        finder(engine).find("00000000-0000-4000")

    assert told.value.ids == tuple(ids)
    assert str(told.value).startswith("4 images have the ID prefix 00000000-0000-4000: ")
    assert str(told.value).endswith(", …")
    assert told.value.hint == "use a longer prefix"


def test_tag_goes_before_a_beginning_of_an_id(engine: FakeEngine) -> None:
    image, _ = run(engine)
    named = engine.image(image[7:13], files={"/x": "x"})

    assert finder(engine).find(image[7:13]).image.id == named


def test_text_with_capital_letters_is_no_name(engine: FakeEngine) -> None:
    with pytest.raises(InvalidReference):
        finder(engine).find("Train:latest")


@pytest.mark.parametrize("text", ["00000000-0000-4000-8000-", "sha256:abcd"])
def test_beginning_of_an_id_that_is_no_reference_is_not_found(engine: FakeEngine, text: str) -> None:
    with pytest.raises(ImageNotFound) as told:
        finder(engine).find(text)

    assert told.value.name.removesuffix(":latest") == text


def test_local_name_that_is_not_there_names_the_command_that_lists(engine: FakeEngine) -> None:
    with pytest.raises(ImageNotFound) as told:
        finder(engine).find("nobody")

    assert (told.value.name, told.value.hint) == ("nobody:latest", "`jobber ls` lists the results")


@pytest.mark.parametrize("text", ["000", "abc"])
def test_beginning_of_an_id_that_is_too_short_is_told_to_be(engine: FakeEngine, text: str) -> None:
    run(engine)
    with pytest.raises(ImageNotFound) as told:
        finder(engine).find(text)

    assert (told.value.hint or "").endswith("an ID prefix has at least four characters")


@pytest.mark.parametrize("registry", [None, HOST])
def test_run_that_is_not_finished_is_no_missing_image(engine: FakeEngine, registry: str | None) -> None:
    engine.image("long", run=lambda job: job.sleep(60))
    run_id = fake_runner(engine).detach(RunRequest("long", ContainerOptions(), detach=True))
    told = []
    for text in (run_id, run_id[:8]):
        with pytest.raises(RunNotFinished) as running:
            finder(engine, registry=registry).find(text)
        told.append((running.value.what, running.value.hint))
    engine.clock.sleep(100)
    with pytest.raises(RunNotFinished) as ended:
        finder(engine, registry=registry).find(run_id)

    assert set(told) == {
        (
            f"run {run_id} is not finished yet: its job has not ended",
            f"`jobber attach {run_id}` waits for it, and `jobber logs {run_id}` prints its output",
        )
    }
    assert ended.value.what == f"run {run_id} is not finished yet: its job has ended, but its result is not created yet"
    assert "`jobber recover`" in (ended.value.hint or "")


def test_beginning_of_several_runs_that_are_not_finished_is_ambiguous(engine: FakeEngine) -> None:
    engine.image("long", run=lambda job: job.sleep(60))
    for _ in range(2):
        fake_runner(engine).detach(RunRequest("long", ContainerOptions(), detach=True))
    with pytest.raises(RunNotFound, match="2 runs have the ID prefix 0000"):
        finder(engine).find("0000")


def test_remote_image_is_found_in_its_registry_and_not_pulled(engine: FakeEngine) -> None:
    made = publish(engine)
    found = finder(engine).find(f"{HOST}/mnist")

    assert (found.image.id, str(found.remote)) == (made, f"{HOST}/mnist:latest")
    assert found.image.labels == {"a": "b"}
    assert "pull" not in engine.journal


def test_what_the_engine_has_goes_before_what_the_registry_has(engine: FakeEngine) -> None:
    publish(engine)
    here = engine.image(f"{HOST}/mnist", files={"/x": "here"})
    found = finder(engine).find(f"{HOST}/mnist")

    assert (found.image.id, found.remote) == (here, None)


def test_default_registry_is_where_names_are_looked_for(engine: FakeEngine) -> None:
    made = publish(engine)

    assert finder(engine, registry=HOST).find("mnist").image.id == made


def test_credentials_of_the_registry_are_used(engine: FakeEngine) -> None:
    made = publish(engine)
    engine.remote.require(HOST, user="me", password="secret")
    keyring = FakeKeyring(**{HOST: Credentials("me", "secret")})

    assert finder(engine, keyring=keyring).find(f"{HOST}/mnist").image.id == made
    with pytest.raises(RegistryFailed):
        finder(engine).find(f"{HOST}/mnist")


def test_results_are_listed_newest_first(engine: FakeEngine) -> None:
    older, _ = run(engine)
    engine.clock.sleep(60)
    newer, _ = run(engine)

    assert [result.image.id for result in finder(engine).results()] == [newer, older]
    assert finder(engine).results()[0].record.ending.started > datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("is_base_here", [True, False])
@pytest.mark.parametrize("labels", [{}, {"jobber.build-tags": "child:latest"}])
def test_image_built_from_a_result_is_no_result(
    engine: FakeEngine, labels: dict[str, str], *, is_base_here: bool
) -> None:
    image, run_id = run(engine)
    engine.image("child", base=image, files={"/x": "x"}, labels=labels)
    if not is_base_here:
        engine.images.remove(image)
    found = finder(engine).find("child")

    assert found.record is None
    assert found.inherited is not None
    assert found.inherited.id == run_id
    assert [result.image.id for result in finder(engine).results()] == ([image] if is_base_here else [])
    with pytest.raises(NotAResult, match="child is not a result of a run: it was built, possibly from a result"):
        found.record_of_run(name="child")


def test_image_with_the_files_of_a_result_is_one_only_where_the_result_is_not(engine: FakeEngine) -> None:
    image, _ = run(engine)
    stored = engine.store.images[image]
    engine.clock.sleep(5)
    configured = engine.store.add_image(stored.layers, stored.configuration, {**stored.labels, "zz": "1"})
    engine.images.tag(configured, reference=parse_reference("child"))

    assert finder(engine).find("child").record is None

    engine.images.remove(image)

    assert finder(engine).find("child").record is not None


def test_result_without_a_tag_is_one(engine: FakeEngine) -> None:
    image, _ = run(engine)
    for name in engine.images.inspect(image).references:
        engine.store.tags.drop(name)

    assert finder(engine).find(image).record is not None
    assert [result.image.id for result in finder(engine).results()] == [image]


def test_image_that_goes_while_it_is_looked_into_is_no_result(engine: FakeEngine) -> None:
    image, _ = run(engine)
    listed = [replace(one, references=()) for one in engine.images.list(labels={"jobber.run": None})]
    engine.images.remove(image)

    assert results_here(engine, listed) == ()


def test_unsure_digests_are_told_only_where_a_registry_has_them(engine: FakeEngine) -> None:
    publish(engine)
    pulled = engine.registry.pull(parse_reference(f"{HOST}/mnist"), credentials=None, progress=FakeProgress())
    there, made_up = pulled.digests[0], f"{HOST}/mnist@sha256:{'0' * 64}"
    unsure = replace(pulled, digests=(there, made_up, "NONE@"), unsure_digests=(there, made_up, "NONE@"))

    assert finder(engine).with_true_digests(unsure).digests == (there,)
    assert finder(engine).with_true_digests(replace(unsure, unsure_digests=())).digests == unsure.digests

    engine.remote.disconnect(HOST)

    assert finder(engine).with_true_digests(unsure).digests == ()
