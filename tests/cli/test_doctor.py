"""`jobber doctor`: its report, its JSON, its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from jobber import __version__
from jobber.adapters.discovery import candidates
from jobber.cli.output.checkup_lines import checkup_lines
from jobber.domain.checkup.check import Checkup, note, ok, problem
from jobber.domain.errors import EngineLost
from jobber.testing import FakeCommandLine, FakeEngine, Job
from jobber.testing.command_line import EnvironmentUnderTest

Run = Callable[..., tuple[int, str, str]]
KEYS = {
    "schema", "can-run", "checks", "jobber", "python", "configuration", "engine", "elsewhere", "logins", "runs",
    "leftovers",
}  # fmt: skip


@pytest.fixture
def nowhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without engines."""

    def sockets(_environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        yield str(home / "docker.sock"), "Docker's socket"

    monkeypatch.setattr(candidates, "_sockets", sockets)
    monkeypatch.setenv("PATH", str(home))
    return home


def told(ran: Any) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(ran.out if hasattr(ran, "out") else ran)
    return facts


# On an engine


def test_report_is_one_screen_without_a_word_on_stderr(jobber_cli: FakeCommandLine) -> None:
    ran = jobber_cli("doctor")
    lines = ran.out.splitlines()

    assert (ran.exit_status, ran.err) == (0, "")
    assert lines[0].startswith(f"ok       jobber         {__version__} in ")
    assert lines[-1] == "a run could work"
    assert len(lines) < 30
    assert "\x1b" not in ran.out


def test_json_has_every_key_and_its_schema(jobber_cli: FakeCommandLine) -> None:
    ran = jobber_cli("doctor", "--json")
    facts = told(ran)

    assert (ran.exit_status, ran.err) == (0, "")
    assert set(facts) == KEYS
    assert (facts["schema"], facts["can-run"]) == (1, True)
    assert (facts["engine"]["name"], facts["engine"]["version"]) == ("docker", "28.0")
    assert set(facts["checks"][0]) == {"name", "status", "text", "hint", "stops-runs"}


def test_containerd_store_is_noted(jobber_cli: FakeCommandLine, tmp_path: Path) -> None:
    engine = FakeEngine(id_store="manifest")
    cli = FakeCommandLine(engine, home=tmp_path, directory=tmp_path)
    ran = cli("doctor")

    assert jobber_cli is not cli
    assert ran.exit_status == 0
    assert "note     images         containerd store" in ran.out


def test_configuration_files_are_told_with_their_errors(jobber_cli: FakeCommandLine) -> None:
    file = jobber_cli.directory / "jobber-config.yml"
    file.write_text("timeout: 60\n")
    good = jobber_cli("doctor", "--json")
    file.write_text("\ntimeuot: 60\nresult-image: perhaps\n")
    bad = jobber_cli("doctor", "--json")
    wrong = [check for check in told(bad)["checks"] if check["name"] == "configuration"]

    assert told(good)["configuration"]["files"] == [str(file)]
    assert (good.exit_status, bad.exit_status) == (0, 1)
    assert [check["text"].partition(": ")[0] for check in wrong] == [f"{file}:2", f"{file}:3"]
    assert wrong[0]["hint"] == "did you mean timeout?"
    assert told(bad)["engine"]["name"] == "docker"


@pytest.mark.parametrize("words", [("-c", "nowhere"), ("doctor", "-c", "nowhere")])
def test_configuration_that_is_not_there_is_told(jobber_cli: FakeCommandLine, words: tuple[str, ...]) -> None:
    ran = jobber_cli(*words, *([] if "doctor" in words else ["doctor"]))

    assert ran.exit_status == 1
    assert "unknown configuration 'nowhere'" in ran.out


@pytest.mark.parametrize("words", [("--engine", "lxc"), ("x",), ("--nonsense",)])
def test_wrong_command_line_is_no_report(jobber_cli: FakeCommandLine, words: tuple[str, ...]) -> None:
    ran = jobber_cli("doctor", *words)

    assert (ran.exit_status, ran.out) == (2, "")
    assert ran.err.startswith("error: ")


def test_secrets_are_nowhere(jobber_cli: FakeCommandLine) -> None:
    (jobber_cli.directory / "jobber-config.yml").write_text(
        "credentials:\n  - registry: r.test\n    user: me\n    password: top-secret\n"
    )
    for words in ((), ("--json",), ("-v",), ("-v", "--log-format", "json")):
        ran = jobber_cli("doctor", *words)

        assert "r.test" in ran.out
        assert "top-secret" not in ran.out + ran.err


def test_missing_helper_is_a_problem_that_lets_runs_be(jobber_cli: FakeCommandLine) -> None:
    (jobber_cli.home / ".docker").mkdir(parents=True)
    (jobber_cli.home / ".docker" / "config.json").write_text('{"credHelpers": {"gcr.io": "jobber-test-nowhere"}}')
    ran = jobber_cli("doctor")

    assert ran.exit_status == 0
    assert "docker-credential-jobber-test-nowhere is not on the PATH" in " ".join(ran.out.split())
    assert ran.out.endswith("a run could work; 1 problem\n")


def test_unfinished_runs_are_told(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    def train(job: Job) -> None:
        job.sleep(10)

    jobber_engine.image("train", run=train)
    jobber_engine.faults.lose_output()
    jobber_cli("run", "train")
    jobber_engine.clock.advance(100)
    ran = jobber_cli("doctor")

    assert ran.exit_status == 0
    assert "note     runs           unfinished: 1 ended" in ran.out
    assert "`jobber recover`" in ran.out


def test_engine_that_disappears_is_told(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.faults.disappear()
    ran = jobber_cli("doctor")

    assert ran.exit_status == 1
    assert "problem  engine         no container engine responds" in ran.out
    assert ran.out.endswith("a run could not work (engine); 1 problem\n")


def test_engine_that_stops_answering_is_told(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.fail("facts", EngineLost("facts", why="no response in time"))
    ran = jobber_cli("doctor")

    assert ran.exit_status == 1
    assert "it does not describe its configuration: no response in time" in " ".join(ran.out.split())


def test_signal_ends_it(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.faults.signal("SIGINT", at="facts")
    ran = jobber_cli("doctor")

    assert (ran.exit_status, ran.out) == (130, "")


def test_calls_without_configuration_files_read_none(jobber_engine: FakeEngine, tmp_path: Path) -> None:
    from jobber.cli.commands.doctor import doctor
    from jobber.session.environment import using_environment

    (tmp_path / "jobber-config.yml").write_text("nonsense: 1\n")
    with using_environment(EnvironmentUnderTest(jobber_engine)):
        assert doctor(json=True) == 0


# Without one


def test_machine_without_an_engine_can_not_run(nowhere: Path, run: Run) -> None:
    status, out, err = run("doctor", "--json")
    facts = told(out)

    assert (status, err) == (1, "")
    assert facts["engine"] is None
    assert {"address": "unix:///nonexistent", "why": "DOCKER_HOST"}.items() <= facts["elsewhere"][0].items()
    assert nowhere.is_dir()


def test_host_that_is_none_is_a_wrong_command_line(nowhere: Path, run: Run) -> None:
    status, out, err = run("-H", "ftp://x", "doctor")

    assert (status, out) == (2, "")
    assert "not an engine's host" in err
    assert nowhere.is_dir()


def test_host_of_a_file_that_is_none_is_told_with_its_place(nowhere: Path, run: Run) -> None:
    (nowhere / "project" / "jobber-config.yml").write_text("host: ftp://x\n")
    status, out, _ = run("doctor")

    assert status == 1
    assert "not an engine's host" in " ".join(out.split())


def test_dead_host_of_a_file_is_told_with_its_place(nowhere: Path, run: Run) -> None:
    file = nowhere / "project" / "jobber-config.yml"
    file.write_text("\nhost: unix:///nowhere\n")
    status, out, _ = run("doctor", "--json")

    assert status == 1
    assert told(out)["elsewhere"][0]["why"] == f"{file}:2"


def test_home_that_can_not_be_read_is_no_matter(nowhere: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (nowhere / "file").write_text("")
    for home in (f"{nowhere}/file", "/nonexistent", "/proc/self/mem", "relative", ""):
        monkeypatch.setenv("HOME", home)
        status, out, err = run("doctor")

        assert (status, err) == (1, "")
        assert out.endswith("a run could not work (engine); 1 problem\n")


def test_directory_that_is_gone_is_told(nowhere: Path, run: Run) -> None:
    gone = nowhere / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    status, out, _ = run("doctor")

    assert status == 1
    assert "the current directory is unknown" in " ".join(out.split())


def test_older_program_of_the_name_is_told(nowhere: Path, run: Run) -> None:
    (nowhere / "jobber").write_text("#!/usr/bin/python3\nfrom cli.cli import cli\ncli()\n")
    (nowhere / "jobber").chmod(0o755)
    _, out, _ = run("doctor")

    assert "docker-jobber 0.3 of 2019" in " ".join(out.split())


def test_program_itself_says_the_same(nowhere: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "jobber", "-H", "unix:///nonexistent", "doctor", "--json"],
        cwd=nowhere,
        env={"HOME": str(nowhere), "PATH": str(nowhere)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (1, "")
    assert not told(ended.stdout)["can-run"]


# Its lines


@pytest.mark.parametrize("columns", ["20", "50", "80", "100", "300", "x"])
def test_lines_fit_the_terminal(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    checks = (ok("jobber", "word " * 60), problem("logins", "word " * 30, "do " * 40), note("gpus", "x"))
    width = max(50, min(int(columns), 120)) if columns.isdecimal() else 80

    assert max(map(len, checkup_lines(Checkup(checks, {})))) <= width


def test_long_path_is_left_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    path = "/a-long/" * 20
    lines = list(checkup_lines(Checkup((ok("jobber", f"1.0 in {path}"),), {})))

    assert any(path in line for line in lines)


def test_name_stands_once_for_checks_of_one_kind() -> None:
    lines = list(checkup_lines(Checkup((ok("logins", "a"), problem("logins", "b\x1b[2J\nc", None)), {})))

    assert lines == [
        "ok       logins         a",
        "problem                 b\\x1b[2J c",
        "",
        "a run could work; 1 problem",
    ]
