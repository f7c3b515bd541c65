"""`jobber run --reuse` and `jobber rerun`, word for word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeCommandLine, FakeEngine, Job


def train(job: Job) -> int:
    job.say("trained\n")
    job.files.write("/model/weights", job.environment.get("VALUE", ""))
    return int(job.environment.get("STATUS", "0"))


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("train", run=train)
    return jobber_cli


def test_reuse_says_so_on_stderr_and_writes_the_id(cli: FakeCommandLine, tmp_path: Path) -> None:
    cli("run", "-o", "/model", "train")
    first = cli("run", "--reuse", "-o", "/model", "--iidfile", tmp_path / "id", "train")

    assert (first.exit_status, first.out) == (0, "")
    assert first.err.startswith("nothing is run: the same run succeeded at 2026-")
    assert (tmp_path / "id").read_text() in first.err


def test_reuse_is_a_setting_and_off_by_default(cli: FakeCommandLine) -> None:
    cli("run", "train")

    assert cli("run", "train").out == "trained\n"
    assert cli("run", "train", environment={"JOBBER_REUSE": "yes"}).out == ""


def test_dry_run_tells_what_would_be_reused(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    fresh = cli("run", "--reuse", "--dry-run", "train")
    cli("run", "train")
    made = len(jobber_engine.made)
    again = cli("run", "--reuse", "--dry-run", "train")

    assert "\nreuse: null\n" in fresh.out
    assert '\nreuse: "run ' in again.out
    assert fresh.err == ""
    assert again.err.startswith("nothing would be run: the same run succeeded at 2026-")
    assert again.err.strip().endswith(jobber_engine.images.inspect(parse_reference("train:latest-run")).id)
    assert "reuse" not in cli("run", "--dry-run", "train").out
    assert len(jobber_engine.made) == made


def test_why_nothing_is_reused_is_told_with_verbose(cli: FakeCommandLine) -> None:
    ran = cli("-v", "run", "--reuse", "-Xd", "-e HOME", "train")

    assert "no result can be reused for this run: HOME comes from the caller's environment" in ran.err


def test_rerun_verifies_and_writes_the_id(cli: FakeCommandLine, tmp_path: Path) -> None:
    cli("run", "-o", "/model", "train")
    again = cli("rerun", "--verify", "--iidfile", tmp_path / "id", "train:latest-run")

    assert (again.exit_status, again.out) == (0, "trained\n")
    assert "/model is the same as in the old result, byte for byte: files: 1, bytes: 0" in again.err
    assert again.image is not None
    assert (tmp_path / "id").read_text() == again.image.id


def test_rerun_that_differs_ends_with_1(cli: FakeCommandLine) -> None:
    cli("run", "-o", "/model", "train")
    again = cli("rerun", "--verify", "-Xd", "-e VALUE=x", "train:latest-run")

    assert again.exit_status == 1
    assert "differs: /model/weights had 0 bytes, and has 1\n" in again.err


def test_rerun_of_a_failure_ends_with_the_jobs_status(cli: FakeCommandLine) -> None:
    cli("run", "-o", "/model", "-Xd", "-e STATUS=3", "train")

    assert cli("rerun", "--verify", "train:latest-run").exit_status == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rerun", "nowhere"], "error: there is no image nowhere:latest"),
        (["rerun", "train"], "error: train is not a result of a run: it has no run record"),
        (["rerun", "--verify", "train:latest-run"], "has no out directory to compare"),
        (["rerun", "--verify", "--detach", "train:latest-run"], "error: --verify and --detach"),
        (["rerun", "-i", "x,nonsense=1", "train:latest-run"], "error: input 'x,nonsense=1'"),
        (["rerun", "-Xd", "--rm", "train:latest-run"], "error: Xdocker option --rm"),
        (["rerun"], "error: "),
        (["rerun", "a", "b"], "error: "),
    ],
)
def test_rerun_that_can_t_be_ends_with_125(cli: FakeCommandLine, words: list[str], said: str) -> None:
    cli("run", "train")
    ran = cli(*words)

    assert (ran.exit_status, ran.out) == (125, "")
    assert said in ran.err


def test_rerun_plans_without_making_anything(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    cli("run", "-o", "/model", "train", "--epochs", "5")
    made = len(jobber_engine.made)
    planned = cli("rerun", "--dry-run", "train:latest-run")

    assert 'command: ["--epochs", "5"]' in planned.out
    assert len(jobber_engine.made) == made


def test_rerun_leaves_a_job_to_itself(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    cli("run", "train")
    detached = cli("rerun", "--detach", "train:latest-run")

    assert len(detached.out.strip()) == 36
    assert detached.out.strip() in jobber_engine.containers.list(labels={})[0].labels["jobber.run"]


def test_result_is_found_by_the_beginning_of_its_run(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    cli("run", "train")
    result = cli("run", "train").image
    assert result is not None
    run_id = result.labels["jobber.run"].split('"id":"')[1][:13]

    assert cli("rerun", run_id).exit_status == 0
    assert len(jobber_engine.made) == 3


def test_rerun_tells_programs_what_came_of_it(cli: FakeCommandLine) -> None:
    cli("run", "-o", "/model", "train")
    again = cli("rerun", "--verify", "--json", "train:latest-run")
    unverified = json.loads(cli("rerun", "--json", "train:latest-run").out)
    told = json.loads(again.out)
    assert again.image is not None
    record = json.loads(again.image.labels["jobber.run"])

    assert again.err.startswith("repeating run ")
    assert "trained\n" in again.err
    assert (told["run"], told["id"], told["outcome"]) == (record["id"], again.image.id, "succeeded")
    assert (told["exit-status"], told["tags"][0], told["identical"]) == (0, "train:latest-run", True)
    assert (told["differences"], unverified["identical"], unverified["differences"]) == ([], None, None)
    assert unverified["again"] == told["run"]


def test_rerun_tells_programs_all_that_differs(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    faces = iter("12")

    def dice(job: Job) -> int:
        face = next(faces)
        for number in range(30):
            job.files.write(f"/model/{number:02}", face)
        return 0

    jobber_engine.image("train", run=dice)
    cli("run", "-o", "/model", "train")
    again = cli("rerun", "--verify", "--json", "train:latest-run")
    told = json.loads(again.out)

    assert (again.exit_status, told["identical"], len(told["differences"])) == (1, False, 30)
    assert told["differences"][29] == {"path": "/model/29", "what": "has the same size and another content"}


def test_rerun_that_is_left_alone_tells_programs_its_id(cli: FakeCommandLine) -> None:
    cli("run", "train")
    told = json.loads(cli("rerun", "--detach", "--json", "train:latest-run").out)

    assert sorted(told) == ["again", "run"]


def test_plan_is_no_json(cli: FakeCommandLine) -> None:
    ran = cli("rerun", "--dry-run", "--json", "train:latest-run")

    assert (ran.exit_status, ran.out) == (125, "")
    assert ran.err.startswith("error: --json and --dry-run: the plan is YAML\n")
