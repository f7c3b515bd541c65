"""The lists of `jobber ls`: results of the engine, or of a repository in its registry."""

from __future__ import annotations

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import ImageNotFound, InvalidReference, RegistryFailed, UsageError
from jobber.domain.images.reference import ImageId, parse_reference, parse_registry
from jobber.domain.ports import RemoteImages
from jobber.domain.runs.input import parse_input
from jobber.domain.use_cases.results.find_result import ResultFinder
from jobber.domain.use_cases.results.list_results import ListRequest, ListResults
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeEngine, FakeKeyring, FakeProgress, FakeRemoteImages, fake_runner

HOST = "registry.test:5000"


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("train", run=lambda job: job.say("said\n"))
    engine.image("digits", files={"/data/x": "X"})
    return engine


def lister(
    engine: FakeEngine,
    *,
    registry: str | None = None,
    progress: FakeProgress | None = None,
    remote: RemoteImages | None = None,
) -> ListResults:
    finder = ResultFinder(
        engine,
        remote or FakeRemoteImages(engine.remote),
        FakeKeyring(),
        parse_registry(registry) if registry else None,
    )
    return ListResults(finder, progress or FakeProgress())


def run(engine: FakeEngine, image: str = "train", *inputs: str, push: bool = False) -> ImageId:
    """Run an image, a minute after the last; the id of the result."""
    engine.clock.sleep(60)
    request = RunRequest(image, ContainerOptions(), inputs=tuple(map(parse_input, inputs)), push=push)
    result = fake_runner(engine).run(request)
    assert result.image is not None
    return result.image


def ids(engine: FakeEngine, **request: object) -> list[str]:
    return [result.image.id for result in lister(engine).list(ListRequest(**request)).results]  # type: ignore[arg-type]


def publish(engine: FakeEngine, *, of: str = f"{HOST}/team/train") -> list[ImageId]:
    """Two results that a registry has and the engine has not, newest first."""
    other = FakeEngine(registry=engine.remote, clock=engine.clock)
    other.image(of, run=lambda job: job.say("said\n"))
    other.registry.push(parse_reference(of), credentials=None, progress=FakeProgress())
    return [run(other, of, push=True), run(other, of, push=True)][::-1]


def test_results_are_listed_newest_first(engine: FakeEngine) -> None:
    older = run(engine)
    newer = run(engine)

    assert ids(engine) == [newer, older]
    assert ids(engine, reverse=True) == [older, newer]


def test_name_chooses_the_results_of_a_repository(engine: FakeEngine) -> None:
    engine.image("other", run=lambda job: job.say("x"))
    one, other = run(engine), run(engine, "other")

    assert ids(engine, name="train") == [one]
    assert ids(engine, name="other:latest-run") == [other]
    assert ids(engine, name=one[7:19]) == [one]
    assert ids(engine, name="nobody") == []


def test_name_that_can_only_be_an_id_is_one(engine: FakeEngine) -> None:
    one = run(engine)

    assert ids(engine, name=one[:20]) == [one]
    assert ids(engine, name="00000000-0000-") == [one]


def test_name_that_is_none_is_told(engine: FakeEngine) -> None:
    with pytest.raises(InvalidReference):
        ids(engine, name="Train")


def test_image_and_inputs_choose_by_what_they_were_and_what_a_tag_is_now(engine: FakeEngine) -> None:
    without = run(engine)
    engine.images.tag(engine.images.inspect(parse_reference("digits")).id, reference=parse_reference("digits:v1"))
    before = run(engine, "train", "digits")
    engine.image("digits", files={"/data/x": "Y"})
    after = run(engine, "train", "digits")

    assert ids(engine, inputs=("digits",)) == [after, before]
    assert ids(engine, inputs=("digits:v1",)) == [before]
    assert ids(engine, inputs=("digits:nobody",)) == []
    assert ids(engine, images=("train",)) == [after, before, without]
    assert ids(engine, images=(engine.images.inspect(parse_reference("train")).id,)) == [after, before, without]
    assert ids(engine, images=("digits",)) == []


def test_registry_is_read_where_nothing_of_the_name_is_here(engine: FakeEngine) -> None:
    run(engine)
    there = publish(engine)
    progress = FakeProgress()
    listing = lister(engine, progress=progress).list(ListRequest(name=f"{HOST}/team/train"))

    assert [result.image.id for result in listing.results] == there
    assert str(listing.remote) == f"{HOST}/team/train"
    assert sorted(listing.results[0].image.references)[1] == f"{HOST}/team/train:latest-run"
    assert progress.steps[-1] == f"reading {HOST}/team/train: 4 of 4 tags"
    assert listing.results[0].image.created > 0
    assert "pull" not in engine.journal


