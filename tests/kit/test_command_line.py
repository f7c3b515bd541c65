"""`jobber_cli`: the whole command in this process, and the process as it was after it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from jobber.domain.label import Label
from jobber.testing import EngineUnderTest, FakeCommandLine, FakeEngine, Job


def train(job: Job) -> int:
    job.say(job.files.read("/data/x"))
    job.complain("warm\n")
    job.files.write("/model/weights", job.stdin)
    return 3 if "--fail" in job.argv else 0


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("train", run=train)
    context = jobber_cli.directory / "digits"
    context.mkdir()
    (context / "x").write_text("X")
    (context / "Dockerfile").write_text("FROM scratch\nCOPY x /data/\n")
    assert jobber_cli("build", "digits").exit_status == 0
    return jobber_cli


def test_streams_and_exit_status_are_the_jobs(cli: FakeCommandLine) -> None:
    ran = cli("run", "-i", "digits", "train", "--fail")

    assert (ran.exit_status, ran.stdout, ran.out) == (3, b"X", "X")
    assert ran.err.startswith("warm\nresult train:latest-run, train:")


def test_result_is_the_image_that_was_made(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    ran = cli("run", "-i", "digits", "-o", "/model", "train", stdin="weights")
    assert ran.image is not None

    assert ran.image.labels[Label.OUT] == "/model"
    assert "train:latest-run" in ran.tags
    assert jobber_engine.read("train:latest-run", "/model/weights") == b"weights"


def test_command_that_makes_nothing_has_no_image(cli: FakeCommandLine) -> None:
    assert cli("run", "-ri", "none", "-i", "digits", "train").image is None
    assert cli("run", "--dry-run", "-i", "digits", "train").tags == ()


def test_image_that_nobody_made_is_the_domains_error(cli: FakeCommandLine) -> None:
    ran = cli("run", "nobody")

    assert (ran.exit_status, ran.image) == (125, None)
    assert ran.err.startswith("error: there is no image nobody:latest\nhint: ")


def test_home_and_directory_are_its_own(cli: FakeCommandLine, tmp_path: Path) -> None:
    elsewhere = tmp_path / "Model One"
    elsewhere.mkdir()
    (elsewhere / "Dockerfile").write_text("FROM train\n")
    built = cli("build", directory=elsewhere)

    assert "model-one:latest" in built.tags
    assert [cli.environment["HOME"], cli.directory.parent] == [str(cli.home), cli.home.parent]


def test_environment_is_the_calls(
    cli: FakeCommandLine, jobber_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobber_engine.image("show", run=lambda job: job.say(job.environment.get("TOKEN_A", "-")))
    monkeypatch.setenv("TOKEN_A", "of the process")

    assert cli("run", "-Xd", "-e TOKEN_A", "show").out == "-"
    assert cli("run", "-Xd", "-e TOKEN_A", "show", environment={"TOKEN_A": "given"}).out == "given"


@pytest.mark.parametrize("words", [["run", "-i", "digits", "train"], ["run", "--nonsense"], ["--help"]])
def test_process_is_as_it_was(cli: FakeCommandLine, words: list[str]) -> None:
    def state() -> tuple[object, ...]:
        handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
        streams = (sys.stdin, sys.stdout, sys.stderr)
        return dict(os.environ), Path.cwd(), streams, handlers, len(list(Path("/proc/self/fd").iterdir()))

    cli(*words)
    before = state()
    cli(*words)

    assert state() == before


def test_nothing_of_a_command_reaches_the_streams_of_the_process(
    cli: FakeCommandLine, capfd: pytest.CaptureFixture[str]
) -> None:
    cli("run", "-v", "-i", "digits", "train")
    cli("--help")

    assert tuple(capfd.readouterr()) == ("", "")


def test_help_is_told_in_text(jobber_cli: FakeCommandLine) -> None:
    assert jobber_cli("--help").out.startswith("Usage: jobber")


def test_messages_can_be_had_as_json(cli: FakeCommandLine) -> None:
    ran = cli("run", "--log-format", "json", "-i", "digits", "train")

    assert '"event": "result"' in ran.err.splitlines()[-1]


def test_push_reaches_the_registry(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    host = jobber_engine.remote.host
    built = cli("build", "-t", f"{host}/digits:1", "digits")

    assert built.exit_status == 0, built.err
    assert jobber_engine.remote.tags(f"{host}/digits") == ("1",)


def test_time_is_the_engines(cli: FakeCommandLine, jobber_engine: EngineUnderTest) -> None:
    jobber_engine.image("slow", run=lambda job: job.sleep(3600))
    ran = cli("run", "slow")
    again = cli("run", "slow")

    assert ran.tags[0] == "slow:20260101_010000"
    assert "slow:20260101_020000" in again.tags


@pytest.mark.parametrize("path", ["", "/"])
def test_files_are_told_by_their_paths(cli: FakeCommandLine, jobber_engine: FakeEngine, path: str) -> None:
    assert cli("run", "-i", "digits", "train").exit_status == 0

    assert jobber_engine.list("train:latest-run", path or "/") == ["/bin/program", "/model/weights", "/run.log"]
