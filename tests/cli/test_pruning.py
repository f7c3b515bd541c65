"""`jobber prune`, word for word: a list and a question first."""

from __future__ import annotations

import io
import json
import sys

import pytest

from jobber.cli.command_line.moments import parse_duration
from jobber.cli.output.prompt import is_agreed
from jobber.domain.errors import AnswerNeeded, EngineFailed
from jobber.testing import FakeCommandLine, FakeEngine, Job


def train(job: Job) -> int:
    job.files.write("/model/weights", "x" * 1500)
    return 0


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("train", run=train)
    jobber_cli("run", "train")
    jobber_engine.clock.sleep(86400)
    jobber_cli("run", "train")
    return jobber_cli


def _results(engine: FakeEngine) -> int:
    return len(engine.images.list(labels={"jobber.run": None}))


def test_list_comes_first_and_without_a_terminal_nothing_is_removed(
    cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    ran = cli("prune", "--results", "--keep-last", "1")

    assert ran.exit_status == 2
    assert ran.out.splitlines() == [
        "WHAT    NAME                     SIZE  OF",
        "result  train:20260101_000000  1.5 kB  succeeded 2026-01-01 00:00 UTC",
    ]
    assert ran.err.splitlines() == [
        "1 can be removed, which frees 1.5 kB",
        "error: Remove these 1? There is no terminal to prompt on",
        "hint: pass --yes to confirm, or --dry-run to print what would be removed",
    ]
    assert _results(jobber_engine) == 2


def test_yes_removes_without_asking(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    ran = cli("prune", "--results", "--older-than", "1h", "--yes")

    assert ran.exit_status == 0
    assert ran.err.endswith("removed 1, which freed 1.5 kB\n")
    assert _results(jobber_engine) == 1


def test_dry_run_only_tells(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    ran = cli("prune", "--results", "--keep-last", "0", "--dry-run")

    assert (ran.exit_status, len(ran.out.splitlines())) == (0, 3)
    assert _results(jobber_engine) == 2


def test_json_tells_all(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    planned = json.loads(cli("prune", "--results", "--keep-last", "1", "--dry-run", "--json").out)
    ran = cli("prune", "--results", "--keep-last", "1", "--yes", "--json")

    assert planned["remove"] == [
        {"what": "result", "name": "train:20260101_000000", "size": 1500, "of": "succeeded 2026-01-01 00:00 UTC"}
    ]
    assert json.loads(ran.out) == {**planned, "removed": 1, "freed": 1500}
    assert ran.err == ""
    assert _results(jobber_engine) == 1


def test_nothing_to_remove_is_told(cli: FakeCommandLine) -> None:
    ran = cli("prune")

    assert (ran.exit_status, ran.out, ran.err) == (0, "", "there is nothing to remove\n")
    assert json.loads(cli("prune", "--json", "--dry-run").out)["remove"] == []


def test_what_stays_is_told_with_the_reason(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.clock.sleep(60)
    cli("run", "train:latest-run")
    ran = cli("prune", "--results", "--keep-last", "1", "--dry-run")

    assert "keeping train:20260102_000000: train:20260102_000100 was made from it" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--results"], "--results alone would remove all of them"),
        (["--keep-last", "3"], "--keep-last requires --results"),
        (["--older-than", "3d"], "--older-than requires --results"),
        (["--force"], "--force requires --results"),
        (["--results", "--keep-last", "-1"], "--keep-last '-1' is not a number"),
        (["--results", "--keep-last", "²"], "--keep-last '²' is not a number"),
        (["--results", "--older-than", "yesterday"], "--older-than 'yesterday' is not a span of time"),
        (["--results", "--older-than", "9999999999999d"], "is not a span of time"),
        (["--json"], "--json does not prompt"),
        (["x"], "error: "),
    ],
)
def test_wrong_command_line_is_told(cli: FakeCommandLine, words: list[str], said: str) -> None:
    ran = cli("prune", *words)

    assert (ran.exit_status, ran.out) == (2, "")
    assert said in ran.err


def test_engine_that_refuses_is_a_failure(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.fail("remove-image", EngineFailed("remove it", why="disk is broken"))
    ran = cli("prune", "--results", "--keep-last", "1", "--yes")

    assert ran.exit_status == 1
    assert "error: the engine could not remove it: disk is broken" in ran.err


class Terminal(io.StringIO):
    """A standard input with somebody at it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("answer", "expected"), [("y\n", True), (" YES \n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_a_yes_is_a_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, *, expected: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))

    assert is_agreed("Remove it?") is expected
    assert capsys.readouterr().err == "Remove it? [y/N] "


def test_nobody_is_asked_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(AnswerNeeded):
        is_agreed("Remove it?")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("1h30m", 5400), ("0.5d", 43200), ("2w", 1209600), ("5", None), ("", None)]
)
def test_spans_of_time_are_read(text: str, seconds: float | None) -> None:
    found = parse_duration(text)

    assert (None if found is None else found.total_seconds()) == seconds