def test_default_registry_is_where_names_are_looked_for(engine: FakeEngine) -> None:
    there = publish(engine)
    listing = lister(engine, registry=f"{HOST}/team").list(ListRequest(name="train"))

    assert [result.image.id for result in listing.results] == there


def test_filters_apply_to_a_registry_too_and_don_t_lead_there(engine: FakeEngine) -> None:
    there = publish(engine)
    name = f"{HOST}/team/train"
    engine.registry.pull(parse_reference(f"{name}:latest-run"), credentials=None, progress=FakeProgress())

    assert ids(engine, name=name) == [there[0]]
    assert ids(engine, name=name, remote=True) == there
    assert ids(engine, name=name, images=("nobody",)) == []
    assert ids(engine, name=name, remote=True, images=("nobody",)) == []


@pytest.mark.parametrize("name", ["", "train"])
def test_registry_without_the_name_of_a_repository_is_an_error(engine: FakeEngine, name: str) -> None:
    with pytest.raises(UsageError, match="--remote needs the name of a repository in a registry"):
        ids(engine, name=name, remote=True)


def test_repository_that_is_nowhere_is_told(engine: FakeEngine) -> None:
    with pytest.raises(ImageNotFound):
        ids(engine, name=f"{HOST}/team/nobody")


def test_registry_out_of_reach_is_told(engine: FakeEngine) -> None:
    engine.remote.disconnect(HOST)
    with pytest.raises(RegistryFailed, match="out of reach"):
        ids(engine, name=f"{HOST}/team/train")


class _Stumbling(FakeRemoteImages):
    """A registry some of whose tags are no images, or are gone when they are looked at."""

    def __init__(self, engine: FakeEngine, error: Exception, *, times: int) -> None:
        super().__init__(engine.remote)
        self._error = error
        self._times = times

    def inspect(self, reference, *, credentials):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        """Fail so many times."""
        self._times -= 1
        if self._times >= 0:
            raise self._error
        return super().inspect(reference, credentials=credentials)


@pytest.mark.parametrize("error", [ImageNotFound("x"), RegistryFailed("x", why="no image")])
def test_tags_that_are_no_images_are_left_out(engine: FakeEngine, error: Exception) -> None:
    there = publish(engine)
    remote = _Stumbling(engine, error, times=1)
    listing = lister(engine, remote=remote).list(ListRequest(name=f"{HOST}/team/train"))

    assert [result.image.id for result in listing.results] == there[:1]


def test_registry_none_of_whose_tags_can_be_read_is_told(engine: FakeEngine) -> None:
    publish(engine)
    remote = _Stumbling(engine, RegistryFailed("x", why="no image"), times=99)
    with pytest.raises(RegistryFailed):
        lister(engine, remote=remote).list(ListRequest(name=f"{HOST}/team/train"))


def test_repository_all_of_whose_tags_are_gone_has_no_results(engine: FakeEngine) -> None:
    publish(engine)
    remote = _Stumbling(engine, ImageNotFound("x"), times=99)

    assert lister(engine, remote=remote).list(ListRequest(name=f"{HOST}/team/train")).results == ()


def test_image_without_a_date_is_as_old_as_can_be(engine: FakeEngine) -> None:
    there = publish(engine)

    class Dateless(FakeRemoteImages):
        def inspect(self, reference, *, credentials):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            from dataclasses import replace

            return replace(super().inspect(reference, credentials=credentials), created="")

    listing = lister(engine, remote=Dateless(engine.remote)).list(ListRequest(name=f"{HOST}/team/train"))

    assert [(result.image.id, result.image.created) for result in listing.results] == [(id_, 0.0) for id_ in there]


def test_image_built_from_a_result_is_not_listed_in_its_registry(engine: FakeEngine) -> None:
    first = run(engine)
    name = f"{HOST}/team/child"
    engine.image(name, base=first, files={"/x": "x"})
    engine.registry.push(parse_reference(name), credentials=None, progress=FakeProgress())

    assert ids(engine, name=name, remote=True) == []


@pytest.mark.parametrize(
    ("request_", "proposed"),
    [
        (ListRequest(name="trian"), ["trian"]),
        (ListRequest(name="trian", images=("trian",), inputs=("digist",)), ["trian", "digist"]),
        (ListRequest(name="train:v1"), []),
        (ListRequest(name="nobody"), []),
        (ListRequest(name="abcd1234-"), []),
        (ListRequest(), []),
    ],
)
def test_names_by_which_nothing_is_found_get_the_nearest_after_one_look(
    engine: FakeEngine, request_: ListRequest, proposed: list[str]
) -> None:
    progress = FakeProgress()
    before = engine.journal.count("list-images")
    lister(engine, progress=progress).list(request_)

    assert [facts["name"] for event, facts in progress.notes if event == "name-unknown"] == proposed
    assert engine.journal.count("list-images") <= before + 2
