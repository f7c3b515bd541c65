"""`jobber export`, word for word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobber.testing import FakeCommandLine, FakeEngine


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("train", run=lambda _: 0)
    jobber_cli("run", "train", "--epochs", "5")
    return jobber_cli


@pytest.mark.parametrize(
    ("format_", "key"), [("ro-crate", "@graph"), ("slsa", "predicateType"), ("prov", "wasGeneratedBy")]
)
def test_each_format_is_json_on_stdout(cli: FakeCommandLine, format_: str, key: str) -> None:
    ran = cli("export", "train:latest-run", "--format", format_)

    assert (ran.exit_status, ran.err) == (0, "")
    assert key in json.loads(ran.out)


def test_output_goes_to_a_file(cli: FakeCommandLine, tmp_path: Path) -> None:
    file = tmp_path / "ro-crate-metadata.json"
    ran = cli("export", "--format=ro-crate", "-o", file, "train:latest-run")

    assert (ran.exit_status, ran.out) == (0, "")
    assert json.loads(file.read_text())["@graph"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["train:latest-run"], 2, "--format"),
        (["--format", "xml", "train:latest-run"], 2, "xml"),
        (["--format", "slsa", "nowhere"], 1, "error: there is no image nowhere:latest"),
        (["--format", "slsa", "train"], 1, "error: train is not a result of a run"),
        (["--format", "slsa", "-o", "no/such/file", "train:latest-run"], 1, "error: no/such/file can't be written"),
    ],
)
def test_what_can_t_be_exported_is_told(cli: FakeCommandLine, words: list[str], status: int, said: str) -> None:
    ran = cli("export", *words)

    assert (ran.exit_status, ran.out) == (status, "")
    assert said in ran.err


def test_result_in_a_registry_is_exported_without_being_pulled(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image("r.test/train", run=lambda _: 0)
    cli("run", "--pull", "never", "r.test/train")
    for image in jobber_engine.made:
        jobber_engine.images.remove(image)
    ran = cli("export", "--format", "slsa", "r.test/train:latest-run")

    assert json.loads(ran.out)["subject"][0]["name"] == "r.test/train"
    assert "pull" not in jobber_engine.journal


def test_image_built_from_a_result_is_not_exported_as_one(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image("child", base=jobber_engine.made[-1], files={"/x": "x"})
    ran = cli("export", "--format", "slsa", "child")

    assert (ran.exit_status, ran.out) == (1, "")
    assert "error: child is not a result of a run: it was built, possibly from a result" in ran.err
