"""The plan and the record of a run, as labels hold them (docs/how-to/results.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.images.reference import ImageId
from jobber.domain.runs.policy import Outcome, ResultImagePolicy
from jobber.domain.runs.record import (
    RecordedImage,
    RecordedInput,
    RunEnding,
    RunPlan,
    parse_plan,
    render_plan,
    render_record,
    rfc3339,
)

ID = ImageId(f"sha256:{'a' * 64}")
PLAN = RunPlan(
    id="0b6f5f0e-8a53-4c39-9d5b-3f1f2a1b7c11",
    image=RecordedImage("gcr.io/me/mnist:v1", ID, ("gcr.io/me/mnist@sha256:" + "b" * 64,)),
    inputs=(RecordedInput(RecordedImage("train:latest", ID), "/data", "/in/train"),),
    command=("train.py", "-v", "é"),
    docker_args=("-e", "API_TOKEN=***"),
    runtime="nvidia",
    out="/model",
    configs=("gpu", "debug"),
    engine_name="docker",
    engine_version="28.5",
    repository="gcr.io/me/mnist",
    keep=ResultImagePolicy.SUCCESS,
    push=True,
    added_environment=("API_TOKEN",),
    owner="host/boot/1/2",
)
ENDING = RunEnding(
    started=datetime(2024, 2, 29, 23, 5, 9, 250000, UTC),
    finished=datetime(2024, 3, 1, tzinfo=UTC),
    outcome=Outcome.TIMED_OUT,
    exit_status=143,
)

texts = st.text(max_size=8)
word_lists = st.lists(texts, max_size=3).map(tuple)
recorded_images = st.builds(RecordedImage, texts, texts.map(ImageId), word_lists, texts)
recorded_inputs = st.builds(RecordedInput, recorded_images, texts, texts)
plans = st.builds(
    RunPlan,
    id=texts,
    image=recorded_images,
    inputs=st.lists(recorded_inputs, max_size=2).map(tuple),
    command=st.none() | word_lists,
    docker_args=word_lists,
    runtime=st.none() | texts,
    out=st.none() | texts,
    configs=word_lists,
    engine_name=texts,
    engine_version=texts,
    repository=st.none() | texts,
    keep=st.sampled_from(ResultImagePolicy),
    push=st.booleans(),
    added_environment=word_lists,
    owner=texts,
)


@given(plans)
def test_a_plan_is_read_back_from_its_label(plan: RunPlan) -> None:
    assert plan == parse_plan(render_plan(plan))


@given(plans)
def test_a_record_is_not_taken_for_a_plan(plan: RunPlan) -> None:
    assert parse_plan(render_record(plan, ENDING)) is None


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '"x"', "1", "{}", '{"plan":{}}', '{"plan":1}'])
def test_what_is_no_plan_is_none(text: str) -> None:
    assert parse_plan(text) is None


@pytest.mark.parametrize("key", ["id", "image", "inputs", "command", "engine", "configs", "docker-args", "plan"])
def test_a_plan_that_lacks_something_is_none(key: str) -> None:
    facts = json.loads(render_plan(PLAN))
    del facts[key]

    assert parse_plan(json.dumps(facts)) is None


def test_a_record_says_what_the_contract_says_and_no_more() -> None:
    record = json.loads(render_record(PLAN, ENDING))

    expected = {
        "schema": 1,
        "id": "0b6f5f0e-8a53-4c39-9d5b-3f1f2a1b7c11",
        "image": {"ref": "gcr.io/me/mnist:v1", "id": ID, "digests": ["gcr.io/me/mnist@sha256:" + "b" * 64]},
        "inputs": [{"ref": "train:latest", "id": ID, "digests": [], "src": "/data", "dest": "/in/train"}],
        "command": ["train.py", "-v", "é"],
        "docker-args": ["-e", "API_TOKEN=***"],
        "runtime": "nvidia",
        "out": "/model",
        "configs": ["gpu", "debug"],
        "started": "2024-02-29T23:05:09.250000Z",
        "finished": "2024-03-01T00:00:00Z",
        "outcome": "timed-out",
        "exit-code": 143,
        "out-of-memory": None,
        "engine": {"name": "docker", "version": "28.5"},
    }
    assert expected == record


def test_a_record_has_its_keys_in_the_order_of_the_contract() -> None:
    expected = (
        "schema id image inputs command docker-args runtime out configs started finished outcome exit-code"
        " out-of-memory engine"
    )

    assert expected == " ".join(json.loads(render_record(PLAN, ENDING)))


def test_what_a_run_did_without_is_null_in_its_record() -> None:
    bare = replace(PLAN, command=None, runtime=None, out=None)
    record = json.loads(render_record(bare, ENDING))

    assert (record["command"], record["runtime"], record["out"]) == (None, None, None)


def test_an_empty_command_is_not_taken_for_none() -> None:
    plan = parse_plan(render_plan(replace(PLAN, command=())))

    assert plan is not None
    assert plan.command == ()


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_read_back_from_its_text(moment: datetime) -> None:
    assert moment == datetime.fromisoformat(rfc3339(moment))


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_told_in_utc(moment: datetime) -> None:
    assert rfc3339(moment).endswith("Z")
