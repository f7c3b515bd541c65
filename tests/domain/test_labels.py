"""The labels that jobber writes (docs/how-to/results.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jobber.domain.images.image import Image
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.domain.runs.labels import build_labels, container_labels, result_labels
from jobber.domain.runs.policy import Outcome, ResultImagePolicy
from jobber.domain.runs.record import RecordedImage, RecordedInput, RunEnding, RunPlan, render_plan, render_record

CODE = ImageId(f"sha256:{'a' * 64}")
DATA = ImageId(f"sha256:{'b' * 64}")
PLAN = RunPlan(
    id="0b6f5f0e-8a53-4c39-9d5b-3f1f2a1b7c11",
    image=RecordedImage("gcr.io/me/mnist:v1", CODE, ("gcr.io/me/mnist@sha256:1@2", "other@sha256:3")),
    inputs=(
        RecordedInput(RecordedImage("train:latest", DATA, chain="sha256:d"), "/data", "/in/train"),
        RecordedInput(RecordedImage("test:latest", CODE), "/other", "/in/test"),
    ),
    command=("é",),
    docker_args=(),
    runtime=None,
    out="/model",
    configs=(),
    engine_name="docker",
    engine_version="28.5",
    repository="gcr.io/me/mnist",
    keep=ResultImagePolicy.ALWAYS,
    push=True,
    added_environment=(),
    owner="",
)
ENDING = RunEnding(
    started=datetime(2024, 2, 29, tzinfo=UTC),
    finished=datetime(2024, 3, 1, tzinfo=UTC),
    outcome=Outcome.SUCCEEDED,
    exit_status=0,
)
RUN = {
    "jobber.version": "1.2.3",
    "jobber.build-tags": "",
    "jobber.parent": CODE,
    "jobber.out": "/model",
    "jobber.inputs": f"{'b' * 64}:/data:ro,{'a' * 64}:/other:ro",
}


def test_source_with_a_comma_stands_in_quotation_marks() -> None:
    plan = replace(PLAN, inputs=(replace(PLAN.inputs[0], source="/a,b"), PLAN.inputs[1]))

    assert container_labels(plan, version="1")["jobber.inputs"] == f'"{"b" * 64}:/a,b:ro",' + f"{'a' * 64}:/other:ro"


def test_container_has_the_plan() -> None:
    assert container_labels(PLAN, version="1.2.3") == {**RUN, "jobber.run": render_plan(PLAN)}


def test_result_has_the_record_and_what_the_image_specification_defines() -> None:
    assert result_labels(PLAN, ENDING, code=Image(CODE), version="1.2.3") == {
        **RUN,
        "jobber.run": render_record(PLAN, ENDING),
        "jobber.chains": ",sha256:d,",
        "jobber.blank-variables": "",
        "org.opencontainers.image.created": "2024-03-01T00:00:00Z",
        "org.opencontainers.image.base.name": "gcr.io/me/mnist:v1",
        "org.opencontainers.image.base.digest": "sha256:1@2",
    }


@pytest.mark.parametrize(
    ("repository", "inherited", "label"),
    [("gcr.io/me/mnist", "", None), (None, "old", ""), ("model", "old", "model"), ("model", "", "model")],
)
def test_repository_of_a_result_is_a_label_where_it_is_not_the_code_images(
    repository: str | None, inherited: str, label: str | None
) -> None:
    code = Image(CODE, labels={"jobber.repository": inherited} if inherited else {})
    labels = result_labels(replace(PLAN, repository=repository), ENDING, code=code, version="1")

    assert labels.get("jobber.repository") == label


def test_digest_of_the_base_is_the_code_images_wherever_the_result_is_tagged() -> None:
    labels = result_labels(replace(PLAN, repository="other"), ENDING, code=Image(CODE), version="1")

    assert labels["org.opencontainers.image.base.digest"] == "sha256:1@2"


def test_result_of_an_image_by_id_has_no_base_name() -> None:
    plan = replace(PLAN, image=RecordedImage(CODE, CODE))

    assert result_labels(plan, ENDING, code=Image(CODE), version="1")["org.opencontainers.image.base.name"] == ""


def test_result_of_an_image_without_a_digest_has_none() -> None:
    plan = replace(PLAN, image=RecordedImage("mnist:latest", CODE))

    assert "org.opencontainers.image.base.digest" not in result_labels(plan, ENDING, code=Image(CODE), version="1")


def test_digest_of_an_earlier_run_becomes_empty() -> None:
    plan = replace(PLAN, image=RecordedImage("mnist:latest", CODE))
    code = Image(CODE, labels={"org.opencontainers.image.base.digest": "sha256:9"})

    assert result_labels(plan, ENDING, code=code, version="1")["org.opencontainers.image.base.digest"] == ""


def test_result_without_out_and_inputs_says_so() -> None:
    labels = result_labels(replace(PLAN, inputs=(), out=None), ENDING, code=Image(CODE), version="1")

    assert (labels["jobber.inputs"], labels["jobber.out"]) == ("", "")


@pytest.mark.parametrize(
    "labels", [container_labels(PLAN, version="1"), build_labels((), version="1", revision="a", origin="b")]
)
def test_names_are_plain_texts(labels: dict[str, str]) -> None:
    assert {type(name) for name in labels} == {str}


def test_built_image_names_its_tags_and_where_it_comes_from() -> None:
    tags = (parse_reference("mnist:latest"), parse_reference("mnist:1"))

    assert build_labels(tags, version="1.2.3", revision="abc", origin="https://git.test/x") == {
        "jobber.version": "1.2.3",
        "jobber.build-tags": "mnist:latest,mnist:1",
        "org.opencontainers.image.revision": "abc",
        "org.opencontainers.image.source": "https://git.test/x",
    }


def test_built_image_outside_of_git_names_its_tags_alone() -> None:
    assert set(build_labels((), version="1", revision=None, origin=None)) == {"jobber.version", "jobber.build-tags"}


def test_record_is_small_and_readable() -> None:
    record = render_record(PLAN, ENDING)

    assert '"command":["é"]' in record
    assert ": " not in record


def test_result_has_its_metrics_and_never_those_of_an_earlier_run() -> None:
    earlier = Image(CODE, labels={"jobber.metrics": '{"a":1}'})
    there = result_labels(PLAN, ENDING, code=earlier, version="1", metrics={"b": 2})
    none = result_labels(PLAN, ENDING, code=earlier, version="1")
    never = result_labels(PLAN, ENDING, code=Image(CODE), version="1", metrics={})

    assert there["jobber.metrics"] == '{"b":2}'
    assert none["jobber.metrics"] == ""
    assert "jobber.metrics" not in never
