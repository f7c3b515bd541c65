"""The first difference between a job and its nearest earlier result."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jobber.domain.images.image import ListedImage
from jobber.domain.images.reference import ImageId
from jobber.domain.pipelines.reasons import Wanted, code_difference, nearest, own_difference
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.record import RecordedImage, RecordedInput, RunEnding
from jobber.domain.runs.result import ListedResult, RunRecord

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_IMAGE = RecordedImage("steps", ImageId("sha256:1"))
_RECORD = RunRecord(
    id="r",
    image=_IMAGE,
    inputs=(RecordedInput(_IMAGE, "/out", "/data"),),
    command=("train", "--epochs", "10", "--fast"),
    docker_args=("-e", "A=1"),
    runtime=None,
    out="/model",
    configs=(),
    engine_name="docker",
    engine_version="28",
    ending=RunEnding(_AT, _AT, Outcome.SUCCEEDED, 0),
)
_WANTED = Wanted(_RECORD.command, _RECORD.docker_args, None, "/model", ("/data",))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"words": ("--env=A=1", "--memory", "9g")}, None),
        ({"command": ("train", "--epochs", "20", "--fast")}, "command: --epochs 20, was 10"),
        ({"command": ("train", "--epochs", "10")}, "command: nothing, was --fast"),
        ({"command": ("train", "--epochs", "10", "--fast", "-v")}, "command: -v, was nothing"),
        ({"command": ("learn", "--epochs", "10", "--fast")}, "command: learn, was train"),
        ({"command": ("train", "a b", "c", "d", "e", "f")}, "command: 'a b' c d e …, was --epochs 10 --fast"),
        ({"command": None}, "command: that of the image, was train --epochs 10 --fast"),
        ({"words": ("-e", "A=2")}, "options: --env A=2, was A=1"),
        ({"words": ("-e", "A=1", "--init")}, "options: --init true is new"),
        ({"words": ()}, "options: --env A=1 is no longer given"),
        ({"words": ("-e", "B=" + "x" * 99, "-e", "A=1")}, f"options: --env B={'x' * 51}…, was A=1"),
        ({"runtime": "nvidia"}, "runtime: nvidia, was none"),
        ({"out": None}, "out: none, was /model"),
        ({"destinations": ("/data", "/more")}, "inputs: /more is new"),
        ({"destinations": ()}, "inputs: /data is no longer mounted"),
    ],
)
def test_first_difference(changes: dict[str, object], expected: str | None) -> None:
    assert own_difference(_WANTED._replace(**changes), _RECORD) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (["sh", "-c", "echo Training a"], ["sh", "-c", "echo training a"], "'echo Training a', was 'echo training a'"),
        (["t", "--epochs", "20", "x"], ["t", "--epochs", "10", "x"], "--epochs 20, was 10"),
        (["t", "--epochs=20"], ["t", "--epochs=10"], "--epochs=20, was --epochs=10"),
        (["t", "a", "b"], ["t", "c", "d"], "a b, was c d"),
        (
            ["sh", "-c", "cd /somewhere/else && python3 train.py --epochs 20 --batch-size 32 --rate 0.1"],
            ["sh", "-c", "cd /somewhere/else && python3 train.py --epochs 10 --batch-size 32 --rate 0.1"],
            "'…--epochs 20 --batch-size 32 --ra…', was '…--epochs 10 --batch-size 32 --ra…'",
        ),
        (["t", "x" * 33], ["t", "x" * 32], f"'…{'x' * 9}', was '…{'x' * 8}'"),
        (["t", "y" * 40], ["t", "x"], f"'{'y' * 32}…', was x"),
    ],
)
def test_only_the_words_that_differ_are_shown(now: list[str], before: list[str], expected: str) -> None:
    record = replace(_RECORD, command=tuple(before))

    assert own_difference(_WANTED._replace(command=tuple(now)), record) == f"command: {expected}"


def _listed(record: RunRecord, *tags: str) -> ListedResult:
    return ListedResult(ListedImage(ImageId("sha256:2"), references=tags), record)


def test_own_cell_is_nearer_than_a_cell_that_differs_less() -> None:
    other = _listed(replace(_RECORD, id="other", command=("train", "--epochs", "10", "-v")), "train:b.latest-run")
    own = _listed(replace(_RECORD, id="own", command=("train", "x", "y", "z")), "train:a.latest-run", "train:2")
    wanted = _WANTED._replace(sources=("steps", "prepare"), cell_tag="train:a.latest-run")
    found = nearest(wanted, [other, own])

    assert found is own
    assert nearest(wanted, [other]) is other


def test_own_job_is_nearer_than_a_job_of_the_same_name_in_another_pipeline() -> None:
    theirs = RecordedImage("other-steps:1", ImageId("sha256:9"))
    records = RecordedInput(RecordedImage("other-data:1", ImageId("sha256:8")), "/out", "/data")
    others = _listed(replace(_RECORD, id="others", image=theirs, inputs=(records,)), "train:a.latest-run")
    steps = RecordedImage("localhost:5000/steps:20260101_000000", ImageId("sha256:1"))
    data = RecordedInput(RecordedImage("prepare:20260101_000000", ImageId("sha256:3")), "/out", "/data")
    own = _listed(replace(_RECORD, id="own", image=steps, inputs=(data,), docker_args=(), runtime="x"))
    wanted = _WANTED._replace(sources=("steps", "prepare[1]"), cell_tag="train:a.latest-run")

    assert nearest(wanted, [others, own]) is own
    assert nearest(wanted, [others]) is others


def test_order_of_options_is_a_difference() -> None:
    record = replace(_RECORD, docker_args=("-e", "A=1", "-e", "B=1"))
    wanted = _WANTED._replace(words=("-e", "B=1", "-e", "A=1"))

    assert own_difference(wanted, record) == "options: their order differs"


def test_record_with_options_of_a_newer_version() -> None:
    record = replace(_RECORD, docker_args=("--brand-new",))

    assert own_difference(_WANTED, record) == "options: --env A=1 is new"


def test_image_without_a_command_of_its_own() -> None:
    assert own_difference(_WANTED, replace(_RECORD, command=None)) == (
        "command: train --epochs 10 --fast, was that of the image"
    )


def test_nearest_result_differs_least_and_is_the_newest_of_its_equals() -> None:
    far = replace(_RECORD, id="far", command=("other",), out=None, runtime="x", inputs=(), docker_args=())
    near = replace(_RECORD, id="near", command=("train", "--epochs", "11", "--fast"))
    older = replace(near, id="older")
    listed = [ListedResult(ListedImage(ImageId("sha256:2")), record) for record in (far, near, older)]
    found = nearest(_WANTED, listed)

    assert found is not None
    assert found.record.id == "near"
    assert nearest(_WANTED, []) is None


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ("abc", "abxr", "image s: layer 3 of 3 differs"),
        ("ab", "abr", "image s: its configuration differs"),
        ("abc", "a", "image s: layer 2 of 3 differs"),
        ("abc", "", "image s: layer 1 of 3 differs"),
    ],
)
def test_layers_of_the_code(now: str, before: str, expected: str) -> None:
    assert code_difference("s", now, before) == expected
