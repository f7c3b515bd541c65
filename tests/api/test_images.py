"""`jobber.build`, `jobber.image` and `jobber.push`."""

from __future__ import annotations

from pathlib import Path

import pytest

import jobber
from jobber.domain.images.reference import ImageId
from jobber.testing import FakeEngine, FakeRegistry


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "digits"
    folder.mkdir()
    (folder / "x").write_text("X")
    (folder / "Dockerfile").write_text("FROM scratch\nARG A=a\nLABEL a=$A\nCOPY x /data/\n")
    return folder


@pytest.mark.usefixtures("jobber_engine")
def test_built_image_is_named_after_its_directory_and_has_labels(context: Path) -> None:
    built = jobber.build(context, quiet=True)

    assert set(built.tags) == {"digits:latest", "digits:20260101_000000"}
    assert built.labels["jobber.build-tags"] == "digits:latest,digits:20260101_000000"
    assert built.files.list("/data") == ("/data/x",)
    assert (built.record, built.out, str(built)) == (None, "", built.id)
    assert repr(built).startswith("<jobber.Image digits:")


@pytest.mark.usefixtures("jobber_engine")
@pytest.mark.parametrize("tag", ["other:1", ["other:1", "more:2"]])
def test_build_uses_tags_and_build_arguments(context: Path, tag: str | list[str]) -> None:
    built = jobber.build(context, tag=tag, build_args={"A": "given"}, quiet=True)

    assert "other:1" in built.tags
    assert built.labels["a"] == "given"


@pytest.mark.usefixtures("jobber_engine")
def test_build_argument_without_a_value_comes_from_the_environment(
    context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A", "from outside")

    assert jobber.build(context, build_args={"A": None}, quiet=True).labels["a"] == "from outside"


@pytest.mark.usefixtures("jobber_engine")
def test_build_finds_the_dockerfile_in_the_current_directory(context: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (context / "Other").write_text("FROM scratch\nLABEL a=other\n")
    monkeypatch.chdir(context)

    assert jobber.build(file="Other", quiet=True).labels["a"] == "other"


@pytest.mark.usefixtures("jobber_engine")
def test_failed_build_has_its_log(context: Path) -> None:
    (context / "Dockerfile").write_text("FROM scratch\nCOPY nothing /\n")

    with pytest.raises(jobber.BuildFailed) as raised:
        jobber.build(context, quiet=True)
    assert b"COPY nothing /" in raised.value.log


@pytest.mark.usefixtures("jobber_engine")
@pytest.mark.parametrize("settings", [{"context": "/nonexistent"}, {"file": "None"}, {"tag": "a@sha256:" + "0" * 64}])
def test_invalid_build_raises_a_usage_error(context: Path, settings: dict[str, str]) -> None:
    with pytest.raises(jobber.UsageError):
        jobber.build(**{"context": context, **settings}, quiet=True)  # type: ignore[arg-type]


def test_remote_names_are_pushed(context: Path, jobber_registry: FakeRegistry, jobber_engine: FakeEngine) -> None:
    jobber.build(context, tag="digits:1", registry=jobber_registry.host, quiet=True)
    jobber_engine.image("local", files={"/x": "x"})
    jobber_engine.image(f"{jobber_registry.host}/late", files={"/x": "x"})
    jobber.push("late", registry=jobber_registry.host, quiet=True)

    assert jobber_registry.tags(f"{jobber_registry.host}/digits") == ("1",)
    assert jobber_registry.tags(f"{jobber_registry.host}/late") == ("latest",)
    with pytest.raises(jobber.UsageError):
        jobber.push("local", quiet=True)


def test_image_is_inspected_without_a_pull(jobber_engine: FakeEngine) -> None:
    id_ = jobber_engine.image("digits", files={"/data/x": "X"}, labels={"a": "b"})

    assert jobber.image("digits").labels == {"a": "b"}
    assert jobber.image(id_).tags == ("digits:latest",)
    assert jobber.image(id_[7:19]).id == id_
    with pytest.raises(jobber.ImageNotFound):
        jobber.image("me/nobody")
    assert "pull" not in jobber_engine.journal


@pytest.mark.parametrize("text", ["[1]", "no JSON"])
def test_unusable_metrics_raise_an_error(jobber_engine: FakeEngine, text: str) -> None:
    jobber_engine.image("run", files={"/metrics.json": text})

    with pytest.raises(jobber.JobberError, match=r"metrics\.json"):
        _ = jobber.image("run").metrics


def test_image_without_metrics_has_none(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("run", files={"/x": "x"})

    assert jobber.image("run").metrics == {}


def test_image_that_is_not_a_result_has_no_log(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("run", files={"/x": "x"})

    with pytest.raises(jobber.PathNotFound):
        _ = jobber.image("run").log


def test_image_built_from_a_result_has_no_record(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("train", run=lambda _: 0)
    result = jobber.run("train", quiet=True)
    jobber_engine.image("child", base=ImageId(result.id), files={"/x": "x"})

    assert jobber.image("train:latest-run").record is not None
    assert jobber.image("child").record is None
