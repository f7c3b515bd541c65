"""`jobber run -t NAME`: a result in another repository than the code image's."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

import jobber
from jobber.testing import Completed, FakeCommandLine, FakeEngine, FakeRegistry


def _labels(ran: Completed) -> Mapping[str, str]:
    assert ran.image is not None
    return ran.image.labels


def _id(ran: Completed) -> str:
    assert ran.image is not None
    return ran.image.id


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("train", run=lambda job: job.say("trained\n"))
    return jobber_cli


@pytest.mark.parametrize("option", ["-t", "--tag"])
def test_result_gets_its_tags_in_the_repository_that_is_named(cli: FakeCommandLine, option: str) -> None:
    ran = cli("run", option, "model", "train")

    assert [tag.partition(":")[0] for tag in ran.tags] == ["model", "model"]
    assert "model:latest-run" in ran.tags


def test_what_follows_the_image_is_the_jobs(cli: FakeCommandLine) -> None:
    ran = cli("run", "train", "-t", "model")

    assert "train:latest-run" in ran.tags


def test_run_by_id_has_tags_where_a_name_is_given(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    id_ = jobber_engine.image("other", run=lambda _: 0)

    assert "model:latest-run" in cli("run", "-t", "model", id_).tags


def test_labels_name_the_code_image_and_the_repository(cli: FakeCommandLine) -> None:
    labels = _labels(cli("run", "-t", "model", "train"))

    assert labels["org.opencontainers.image.base.name"] == "train:latest"
    assert json.loads(labels["jobber.run"])["image"]["ref"] == "train:latest"
    assert labels["jobber.repository"] == "model"


@pytest.mark.parametrize("words", [[], ["-t", "train"]])
def test_result_in_the_code_image_s_repository_has_no_label_for_it(cli: FakeCommandLine, words: list[str]) -> None:
    assert "jobber.repository" not in _labels(cli("run", *words, "train"))


def test_run_of_such_a_result_is_tagged_after_the_result(cli: FakeCommandLine) -> None:
    cli("run", "-t", "model", "train")
    again = cli("run", "-t", "further", "model:latest-run")
    last = cli("run", "further:latest-run")

    assert "further:latest-run" in last.tags
    assert (_labels(again)["jobber.repository"], _labels(last)["jobber.repository"]) == ("further", "")


def test_plan_has_the_tags_and_whether_they_are_pushed(cli: FakeCommandLine) -> None:
    local = cli("run", "--dry-run", "-t", "model", "train").out
    remote = cli("run", "--dry-run", "-t", "me/model", "train").out

    assert 'tags: ["model:latest-run", "model:YYYYMMDD_HHMMSS"]\npush: false\n' in local
    assert 'tags: ["me/model:latest-run", "me/model:YYYYMMDD_HHMMSS"]\npush: true\n' in remote


def test_result_with_a_registry_is_pushed_and_the_default_registry_counts(
    cli: FakeCommandLine, jobber_registry: FakeRegistry
) -> None:
    host = jobber_registry.host
    named = cli("run", "-t", f"{host}/model", "train")
    cli("run", "-t", "other", "train")

    assert "pushed" in named.err
    assert f"{host}/model:latest-run" in named.tags

    by_default = cli("-r", host, "run", "--pull", "never", "-t", "deep", _id(cli("run", "train")))

    assert f"{host}/deep:latest-run" in by_default.tags


def test_recover_follows(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    cli("run", "--detach", "-t", "model", "train")
    cli("recover")

    assert "model:latest-run" in jobber_engine.images.references()


def test_rerun_follows_unless_it_is_told_otherwise(cli: FakeCommandLine) -> None:
    cli("run", "-t", "model", "train")
    again = cli("rerun", "model:latest-run")
    elsewhere = cli("rerun", "-t", "other", "model:latest-run")

    assert "model:latest-run" in again.tags
    assert _labels(again)["jobber.repository"] == "model"
    assert "other:latest-run" in elsewhere.tags


def test_reused_result_gets_its_tags_there(cli: FakeCommandLine) -> None:
    cli("run", "train")
    reused = cli("run", "--reuse", "-t", "model", "train")

    assert "nothing is run" in reused.err
    assert "model:latest-run" in reused.tags


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("model:v1", "not an image reference: 'model:v1': a result's name has no tag"),
        ("model@sha256:" + "a" * 64, "a result's name has no digest"),
        ("Model", "has capital letters"),
        ("", "a part of the name is empty"),
        ("a b", "is not a valid name"),
    ],
)
@pytest.mark.parametrize("command", ["run", "rerun"])
def test_name_that_can_t_be_one_is_an_error_before_anything_is_made(
    cli: FakeCommandLine, jobber_engine: FakeEngine, command: str, name: str, why: str
) -> None:
    cli("run", "train")
    before = jobber_engine.journal
    ran = cli(command, "-t", name, "train:latest-run")

    assert (ran.exit_status, jobber_engine.journal) == (125, before)
    assert why in ran.err
    assert "hint: " in ran.err


def test_hint_has_the_name_alone(cli: FakeCommandLine) -> None:
    err = cli("run", "-t", "host:5000/me/model:v1", "train").err

    assert err.endswith("give the name alone, host:5000/me/model\n")


def test_python_takes_it_as_well(cli: FakeCommandLine) -> None:
    assert cli("run", "train").exit_status == 0

    ran = jobber.run("train", tag="model", quiet=True)
    again = jobber.rerun(ran, tag="other", quiet=True)

    assert "model:latest-run" in ran.tags
    assert "other:latest-run" in again.tags
    with pytest.raises(jobber.UsageError, match="a result's name has no tag"):
        jobber.run("train", tag="model:1", quiet=True)
