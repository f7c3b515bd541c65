"""Unused objects that `prune` removes, and the reasons to keep others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobber.domain.containers.container import ContainerSpecification
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import EngineFailed, ImageNotFound, InputGone, Interrupted
from jobber.domain.history.retention import PruneRule, repositories_of
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.domain.runs.input import parse_input
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.result import results_among
from jobber.domain.use_cases.results.prune import PrunePlan, PruneResults
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeEngine, FakeProgress, Job, fake_runner

ALL = PruneRule(keep_last=0)


def _train(job: Job) -> int:
    job.files.write("/model/weights", "12345")
    job.sleep(60)
    return 0


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine(version="20.10")
    made.image("train", run=_train)
    made.image("digits", files={"/data/x": "123"})
    return made


def _run(engine: FakeEngine, image: str = "train", *inputs: str) -> ImageId:
    request = RunRequest(image, ContainerOptions(), inputs=tuple(map(parse_input, inputs)), out="/model")
    made = fake_runner(engine).run(request).image
    assert made is not None
    return made


def _prune(engine: FakeEngine, progress: FakeProgress | None = None) -> PruneResults:
    return PruneResults(engine, engine.interruptions, progress or FakeProgress())


def _going(engine: FakeEngine, rule: PruneRule) -> list[ImageId]:
    return [result.image.id for result in _prune(engine).plan(rule).results.going]


def _reasons(engine: FakeEngine, rule: PruneRule = ALL) -> list[str]:
    return [kept.why for kept in _prune(engine).plan(rule).results.kept]


def _is_there(engine: FakeEngine, image: ImageId) -> bool:
    try:
        return bool(engine.images.inspect(image))
    except ImageNotFound:
        return False


def test_nothing_is_to_be_done_where_nothing_is(engine: FakeEngine) -> None:
    planned = _prune(engine).plan(ALL)

    assert (planned, planned.count, planned.known_size, planned.is_size_known) == (PrunePlan(), 0, 0, True)


def test_copies_that_no_container_has_go_with_their_size(engine: FakeEngine) -> None:
    _run(engine, "train", "digits")
    planned = _prune(engine).plan()
    pruned = _prune(engine).remove(planned)

    assert [(copy.source, copy.size) for copy in planned.copies] == [("/data", 3)]
    assert (pruned.count, pruned.size, pruned.errors) == (1, 3, ())
    assert list(engine.inputs.copies()) == []


def test_copy_that_a_container_has_stays(engine: FakeEngine) -> None:
    _use_copy(engine)

    assert _prune(engine).plan().copies == ()


def _use_copy(engine: FakeEngine) -> None:
    image = engine.images.inspect(parse_reference("digits:latest"))
    mount = engine.inputs.provide(image, source="/data", destination="/data", progress=FakeProgress())
    code = engine.images.inspect(parse_reference("train:latest")).id
    engine.containers.create(ContainerSpecification(code, ContainerOptions(), inputs=(mount,)))


def test_copy_that_gets_used_after_it_was_listed_stays(engine: FakeEngine) -> None:
    _run(engine, "train", "digits")
    planned = _prune(engine).plan()
    _use_copy(engine)

    assert _prune(engine).remove(planned).count == 0


def test_copy_that_gets_used_at_the_last_moment_stays_and_is_told(engine: FakeEngine) -> None:
    _run(engine, "train", "digits")
    (copy,) = engine.inputs.copies()
    _use_copy(engine)
    progress = FakeProgress()
    removed = _prune(engine, progress)._discard(copy)

    assert not removed
    assert progress.notes == [("prune-kept", {"name": copy.name, "why": "a container now uses it"})]


def test_input_that_is_pruned_before_its_container_is_made_is_made_ready_again(engine: FakeEngine) -> None:
    _run(engine, "train", "digits")
    provide = engine.inputs.provide
    provided: list[str] = []

    class Racing:
        def provide(self, *arguments: object, **settings: object) -> object:
            mount = provide(*arguments, **settings)  # type: ignore[arg-type]
            if not provided:
                engine.store.volumes.clear()
            provided.append("once")
            return mount

    engine._inputs = Racing()  # type: ignore[assignment]

    assert engine.read(_run(engine, "train", "digits"), "/model/weights") == b"12345"
    assert len(provided) == 2


def test_input_that_is_pruned_again_and_again_is_told_in_the_end(engine: FakeEngine) -> None:
    engine.fail("create", InputGone("v"), times=4)
    with pytest.raises(InputGone):
        _run(engine, "train", "digits")

    assert engine.journal.count("provide") == 4


def test_what_is_left_half_done_goes(engine: FakeEngine) -> None:
    image = engine.images.inspect(parse_reference("train:latest")).id
    engine.runs.note_end("gone", image=image, outcome=Outcome.INTERRUPTED)
    planned = _prune(engine).plan()
    pruned = _prune(engine).remove(planned)

    assert [left.what for left in planned.leftovers] == ["of run gone"]
    assert (pruned.count, pruned.size) == (1, 0)
    assert _prune(engine).plan().count == 0


def test_runs_that_have_ended_are_counted_and_left_alone(engine: FakeEngine) -> None:
    engine.fail("commit", EngineFailed("commit", why="no space"))
    with pytest.raises(EngineFailed):
        _run(engine)
    planned = _prune(engine).plan(ALL)

    assert (planned.waiting, planned.count) == (1, 0)


def test_results_go_only_by_a_rule(engine: FakeEngine) -> None:
    _run(engine)

    assert _prune(engine).plan().count == 0


def test_last_results_of_each_repository_stay(engine: FakeEngine) -> None:
    engine.image("other", run=_train)
    made = [_run(engine, image) for image in ("train", "other", "train", "other", "train")]

    assert _going(engine, PruneRule(keep_last=1)) == [made[2], made[1], made[0]]
    assert _going(engine, PruneRule(keep_last=2)) == [made[0]]
    assert _going(engine, PruneRule(keep_last=3)) == []


def test_result_of_this_second_is_old_enough_for_no_age(engine: FakeEngine) -> None:
    engine.clock.sleep(0.7)
    made = _run(engine)

    assert _going(engine, PruneRule(older_than=timedelta(0))) == [made]
    assert _going(engine, PruneRule(older_than=timedelta(seconds=1))) == []


def test_young_results_stay(engine: FakeEngine) -> None:
    made = [_run(engine) for _ in range(3)]

    assert _going(engine, PruneRule(older_than=timedelta(seconds=60))) == [made[1], made[0]]
    assert _going(engine, PruneRule(older_than=timedelta(seconds=61))) == [made[0]]
    assert _going(engine, PruneRule(keep_last=2, older_than=timedelta(0))) == [made[0]]
    assert _going(engine, PruneRule(keep_last=0, older_than=timedelta(days=1))) == []


def test_results_go_newest_first_with_what_they_have_beyond_their_code(engine: FakeEngine) -> None:
    first = _run(engine)
    second = _run(engine, f"{first}")
    planned = _prune(engine).plan(ALL)
    pruned = _prune(engine).remove(planned, ALL)

    assert [result.image.id for result in planned.results.going] == [second, first]
    assert planned.sizes == (5, 5)
    assert (pruned.count, pruned.size) == (2, 10)
    assert not _is_there(engine, first)
    assert _is_there(engine, engine.images.inspect(parse_reference("train:latest")).id)


def test_size_is_not_known_where_the_code_image_is_gone(engine: FakeEngine) -> None:
    _run(engine)
    engine.images.remove(parse_reference("train:latest"))
    planned = _prune(engine).plan(ALL)

    assert (planned.sizes, planned.known_size, planned.is_size_known) == ((None,), 0, False)
    assert _prune(engine).remove(planned, ALL).count == 1


def test_result_that_is_a_single_layer_goes_with_all_of_it(engine: FakeEngine) -> None:
    image = "train"
    for _ in range(112):
        image = _run(engine, image)
    sizes = _prune(engine).plan(ALL).sizes

    assert len(engine.images.inspect(image).layers) < 112
    assert set(sizes) == {5}  # and not nothing, for one is smaller than its code image


def test_code_and_inputs_of_a_result_that_stays_stay_however_far_up(engine: FakeEngine) -> None:
    alone, first, data = _run(engine), _run(engine), _run(engine)
    second = _run(engine, first)
    newest = _run(engine, second, f"{data},src=/model")
    planned = _prune(engine).plan(PruneRule(keep_last=1))

    assert [result.image.id for result in planned.results.going] == [alone]
    assert [kept.why for kept in planned.results.kept] == [
        f"{newest[7:19]} was made from it",
        f"{second[7:19]} was made from it",
    ]


def test_by_force_they_go_and_what_they_free_is_not_known(engine: FakeEngine) -> None:
    first = _run(engine)
    _run(engine, first)
    planned = _prune(engine).plan(PruneRule(keep_last=1, force=True))

    assert [result.image.id for result in planned.results.going] == [first]
    assert planned.sizes == (None,)


def test_code_of_a_result_that_stays_is_known_by_its_layers_under_another_id(engine: FakeEngine) -> None:
    first = _run(engine)
    kept = _run(engine, first)
    stored = engine.store.images[first]
    engine.images.remove(first)
    again = engine.store.add_image(stored.layers, stored.configuration, stored.labels, digests=stored.digests)
    planned = _prune(engine).plan(PruneRule(keep_last=1))

    assert again != first
    assert [(one.result.image.id, one.why) for one in planned.results.kept] == [
        (again, f"{kept[7:19]} was made from it")
    ]


def test_code_of_a_result_that_stays_is_known_by_its_digest_under_another_id(engine: FakeEngine) -> None:
    first = _run(engine)
    digests = (f"r.test/train@sha256:{'d' * 64}",)
    engine.store.repository_digests[first] = digests
    _run(engine, first)
    stored = engine.store.images[first]
    engine.images.remove(first)
    again = engine.store.add_image((), stored.configuration, stored.labels)
    engine.store.repository_digests[again] = digests

    assert _going(engine, PruneRule(keep_last=1)) == []


def test_result_that_an_image_was_built_from_stays(engine: FakeEngine) -> None:
    first = _run(engine)
    engine.image("built", files={"/y": ""}, base=first)

    assert _reasons(engine) == ["built:latest was built from it"]


def test_image_with_the_record_of_a_result_that_is_gone_keeps_nothing(engine: FakeEngine) -> None:
    first = _run(engine)
    engine.image("built", files={"/y": ""}, base=first, labels={"jobber.build-tags": "built:latest"})
    engine.images.remove(first)
    second = _run(engine)

    assert _going(engine, ALL) == [second]


def test_result_that_several_need_stays_for_the_first_reason(engine: FakeEngine) -> None:
    first = _run(engine)
    _run(engine, first)
    _run(engine, first)
    newest = _run(engine, first, f"{first},src=/model")
    planned = _prune(engine).plan(PruneRule(keep_last=1))

    assert [(kept.result.image.id, kept.why) for kept in planned.results.kept] == [
        (first, f"{newest[7:19]} was made from it")
    ]


def test_result_that_somebody_has_tagged_stays_but_by_force(engine: FakeEngine) -> None:
    first = _run(engine)
    engine.images.tag(first, reference=parse_reference("host:5000/best:production"))

    assert _reasons(engine) == ["it has the tag host:5000/best:production"]
    assert _going(engine, PruneRule(keep_last=0, force=True)) == [first]


def test_result_that_a_container_uses_stays_even_by_force(engine: FakeEngine) -> None:
    first = _run(engine)
    engine.containers.create(ContainerSpecification(first, ContainerOptions()))

    assert _reasons(engine, PruneRule(keep_last=0, force=True)) == ["a container uses it"]


def test_inputs_of_a_run_that_is_not_finished_stay(engine: FakeEngine) -> None:
    first = _run(engine)
    request = RunRequest("train", ContainerOptions(), inputs=(parse_input(f"{first},src=/model"),))
    fake_runner(engine).detach(request)

    assert _reasons(engine) == ["an unfinished run was made from it"]


def test_result_that_goes_meanwhile_is_no_error(engine: FakeEngine) -> None:
    first = _run(engine)
    planned = _prune(engine).plan(ALL)
    engine.images.remove(first)
    progress = FakeProgress()
    pruned = _prune(engine, progress).remove(planned, ALL)

    assert (pruned.count, pruned.errors) == (0, ())
    assert progress.notes[0][0] == "prune-kept"


def test_result_that_is_used_by_the_time_of_the_answer_stays(engine: FakeEngine) -> None:
    first = _run(engine)
    planned = _prune(engine).plan(ALL)
    engine.containers.create(ContainerSpecification(first, ContainerOptions()))

    assert _prune(engine).remove(planned, ALL).count == 0
    assert _is_there(engine, first)


@pytest.mark.parametrize(("status", "errors"), [(409, 0), (500, 1)])
def test_engine_that_refuses_is_told(engine: FakeEngine, status: int, errors: int) -> None:
    first = _run(engine)
    planned = _prune(engine).plan(ALL)
    engine.fail("remove-image", EngineFailed("remove it", why="no", status=status))
    progress = FakeProgress()
    pruned = _prune(engine, progress).remove(planned, ALL)

    assert (pruned.count, len(pruned.errors)) == (0, errors)
    assert _is_there(engine, first)
    assert [event for event, _ in progress.notes] == ["prune-kept"] * (1 - errors)


def test_result_that_goes_at_the_last_moment_is_not_counted(engine: FakeEngine) -> None:
    _run(engine)
    planned = _prune(engine).plan(ALL)
    engine.fail("remove-image", ImageNotFound("it"))

    assert _prune(engine).remove(planned, ALL).count == 0


def test_result_that_is_gone_before_it_is_looked_at_is_no_candidate(engine: FakeEngine) -> None:
    _run(engine)
    engine.fail("inspect", ImageNotFound("it"))

    assert _prune(engine).plan(ALL).results.going == ()


def test_result_belongs_to_the_repositories_of_its_tags_else_to_its_codes(engine: FakeEngine) -> None:
    first = _run(engine)
    engine.images.tag(first, reference=parse_reference("h.test:5000/a/b:x"))
    tagged = results_among(engine.images.list(labels={"jobber.run": None}))[0]
    for tag in tagged.image.references:
        engine.store.tags.drop(tag)
    bare = results_among(engine.images.list(labels={"jobber.run": None}))[0]
    engine.store.tags.drop("train:latest")
    _run(engine, str(bare.record.image.id))
    by_id = results_among(engine.images.list(labels={"jobber.run": None}))[0]

    assert set(repositories_of(tagged)) == {"train", "h.test:5000/a/b"}
    assert repositories_of(bare) == ("train",)
    assert repositories_of(by_id) == ("",)


def test_all_that_goes_is_counted_and_told(engine: FakeEngine) -> None:
    engine.image("more", files={"/data/x": "1234567"})
    _run(engine, "train", "digits")
    _run(engine, "train", "more")
    code = engine.images.inspect(parse_reference("train:latest")).id
    engine.runs.note_end("gone", image=code, outcome=Outcome.INTERRUPTED)
    progress = FakeProgress()
    prune = _prune(engine, progress)
    planned = prune.plan(ALL)
    copies = [copy.name for copy in planned.copies]
    results = [result.image.references[0] for result in planned.results.going]
    pruned = prune.remove(planned, ALL)

    assert (planned.count, planned.known_size, planned.is_size_known) == (5, 3 + 7 + 5 + 5, True)
    assert (pruned.count, pruned.size, pruned.errors) == (5, 20, ())
    assert progress.notes == []
    assert progress.steps == [
        "looking for unused objects",
        "looking for unused objects",
        *(f"removing {name}" for name in (*copies, *results)),
    ]


def test_engine_without_room_is_asked_again(engine: FakeEngine) -> None:
    made = [_run(engine) for _ in range(3)]
    planned = _prune(engine).plan(ALL)
    engine.fail("remove-image", EngineFailed("remove it", why="no space left on device"), times=2)
    pruned = _prune(engine).remove(planned, ALL)

    assert (pruned.count, pruned.size, pruned.errors) == (3, 15, ())
    assert [_is_there(engine, image) for image in made] == [False, False, False]


def test_engine_that_has_not_the_room_to_remove_anything_is_told_with_what_to_do(engine: FakeEngine) -> None:
    made = [_run(engine) for _ in range(2)]
    planned = _prune(engine).plan(ALL)
    engine.fail("remove-image", EngineFailed("remove it", why="no space left on device"), times=4)
    pruned = _prune(engine).remove(planned, ALL)

    assert (pruned.count, pruned.size) == (0, 0)
    assert [error.hint for error in pruned.errors] == [
        "the engine needs some free disk space to remove images: free some, and prune again"
    ] * len(made)


def test_image_of_which_a_full_disk_let_nothing_but_the_layers_stay_is_no_success(engine: FakeEngine) -> None:
    _run(engine)
    planned = _prune(engine).plan(ALL)
    engine.fail("remove-image", EngineFailed("remove it", why="no space left on device"), after=True)
    pruned = _prune(engine).remove(planned, ALL)

    assert (pruned.count, len(pruned.errors)) == (0, 1)


def test_what_stays_does_not_keep_the_rest_from_going(engine: FakeEngine) -> None:
    made = [_run(engine) for _ in range(3)]
    planned = _prune(engine).plan(ALL)
    engine.containers.create(ContainerSpecification(made[2], ContainerOptions()))
    engine.fail("remove-image", EngineFailed("remove it", why="broken", status=500))
    progress = FakeProgress()
    pruned = _prune(engine, progress).remove(planned, ALL)

    assert (pruned.count, pruned.size, [error.what for error in pruned.errors]) == (
        1,
        5,
        ["the engine could not remove it: broken"],
    )
    assert progress.notes == [
        ("prune-kept", {"name": "train:20260101_000300", "why": "it is in use now, or already removed"})
    ]


def test_result_that_a_container_uses_at_the_last_moment_is_told_with_what_the_engine_says(engine: FakeEngine) -> None:
    first = _run(engine)
    (result,) = _prune(engine).plan(ALL).results.going
    for tag in engine.images.inspect(first).references:
        engine.store.tags.drop(tag)
    engine.containers.create(ContainerSpecification(first, ContainerOptions()))
    progress = FakeProgress()

    assert not _prune(engine, progress)._remove(result)
    assert progress.notes == [("prune-kept", {"name": result.image.references[0], "why": "a container uses it"})]


def test_an_interrupted_prune_stops(engine: FakeEngine) -> None:
    _run(engine, "train", "digits")
    planned = _prune(engine).plan()
    engine.interruptions.send("SIGINT")
    with pytest.raises(Interrupted):
        _prune(engine).remove(planned)

    assert len(engine.inputs.copies()) == 1
