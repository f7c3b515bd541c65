"""Ancestors and descendants of images, at any location."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import CredentialsUnusable, EngineFailed, ImageNotFound, RegistryFailed
from jobber.domain.history.lineage import Edge, Lineage, Presence, Role
from jobber.domain.images.credentials import Credentials
from jobber.domain.images.reference import ImageId, ImageReference, parse_reference
from jobber.domain.runs.input import parse_input
from jobber.domain.runs.policy import PullPolicy
from jobber.domain.use_cases.results.find_result import ResultFinder
from jobber.domain.use_cases.results.show_result import ShownImage, show_image
from jobber.domain.use_cases.results.trace_lineage import TraceLineage
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeEngine, FakeKeyring, FakeProgress, FakeRemoteImages, Job, fake_runner

HOST = "registry.test:5000"


def train(job: Job) -> None:
    job.say("said\n")
    job.files.write("/model/weights", "w")


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("train", run=train)
    engine.image("digits", files={"/data/x": "X"})
    return engine


def tracer(engine: FakeEngine, *, progress: FakeProgress | None = None) -> TraceLineage:
    finder = ResultFinder(engine, FakeRemoteImages(engine.remote), FakeKeyring(), None)
    return TraceLineage(finder, progress or FakeProgress())


def show(engine: FakeEngine, name: str) -> ShownImage:
    finder = ResultFinder(engine, FakeRemoteImages(engine.remote), FakeKeyring(), None)
    return show_image(finder, name, progress=FakeProgress())


def run(engine: FakeEngine, image: str = "train", *inputs: str, push: bool = False) -> ImageId:
    engine.clock.sleep(60)
    request = RunRequest(
        image,
        ContainerOptions(),
        inputs=tuple(map(parse_input, inputs)),
        out="/model",
        push=push,
        pull=PullPolicy.MISSING,
    )
    result = fake_runner(engine).run(request)
    assert result.image is not None
    return result.image


def id_of(engine: FakeEngine, name: str) -> ImageId:
    return engine.images.inspect(parse_reference(name)).id


def shape(lineage: Lineage) -> set[tuple[str, str, str]]:
    """The edges: what was made, from what, and how."""
    return {(edge.child, edge.parent, edge.role.value) for edge in lineage.edges}


def test_lineage_leads_up_to_what_jobber_did_not_make(engine: FakeEngine) -> None:
    code, data = id_of(engine, "train"), id_of(engine, "digits")
    first = run(engine, "train", "digits")
    second = run(engine, "train:latest-run", "digits", f"{first},dest=/old")
    lineage = tracer(engine).trace(second)

    assert shape(lineage) == {
        (second, first, "code"),
        (second, data, "input"),
        (second, first, "input"),
        (first, code, "code"),
        (first, data, "input"),
    }
    assert list(lineage.nodes) == [second, first, data, code]
    assert {node.presence for node in lineage.nodes.values()} == {Presence.HERE}
    assert lineage.edges[0] == Edge(second, first, Role.CODE, "train:latest-run")
    assert lineage.edges[2] == Edge(second, first, Role.INPUT, "train:20260101_000100", "/model", "/old")
    assert [node.record is not None for node in lineage.nodes.values()] == [True, True, False, False]


def test_all_images_are_listed_once(engine: FakeEngine) -> None:
    for _ in range(5):
        run(engine, "train:latest-run" if engine.made else "train", "digits")
    before = len(engine.journal)
    tracer(engine).trace("train:latest-run")

    assert engine.journal[before:] == ("inspect", "list-images")


def test_lineage_down_is_what_was_made_from_an_image(engine: FakeEngine) -> None:
    data = id_of(engine, "digits")
    first = run(engine, "train", "digits")
    second = run(engine, "train:latest-run")
    run(engine)
    lineage = tracer(engine).trace("digits", down=True)

    assert shape(lineage) == {(first, data, "input"), (second, first, "code")}
    assert lineage.goes_down
    assert list(lineage.nodes) == [data, first, second]


def test_image_of_nothing_is_alone(engine: FakeEngine) -> None:
    lineage = tracer(engine).trace("digits")

    assert (len(lineage.nodes), lineage.edges) == (1, ())
    assert tracer(engine).trace("digits", down=True).edges == ()


def test_ancestor_that_is_gone_is_missing_and_what_was_made_from_it_is_known(engine: FakeEngine) -> None:
    data = id_of(engine, "digits")
    first = run(engine, "train", "digits")
    second = run(engine, "train:latest-run", "digits")
    engine.images.remove(data)
    engine.images.remove(first)
    lineage = tracer(engine).trace(second)
    gone = lineage.nodes[first]

    assert shape(lineage) == {(second, first, "code"), (second, data, "input")}
    assert {lineage.nodes[key].presence for key in (first, data)} == {Presence.MISSING}
    assert (gone.image.references, gone.record) == (("train:latest-run",), None)


def test_image_built_from_a_result_has_it_as_its_base(engine: FakeEngine) -> None:
    first = run(engine)
    engine.clock.sleep(1)
    derived = engine.image("derived", base=first, files={"/more": "x"})
    second = run(engine, "derived")
    up, down = tracer(engine).trace(second), tracer(engine).trace(first, down=True)

    assert shape(up) >= {(second, derived, "code"), (derived, first, "base")}
    assert shape(down) == {(derived, first, "base"), (second, derived, "code")}
    assert show(engine, "derived").base == up.nodes[first]
    assert show(engine, str(first)).base is None


def test_image_that_has_another_id_by_now_is_known_by_its_layers(engine: FakeEngine) -> None:
    first = run(engine, "train", "digits")
    again = FakeEngine(id_store="manifest", clock=engine.clock)
    moved = {}
    for name in ("train:latest", "digits:latest", "train:latest-run"):
        stored = engine.store.images[id_of(engine, name)]
        moved[name] = again.store.add_image(stored.layers, stored.configuration, stored.labels)
        again.store.tags.put(name, moved[name])
    lineage = tracer(again).trace("train:latest-run")

    assert moved["train:latest-run"] != first
    assert shape(lineage) == {
        (moved["train:latest-run"], moved["train:latest"], "code"),
        (moved["train:latest-run"], moved["digits:latest"], "input"),
    }
    assert shape(tracer(again).trace("digits", down=True)) == {
        (moved["train:latest-run"], moved["digits:latest"], "input")
    }


def _under_another_id(engine: FakeEngine, image: ImageId, *names: str) -> ImageId:
    """The same layers and another id, as an image that was saved, changed in a label and loaded; the old one goes."""
    stored = engine.store.images[image]
    engine.clock.sleep(1)
    again = engine.store.add_image(stored.layers, stored.configuration, {**stored.labels, "zz": "1"})
    engine.images.remove(image)
    for name in names:
        engine.images.tag(again, reference=parse_reference(name))
    return again


def test_what_was_made_from_an_image_that_has_another_id_by_now_is_found_below_it(engine: FakeEngine) -> None:
    data = id_of(engine, "digits")
    first = run(engine, "train", "digits")
    fixed = next(name for name in engine.images.inspect(first).references if "latest" not in name)
    second = run(engine, "train", f"{fixed},dest=/old")
    again = _under_another_id(engine, first, fixed)

    assert shape(tracer(engine).trace(second)) >= {(second, again, "input"), (again, data, "input")}
    assert shape(tracer(engine).trace("digits", down=True)) == {(again, data, "input"), (second, again, "input")}


def test_image_that_has_another_id_and_another_name_by_now_is_known_by_its_layers(engine: FakeEngine) -> None:
    data = id_of(engine, "digits")
    first = run(engine, "train", "digits")
    again = _under_another_id(engine, data, "numbers:1")

    assert (first, again, "input") in shape(tracer(engine).trace(first))
    assert [it.node.presence for it in show(engine, first).origins] == [Presence.HERE, Presence.HERE]
    assert shape(tracer(engine).trace("numbers:1", down=True)) == {(first, again, "input")}


def test_image_built_from_a_result_that_is_gone_has_a_missing_base(engine: FakeEngine) -> None:
    code, data = id_of(engine, "train"), id_of(engine, "digits")
    first = run(engine, "train", "digits")
    record = tracer(engine).finder.find(first).record
    assert record is not None
    derived = engine.image("derived", base=first, files={"/more": "x"})
    engine.image("derived:2", base=first, files={"/more": "y"})
    engine.images.remove(first)
    up, down = tracer(engine).trace("derived"), tracer(engine).trace("digits", down=True)
    base = up.nodes[record.id]

    assert shape(up) == {(derived, record.id, "base"), (record.id, code, "code"), (record.id, data, "input")}
    assert (base.presence, base.record) == (Presence.MISSING, record)
    assert up.nodes[derived].record is None
    assert shape(down) >= {(record.id, data, "input"), (derived, record.id, "base")}
    assert len(down.edges) == 3
    assert show(engine, "derived").base == base


def test_image_built_from_a_result_of_a_registry_is_no_result_there(engine: FakeEngine) -> None:
    first, _ = published(engine)
    name = f"{HOST}/team/derived"
    derived = engine.image(name, base=first, files={"/x": "x"})
    engine.registry.push(parse_reference(name), credentials=None, progress=FakeProgress())
    second = run(engine, name, push=True)
    for image in (derived, first):
        engine.images.remove(image)

    assert show(engine, name).node.record is None
    assert tracer(engine).trace(second).nodes[derived].record is None


def test_other_images_of_that_name_are_looked_into_once(engine: FakeEngine) -> None:
    data = id_of(engine, "digits")
    first = run(engine, "train", "digits", "digits,dest=/more")
    engine.image("digits", files={"/data/x": "another"})
    engine.image("digits:2", files={"/data/x": "yet another"})
    engine.images.remove(data)
    lineage = tracer(engine).trace(first)

    assert lineage.nodes[data].presence is Presence.MISSING
    assert engine.journal.count("inspect") < 12


def test_image_with_names_in_two_repositories_is_looked_into_once(engine: FakeEngine) -> None:
    first = run(engine, "train", "digits")
    engine.image("words", files={"/data/x": "words"})
    second = run(engine, "train:latest-run", "words")
    gone = id_of(engine, "digits"), id_of(engine, "words")
    both = engine.image("digits", files={"/data/x": "both"})
    engine.images.tag(both, reference=parse_reference("words"))
    for image in gone:
        engine.images.remove(image)
    lineage = tracer(engine).trace(second)

    assert {lineage.nodes[key].presence for key in gone} == {Presence.MISSING}
    assert (first in lineage.nodes, both in lineage.nodes) == (True, False)


def test_image_that_goes_while_it_is_looked_into_is_none(engine: FakeEngine) -> None:
    data = id_of(engine, "digits")
    first = run(engine, "train", "digits")
    other = engine.image("digits", files={"/data/x": "another"})
    engine.images.remove(data)
    found = tracer(engine)
    found.node_of(found.finder.find(first))
    engine.images.remove(other)

    assert found.trace(first).nodes[data].presence is Presence.MISSING


def test_not_all_images_of_the_world_are_looked_into(engine: FakeEngine) -> None:
    first = run(engine, "train", "digits")
    data = id_of(engine, "digits")
    for number in range(150):
        engine.image(f"digits:{number}", files={"/data/x": str(number)})
        engine.image(f"other:{number}", files={"/data/y": str(number)})
    engine.image("digits", files={"/data/x": "another"})
    engine.images.remove(data)
    before = engine.journal.count("inspect")
    lineage = tracer(engine).trace(first)

    assert lineage.nodes[data].presence is Presence.MISSING
    assert engine.journal.count("inspect") - before <= 202


def published(engine: FakeEngine) -> tuple[ImageId, ImageId]:
    """A result and its code image, which a registry has and the engine has had; the data image is here."""
    name = f"{HOST}/team/train"
    engine.image(name, run=train)
    engine.registry.push(parse_reference(name), credentials=None, progress=FakeProgress())
    code = id_of(engine, name)
    return run(engine, name, "digits", push=True), code


def test_ancestor_that_only_a_registry_has_is_read_there(engine: FakeEngine) -> None:
    first, code = published(engine)
    second = run(engine, f"{HOST}/team/train:latest-run")
    engine.images.remove(first)
    engine.images.remove(code)
    progress = FakeProgress()
    pulls = engine.journal.count("pull")
    lineage = tracer(engine, progress=progress).trace(second)

    assert shape(lineage) == {
        (second, first, "code"),
        (first, code, "code"),
        (first, id_of(engine, "digits"), "input"),
    }
    assert lineage.nodes[first].presence is Presence.REGISTRY
    assert lineage.nodes[first].where.startswith(f"{HOST}/team/train@sha256:")
    assert lineage.nodes[first].record is not None
    assert progress.steps[0] == f"reading {lineage.nodes[first].where}"
    assert engine.journal.count("pull") == pulls


def test_result_that_is_only_in_a_registry_has_a_lineage(engine: FakeEngine) -> None:
    first, code = published(engine)
    engine.images.remove(first)
    up = tracer(engine).trace(f"{HOST}/team/train:latest-run")
    down = tracer(engine).trace(f"{HOST}/team/train:latest-run", down=True)

    assert shape(up) == {(first, code, "code"), (first, id_of(engine, "digits"), "input")}
    assert up.nodes[first].where == f"{HOST}/team/train:latest-run"
    assert down.edges == ()


def test_built_image_in_a_registry_is_no_result_whatever_it_has_inherited(engine: FakeEngine) -> None:
    first, _ = published(engine)
    built = engine.image(f"{HOST}/team/built", base=first, labels={"jobber.build-tags": "x:1"}, files={"/x": "x"})
    engine.registry.push(parse_reference(f"{HOST}/team/built"), credentials=None, progress=FakeProgress())
    engine.images.remove(built)
    lineage = tracer(engine).trace(f"{HOST}/team/built")

    assert lineage.nodes[built].record is None
    assert shape(lineage) >= {(built, first, "base")}


def test_tag_in_a_registry_counts_only_while_it_is_the_same_image(engine: FakeEngine) -> None:
    name = f"{HOST}/team/train"
    code = engine.image(name, run=train)
    first = run(engine, name, push=False)  # it has no digest: it was pushed after the run
    engine.registry.push(parse_reference(name), credentials=None, progress=FakeProgress())
    engine.images.remove(code)

    assert tracer(engine).trace(first).nodes[code].where == f"{name}:latest"

    engine.image(name, files={"/x": "another"})
    engine.registry.push(parse_reference(name), credentials=None, progress=FakeProgress())
    engine.images.remove(parse_reference(name))

    assert tracer(engine).trace(first).nodes[code].presence is Presence.MISSING


def test_registry_out_of_reach_leaves_ancestors_missing_and_is_asked_once(engine: FakeEngine) -> None:
    first, code = published(engine)
    second = run(engine, f"{HOST}/team/train:latest-run", f"{code},src=/bin,dest=/x")
    engine.images.remove(first)
    engine.images.remove(code)
    engine.remote.disconnect(HOST)
    progress = FakeProgress()
    lineage = tracer(engine, progress=progress).trace(second)

    assert {lineage.nodes[key].presence for key in (first, code)} == {Presence.MISSING}
    assert [name for name, _ in progress.warnings] == ["registry-unread"]


def test_record_with_odd_references_leaves_them_missing(engine: FakeEngine) -> None:
    first = run(engine, "train", "digits")
    stored = engine.store.images[first]
    record = json.loads(stored.labels["jobber.run"])
    record["image"] |= {"ref": "NOT A REFERENCE", "id": "sha256:nobody", "digests": ["nonsense@", "a@b@c"]}
    labels = {**stored.labels, "jobber.run": json.dumps(record), "jobber.chains": ""}
    engine.store.images[first] = replace(stored, labels=labels)
    lineage = tracer(engine).trace(first)

    assert lineage.nodes["sha256:nobody"].presence is Presence.MISSING
    assert show(engine, first).origins[0].named_now is None


def test_image_that_its_registry_has_lost_is_missing(engine: FakeEngine) -> None:
    first = run(engine, "train", "digits")
    stored = engine.store.images[first]
    record = json.loads(stored.labels["jobber.run"])
    record["image"] |= {"id": "sha256:nobody", "digests": [f"{HOST}/team/train@sha256:{'0' * 64}"]}
    labels = {**stored.labels, "jobber.run": json.dumps(record), "jobber.chains": ""}
    engine.store.images[first] = replace(stored, labels=labels)

    assert tracer(engine).trace(first).nodes["sha256:nobody"].presence is Presence.MISSING


def test_credentials_that_can_t_be_used_leave_ancestors_missing(engine: FakeEngine) -> None:
    first, code = published(engine)
    engine.images.remove(code)

    class NoKeys(FakeKeyring):
        def credentials_for(self, reference: ImageReference) -> Credentials | None:
            raise CredentialsUnusable(str(reference.registry), why="the password file is gone")

    progress = FakeProgress()
    finder = ResultFinder(engine, FakeRemoteImages(engine.remote), NoKeys(), None)
    lineage = TraceLineage(finder, progress).trace(first)

    assert lineage.nodes[code].presence is Presence.MISSING
    assert progress.warnings[0][1]["why"] == f"credentials for {HOST}: the password file is gone"


def test_records_that_lead_in_a_circle_come_to_an_end(engine: FakeEngine) -> None:
    first = run(engine, "train", "digits")
    second = run(engine, "train:latest-run")
    stored = engine.store.images[first]
    record = json.loads(stored.labels["jobber.run"])
    record["image"]["id"] = second
    engine.store.images[first] = replace(stored, labels={**stored.labels, "jobber.run": json.dumps(record)})

    assert shape(tracer(engine).trace(first)) >= {(first, second, "code"), (second, first, "code")}
    assert shape(tracer(engine).trace(first, down=True)) >= {(first, second, "code"), (second, first, "code")}


def test_name_of_nothing_is_told(engine: FakeEngine) -> None:
    with pytest.raises(ImageNotFound):
        tracer(engine).trace("nobody")
    engine.remote.disconnect(HOST)
    with pytest.raises(RegistryFailed):
        tracer(engine).trace(f"{HOST}/x/y")


def test_engine_that_fails_is_told(engine: FakeEngine) -> None:
    engine.fail("list-images", EngineFailed("list images", why="full"))
    with pytest.raises(EngineFailed):
        tracer(engine).trace("digits")


def test_shown_result_has_what_its_images_were_and_are(engine: FakeEngine) -> None:
    data = id_of(engine, "digits")
    first = run(engine, "train", "digits")
    engine.images.tag(data, reference=parse_reference("digits:v1"))
    moved_to = engine.image("digits", files={"/data/x": "Y"})
    shown = show(engine, "train:latest-run")
    code, item = shown.origins

    assert shown.image.id == first
    assert (code.has_name, code.has_moved, code.has_lost_name, code.node.presence) == (
        True,
        False,
        False,
        Presence.HERE,
    )
    assert (item.has_moved, item.named_now, item.has_lost_name, item.node.key) == (True, moved_to, False, data)
    assert shown.added_size == shown.image.size - engine.images.inspect(parse_reference("train")).size


def test_reference_that_means_nothing_any_more_is_lost(engine: FakeEngine) -> None:
    data = id_of(engine, "digits")
    first = run(engine, "train", "digits")
    engine.images.tag(data, reference=parse_reference("digits:v1"))
    engine.images.remove(parse_reference("digits"))
    (_, item) = show(engine, first).origins

    assert (item.has_moved, item.has_lost_name) == (False, True)


def test_missing_images_and_their_sizes_are_not_guessed(engine: FakeEngine) -> None:
    code_id = id_of(engine, "train")
    engine.store.tags.drop("train:latest")
    first = run(engine, code_id, "digits")
    engine.images.remove(id_of(engine, "digits"))
    engine.images.remove(code_id)
    shown = show(engine, first)
    code, item = shown.origins

    assert (code.has_name, code.named_now, code.has_lost_name) == (False, None, False)
    assert (item.node.presence, item.has_lost_name) == (Presence.MISSING, False)
    assert shown.added_size is None


def test_image_without_a_run_is_shown_without_origins(engine: FakeEngine) -> None:
    shown = show(engine, "digits")

    assert (shown.node.record, shown.origins, shown.added_size) == (None, (), None)


def test_size_in_a_registry_is_not_compared(engine: FakeEngine) -> None:
    first, _ = published(engine)
    engine.images.remove(first)

    assert show(engine, f"{HOST}/team/train:latest-run").added_size is None


def test_image_that_was_code_and_input_is_looked_up_once(engine: FakeEngine) -> None:
    engine.image("both", run=train, files={"/data/x": "X"})
    result = run(engine, "both", "both")
    before = engine.journal.count("inspect")
    shown = show(engine, result)

    assert [(it.origin.role, it.node.presence) for it in shown.origins] == [
        (Role.CODE, Presence.HERE),
        (Role.INPUT, Presence.HERE),
    ]
    assert engine.journal.count("inspect") == before + 2
