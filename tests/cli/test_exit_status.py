"""The exit status of commands, and their messages on stderr (docs/commands.md)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jobber import __version__
from jobber.adapters.discovery import candidates, connect
from jobber.cli.main import call, exit_status_of
from jobber.domain import errors
from jobber.domain.errors import Interrupted, JobberError, JobNotStarted, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without engines: an empty folder to be in, and nothing to find."""

    def sockets(_environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        yield str(tmp_path / "docker.sock"), "Docker's socket"

    for variable in [name for name in os.environ if name.startswith(("DOCKER_", "CONTAINER_", "JOBBER_"))]:
        monkeypatch.delenv(variable)
    here = tmp_path / "project"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(candidates, "_sockets", sockets)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return here


@pytest.fixture
def context(nowhere: Path) -> Path:
    (nowhere / "Dockerfile").write_text("FROM scratch\n")
    return nowhere


def ends(*words: str) -> int:
    return call(words, environment=os.environ)


def test_no_command_prints_the_help_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    status = ends()

    assert (status, "Usage: jobber" in capsys.readouterr().out) == (0, True)


@pytest.mark.parametrize("command", ["build", "run", "push", "recover"])
def test_the_help_of_a_command_is_printed_on_stdout(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = ends(command, "--help")

    assert (status, f"Usage: jobber {command}" in capsys.readouterr().out) == (0, True)


@pytest.mark.parametrize("command", ["build", "run", "push", "recover"])
def test_the_help_of_jobber_names_every_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    ends("--help")

    assert command in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--version"], ["-v", "--version"], ["run", "--version"]])
def test_the_version_is_printed_alone(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status = ends(*words)

    assert (0, f"{__version__}\n") == (status, capsys.readouterr().out)


USAGE = [
    ("run", ["run", "--nonsense", "mnist"]),
    ("run", ["run", "-o"]),
    ("run", ["run", "-o", "model", "mnist"]),
    ("run", ["run", "--timeout", "soon", "mnist"]),
    ("run", ["run", "--timeout", "0", "mnist"]),
    ("run", ["run", "--timeout", "nan", "mnist"]),
    ("run", ["run", "-ri", "sometimes", "mnist"]),
    ("run", ["run", "--pull", "often", "mnist"]),
    ("run", ["run", "-i", "mnist,src=relative", "mnist"]),
    ("run", ["run", "-Xd", "--rm", "mnist"]),
    ("run", ["run", "-Xd", "-e 'A", "mnist"]),
    ("run", ["run", "--engine", "lxc", "mnist"]),
    ("run", ["run", "--log-format", "xml", "mnist"]),
    ("run", ["run", "-r", "gcr..io", "mnist"]),
    ("run", ["run", "--iidfile", "/nonexistent/x", "mnist"]),
    ("run", ["run", "-H", "ftp://x", "mnist"]),
    ("build", ["build", "--nonsense"]),
    ("build", ["build", "/nonexistent"]),
    ("build", ["build", "-"]),
    ("build", ["build", "-t", "Not/Valid"]),
    ("build", ["build", "-f", "Nothing"]),
    ("build", ["build", "a", "b"]),
    ("build", ["build", "--build-arg", "=x"]),
    ("push", ["push"]),
    ("push", ["push", "mnist"]),
    ("push", ["push", "--nonsense"]),
    ("recover", ["recover", "everything"]),
    (None, ["ruin"]),
    (None, ["--nonsense"]),
    (None, ["-v"]),
]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(("command", "words"), USAGE, ids=lambda value: " ".join(value or ()))
def test_a_usage_error_ends_with_125_for_run_and_2_elsewhere(command: str | None, words: list[str]) -> None:
    assert (125 if command == "run" else 2) == ends(*words)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(("command", "words"), USAGE, ids=lambda value: " ".join(value or ()))
def test_a_usage_error_is_one_line_that_says_what_is_wrong(
    command: str | None, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ends(*words)

    first, *more = capsys.readouterr().err.splitlines()
    assert (first.startswith("error: "), [line for line in more if not line.startswith("hint: ")]) == (True, []), (
        command
    )


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(("command", "words"), USAGE[:3], ids=lambda value: " ".join(value or ()))
def test_an_error_leaves_stdout_alone(
    command: str | None, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ends(*words)

    assert capsys.readouterr().out == "", command


ENGINE_NEEDED = [
    (["run", "mnist"], 125),
    (["run", "--dry-run", "mnist"], 125),
    (["run"], 125),
    (["build"], 1),
    (["push", "me/mnist"], 1),
    (["recover"], 1),
    (["run", "-H", "unix:///nonexistent", "mnist"], 125),
    (["run", "--engine", "docker", "mnist"], 125),
    (["run", "--engine", "podman", "mnist"], 125),
]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(("words", "status"), ENGINE_NEEDED, ids=str)
def test_without_an_engine_a_command_fails_and_says_what_it_tried_and_what_to_do(
    words: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = ends(*words)

    lines = capsys.readouterr().err.splitlines()
    told = [line.partition(":")[0] for line in lines if line.startswith(("error:", "hint:"))]
    assert (status, ["error", "hint"]) == (ended, told)


@pytest.mark.parametrize("where", ["docker.sock (Docker's socket)", "podman on the PATH"])
def test_without_an_engine_every_place_is_named(
    where: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCKER_HOST")
    ends("recover")

    assert where in capsys.readouterr().err


def test_an_engine_that_is_named_and_silent_is_the_only_one_that_is_tried(capsys: pytest.CaptureFixture[str]) -> None:
    ends("recover")

    said = capsys.readouterr().err
    assert "unix:///nonexistent (DOCKER_HOST)" in said
    assert "docker.sock" not in said


def test_a_traceback_is_never_shown_for_an_error_that_was_foreseen(capsys: pytest.CaptureFixture[str]) -> None:
    ends("-v", "recover")

    assert "Traceback" not in capsys.readouterr().err


def broken(**_: object) -> None:
    raise ZeroDivisionError("division by zero")


def test_what_nobody_foresaw_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connect, "connect", broken)

    ends("recover")

    assert capsys.readouterr().err.startswith("error: internal error: ZeroDivisionError: division by zero\nhint: ")


def interrupted_in_a_class(**_: object) -> None:
    raise RuntimeError("Error calling __set_name__ on 'Field' instance") from KeyboardInterrupt()


def test_interruption_that_python_hides_in_an_error_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connect, "connect", interrupted_in_a_class)

    assert ends("recover") == 130
    assert capsys.readouterr().err == ""


def test_what_nobody_foresaw_is_shown_with_its_trace_under_v(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connect, "connect", broken)

    ends("-v", "recover")

    assert "Traceback" in capsys.readouterr().err


def test_what_nobody_foresaw_is_shown_with_its_trace_where_the_variable_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connect, "connect", broken)
    monkeypatch.setenv("JOBBER_VERBOSE", "1")

    ends("recover")

    assert "Traceback" in capsys.readouterr().err


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    "words",
    [
        ["--log-format", "json", "recover"],
        ["recover", "--log-format=json"],
        ["--log-format", "json", "run", "-o", "relative", "mnist"],
        ["--log-format", "json", "run", "--nonsense", "mnist"],
        ["--log-format=json", "ruin"],
        ["build", "--log-format", "json", "-t", "UPPER"],
    ],
    ids=" ".join,
)
def test_json_messages_are_one_object_a_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    ends(*words)

    messages = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert messages[-1]["level"] == "error"


def test_json_messages_carry_what_failed_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    ends("--log-format", "json", "push", "mnist")

    message = json.loads(capsys.readouterr().err)
    assert (message["event"], message["what"]) == ("UsageError", "mnist:latest names no registry to push to")


def test_json_messages_are_chosen_by_the_environment_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOBBER_LOG_FORMAT", "json")

    ends("push", "mnist")

    assert json.loads(capsys.readouterr().err)["level"] == "error"


def test_the_engine_is_chosen_by_the_environment_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOBBER_ENGINE", "docker")

    ends("recover")

    assert "podman on the PATH" not in capsys.readouterr().err


def test_an_image_named_after_a_directory_of_another_name_is_told(
    context: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(context.rename(context.parent / "My Project"))

    ends("build")

    assert "the image is named my-project, after the directory 'My Project'" in capsys.readouterr().err


def test_a_dockerfile_is_looked_for_in_the_context(nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (nowhere / "sub").mkdir()
    (nowhere / "sub" / "Other").write_text("FROM scratch\n")

    ends("build", "-f", "Other", "sub")

    assert "no container engine" in capsys.readouterr().err


def test_an_old_iidfile_is_taken_away_before_a_run_that_fails(nowhere: Path) -> None:
    (nowhere / "iid").write_text("sha256:old")

    ends("run", "--iidfile", "iid", "mnist")

    assert not (nowhere / "iid").exists()


@pytest.mark.parametrize(
    ("error", "command", "status"),
    [
        (JobberError("x"), "run", 125),
        (JobberError("x"), "build", 1),
        (UsageError("x"), "run", 125),
        (UsageError("x"), "push", 2),
        (UsageError("x"), None, 2),
        (JobNotStarted(why="x", exit_status=127), "run", 127),
        (JobNotStarted(why="x", exit_status=126), "run", 126),
        (Interrupted("SIGINT"), "run", 130),
        (Interrupted("SIGTERM"), "build", 130),
    ],
)
def test_every_error_has_its_status(error: JobberError, command: str | None, status: int) -> None:
    assert status == exit_status_of(error, command=command)


def test_every_error_of_the_domain_is_one_that_can_be_told() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]

    assert [kind for kind in kinds if not issubclass(kind, JobberError)] == []


def test_the_program_ends_with_the_status_of_its_command(nowhere: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "jobber", "run", "--nonsense"], cwd=nowhere, capture_output=True, text=True, check=False
    )

    assert (
        ended.returncode,
        ended.stdout,
        ended.stderr.splitlines()[0],
    ) == (125, "", "error: unknown option --nonsense")


def test_a_program_that_nobody_reads_ends_without_a_traceback(nowhere: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "-m", "jobber", "--version"],
            cwd=nowhere,
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert ended.stderr == b""
