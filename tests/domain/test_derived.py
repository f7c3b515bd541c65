"""Layers and tags distinguish images that were built from results."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from test_labels import ENDING, PLAN

from jobber.domain.images.image import Image, ImageConfiguration, ListedImage
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.derived import EMPTY_LAYER, has_own_tag, is_derived, own_record
from jobber.domain.runs.labels import result_labels
from jobber.domain.runs.record import RecordedInput, RunPlan
from jobber.domain.runs.result import RunRecord, parse_record

_ID = ImageId("sha256:" + "a" * 64)
_DEEP = tuple(map(str, range(110)))


def _labels(*code: str, plan: RunPlan = PLAN) -> dict[str, str]:
    image = replace(plan.image, chain=Image(_ID, layers=code).chain)
    return result_labels(replace(plan, image=image), ENDING, code=Image(_ID), version="1")


def _record(labels: dict[str, str]) -> RunRecord:
    record = parse_record(labels)
    assert record is not None
    return record


def _is_derived(layers: tuple[str, ...], code: tuple[str, ...], *, plan: RunPlan = PLAN) -> bool:
    labels = _labels(*code, plan=plan)
    return is_derived(Image(_ID, layers=layers, labels=labels), _record(labels))


@pytest.mark.parametrize(
    ("layers", "code", "expected"),
    [
        (("a", "b", "c"), ("a", "b"), False),
        (("a", "b", "c", "d"), ("a", "b"), True),
        (("a", "b", "c", EMPTY_LAYER), ("a", "b"), False),
        (("a", "b", EMPTY_LAYER, "c", "d"), ("a", "b"), True),
        (("a", "x", "c"), ("a", "b"), True),
        (("c", "log"), _DEEP, False),
        (("c", "log", "more"), _DEEP, True),
        ((*_DEEP, "log"), _DEEP, False),
    ],
)
def test_image_with_more_layers_than_a_result_was_built_from_it(
    layers: tuple[str, ...], code: tuple[str, ...], *, expected: bool
) -> None:
    assert _is_derived(layers, code) is expected


def test_what_may_be_a_flat_result_is_told_by_the_code_image() -> None:
    labels = _labels("a", "b")
    squashed = Image(_ID, layers=("all",), labels=labels)

    assert is_derived(squashed, _record(labels)) is False
    assert is_derived(squashed, _record(labels), code=Image(_ID, layers=("a", "b"))) is True
    assert is_derived(squashed, _record(labels), code=Image(_ID, layers=_DEEP)) is False


def test_image_whose_code_image_has_no_recorded_layers_may_be_a_result() -> None:
    assert _is_derived(("a", "b", "c", "d"), ()) is False


@pytest.mark.parametrize(
    "words", [("--read-only",), ("--tmpfs", "/run.log"), ("-v", "/x:/run.log:ro"), ("--volumes-from=c",)]
)
def test_log_may_have_a_layer_of_its_own(words: tuple[str, ...]) -> None:
    plan = replace(PLAN, docker_args=words)

    assert _is_derived(("a", "b", "c", "log"), ("a", "b"), plan=plan) is False
    assert _is_derived(("a", "b", "c", "log", "d"), ("a", "b"), plan=plan) is True


def test_log_has_a_layer_of_its_own_where_an_input_or_a_volume_is_in_its_place() -> None:
    plan = replace(PLAN, inputs=(RecordedInput(PLAN.image, "/data", "/run.log"),))
    labels = _labels("a")
    image = Image(_ID, layers=("a", "b", "log"), labels=labels)
    volumes = ImageConfiguration(volumes=("/run.log",))

    assert _is_derived(("a", "b", "log"), ("a",), plan=plan) is False
    assert is_derived(image, _record(labels)) is True
    assert is_derived(replace(image, configuration=volumes), _record(labels)) is False


def test_record_is_that_of_a_result_and_of_nothing_built_from_it() -> None:
    labels = _labels("a")
    result = Image(_ID, layers=("a", "b"), labels=labels)

    assert own_record(result) == _record(labels)
    assert own_record(replace(result, layers=("a", "b", "c"))) is None
    assert own_record(replace(result, labels={**labels, "jobber.build-tags": "x:1"})) is None
    assert own_record(replace(result, labels={})) is None


@pytest.mark.parametrize(
    ("seconds", "expected"), [(None, False), (-1, False), (0, True), (1, True), (60, True), (61, False)]
)
def test_tag_of_a_result_is_that_of_its_runs_end_or_soon_after(seconds: int | None, *, expected: bool) -> None:
    labels = _labels("a")
    moment = ENDING.finished + timedelta(seconds=seconds or 0)
    tag = "latest-run" if seconds is None else f"{moment:%Y%m%d_%H%M%S}"

    assert has_own_tag(ListedImage(_ID, (f"r:5000/ns/work:{tag}", "x:y")), _record(labels)) is expected
