"""Which images are results, and what their records say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from test_labels import ENDING, PLAN

from jobber.domain.images.image import Image, ListedImage
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.labels import result_labels
from jobber.domain.runs.result import RunRecord, is_built, parse_record, results_among

LABELS = result_labels(PLAN, ENDING, code=Image(PLAN.image.id), version="1")


def _listed(number: int, labels: dict[str, str], *, created: float = 0.0) -> ListedImage:
    return ListedImage(ImageId(f"sha256:{number:064}"), labels=labels, created=created)


def test_record_says_what_the_plan_said_and_how_it_ended() -> None:
    assert parse_record(LABELS) == RunRecord(
        id=PLAN.id,
        image=PLAN.image,
        inputs=PLAN.inputs,
        command=PLAN.command,
        docker_args=PLAN.docker_args,
        runtime=None,
        out="/model",
        configs=(),
        engine_name="docker",
        engine_version="28.5",
        ending=ENDING,
    )


def test_record_without_chains_and_with_the_command_of_the_image_is_one() -> None:
    labels = result_labels(replace(PLAN, command=None), ENDING, code=Image(PLAN.image.id), version="1")
    record = parse_record({"jobber.run": labels["jobber.run"]})

    assert record is not None
    assert record.command is None
    assert [image.chain for image in record.made_from] == ["", "", ""]


def test_of_images_with_one_record_the_sure_one_goes_first_then_the_oldest_and_last_those_without_a_time() -> None:
    without_time, young, old = _listed(1, LABELS), _listed(2, LABELS, created=9.0), _listed(3, LABELS, created=5.0)
    images = (without_time, young, old)

    def first(*, sure: int = 0) -> object:
        (result,) = results_among(images, is_sure=lambda image, _: image.id.endswith(str(sure or "none")))
        return result.image

    assert [first(), first(sure=2), first(sure=1)] == [old, young, without_time]


def test_record_tells_how_long_the_job_took_and_what_it_was_made_from() -> None:
    record = parse_record(LABELS)

    assert record is not None
    assert record.seconds == 86400
    assert record.made_from == (PLAN.image, *(item.image for item in PLAN.inputs))


@pytest.mark.parametrize("name", ["image", "inputs", "command", "docker-args", "engine", "outcome"])
def test_what_lacks_a_part_is_no_record(name: str) -> None:
    facts = json.loads(LABELS["jobber.run"])
    del facts[name]

    assert parse_record({"jobber.run": json.dumps(facts)}) is None


def test_moment_without_an_offset_is_no_record() -> None:
    facts = {**json.loads(LABELS["jobber.run"]), "finished": "2024-03-01T00:00:00"}

    assert parse_record({"jobber.run": json.dumps(facts)}) is None


@pytest.mark.parametrize("labels", [{}, {"jobber.run": ""}, {"jobber.run": '{"jobber.part":"x"}'}])
def test_image_of_no_run_has_no_record(labels: dict[str, str]) -> None:
    assert parse_record(labels) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("started", "0001-01-01T00:00:00+14:00"),
        ("started", "2024-01-01T00:00:00"),
        ("finished", 7),
        ("exit-code", float("inf")),
        ("exit-code", None),
        ("inputs", 7),
        ("image", []),
        ("engine", "docker"),
    ],
)
def test_what_has_an_odd_part_is_no_record(name: str, value: object) -> None:
    facts = {**json.loads(LABELS["jobber.run"]), name: value}

    assert parse_record({"jobber.run": json.dumps(facts)}) is None


def test_texts_of_a_record_are_texts() -> None:
    facts = {**json.loads(LABELS["jobber.run"]), "runtime": {"a": 1}, "out": 7}
    record = parse_record({"jobber.run": json.dumps(facts)})

    assert record is not None
    assert (record.runtime, record.out) == ("{'a': 1}", "7")


@pytest.mark.parametrize("text", ["[" * 100_000, "7", "null", "[]", '"text"', "{}"])
def test_other_json_is_no_record(text: str) -> None:
    assert parse_record({"jobber.run": text}) is None


def test_image_with_build_tags_is_built() -> None:
    assert (is_built({**LABELS, "jobber.build-tags": "a:latest"}), is_built(LABELS)) == (True, False)


def test_results_are_listed_newest_first_without_what_was_built_from_them() -> None:
    later = replace(ENDING, finished=ENDING.finished + timedelta(seconds=1))
    other = result_labels(replace(PLAN, id="other"), later, code=Image(PLAN.image.id), version="1")
    images = [
        _listed(1, LABELS, created=20),
        _listed(2, LABELS, created=10),
        _listed(3, {**other, "jobber.build-tags": "a:latest"}, created=1),
        _listed(4, other, created=5),
        _listed(5, {}, created=5),
    ]

    assert [result.image for result in results_among(images)] == [images[3], images[1]]


def test_of_results_that_ended_at_once_the_one_made_later_comes_first() -> None:
    other = result_labels(replace(PLAN, id="other"), ENDING, code=Image(PLAN.image.id), version="1")
    images = [_listed(1, LABELS, created=1), _listed(2, other, created=2)]

    assert [result.image for result in results_among(images)] == [images[1], images[0]]


def test_chain_of_layers_is_the_chain_id_of_the_image_specification() -> None:
    # By the specification: ChainID(A, B) = sha256(ChainID(A) + " " + DiffID(B))
    image = Image(PLAN.image.id, layers=("sha256:a", "sha256:b"))

    assert Image(PLAN.image.id).chain == ""
    assert Image(PLAN.image.id, layers=("sha256:a",)).chain == "sha256:a"
    assert image.chain == "sha256:970a948bffa8de94d6e22d747ba8c95030e6e546909f98f54e99a13005e173a8"
