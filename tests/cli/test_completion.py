"""Completion: what is offered where, and in a real bash."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from bash import completed
from hypothesis import given
from hypothesis import strategies as st

from jobber.cli.command_line.complete import complete, split_line
from jobber.cli.command_line.completion import Wanted, offer
from jobber.cli.command_line.option import option_of, spelling_of
from jobber.cli.command_line.split_arguments import COMMANDS, GLOBAL

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


@pytest.fixture
def project(home: Path) -> Path:
    """A project with configurations."""
    folder = home / "project"
    (folder / "jobber-config.yml").write_text("configs:\n  debug: {}\n  develop: {}\n  release: {}\n  'my own': {}\n")
    return folder


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert complete(arguments, environment=os.environ) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("words", "current", "offered"),
    [
        (["ls", "--columns"], "ta", "tags"),
        (["ls", "--columns"], "tags,ou", "tags,out tags,outcome"),
        (["ls"], "--columns=tags,comm", "--columns=tags,command"),
    ],
)
def test_columns_are_completed_after_each_comma(
    words: list[str], current: str, offered: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, "fish", *words, current) == ["words", *offered.split()]


@pytest.mark.parametrize(
    ("words", "current", "expected"),
    [
        ([], "", Wanted.WORDS),
        (["run"], "", Wanted.IMAGES),
        (["run", "-i"], "", Wanted.IMAGES),
        (["run", "--in", "digits"], "", Wanted.IMAGES),
        (["run", "mnist"], "", Wanted.FILES),
        (["run", "mnist", "-c"], "", Wanted.FILES),
        (["run", "mnist"], "-", Wanted.FILES),
        (["run", "-c"], "", Wanted.CONFIGURATIONS),
        (["run", "-c", "debug"], "", Wanted.IMAGES),
        (["-c"], "de", Wanted.CONFIGURATIONS),
        (["run"], "--config=de", Wanted.CONFIGURATIONS),
        (["run", "--config=x"], "", Wanted.IMAGES),
        (["build"], "", Wanted.DIRECTORIES),
        (["build", "-f"], "", Wanted.FILES),
        (["push"], "", Wanted.IMAGES),
        (["push", "a"], "", Wanted.IMAGES),
        (["cp"], "", Wanted.IMAGES),
        (["cp", "a:/x"], "", Wanted.FILES),
        (["logs", "-f"], "", Wanted.IMAGES),
        (["diff", "a"], "", Wanted.IMAGES),
        (["run", "--", "a"], "", Wanted.FILES),
        (["run", "--timeout"], "", Wanted.WORDS),
        (["nonsense"], "", Wanted.WORDS),
    ],
    ids=str,
)
def test_what_is_wanted_at_a_place(words: Sequence[str], current: str, expected: Wanted) -> None:
    assert offer(words, current).wanted is expected


def test_commands_are_offered_first() -> None:
    assert set(offer([], "").words) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_all_options_of_a_command_are_offered(command: str) -> None:
    syntax = GLOBAL.joined(COMMANDS[command])
    hidden = {"--XDocker", "--install-completion"}

    assert set(offer([command], "-").words) == {*syntax.valued, *syntax.flags} - hidden


@pytest.mark.parametrize(
    ("option", "expected"),
    [("--engine", "podman"), ("-ri", "success"), ("--pull", "missing"), ("--log-format", "json")],
)
def test_words_of_an_option_are_offered(option: str, expected: str) -> None:
    assert expected in offer(["run", option], "").words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["lineage", "--format"], "mermaid"),
        (["config", "--format"], "yaml"),
        (["ls", "--outcome"], "timed-out"),
        (["ls", "--sort"], "duration"),
    ],
)
def test_words_of_a_command_s_option_are_its_own(words: list[str], expected: str) -> None:
    assert expected in offer(words, "").words


@pytest.mark.parametrize("words", [["ls", "--image"], ["ls", "--input"], ["ls"], ["show"], ["lineage", "--down"]])
def test_images_are_offered_where_results_are_named(words: list[str]) -> None:
    assert offer(words, "").wanted is Wanted.IMAGES


@given(st.lists(st.sampled_from([*COMMANDS, "--", "-", "-c", "--in=x", "-v", "x", "--nonsense", ""])), st.text())
def test_any_line_has_an_offer(words: list[str], current: str) -> None:
    assert isinstance(offer(words, current).words, tuple)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("jobber", ([], "jobber")),
        ("jobber ", ([], "")),
        ("jobber ru", ([], "ru")),
        ("jobber run ", (["run"], "")),
        ("jobber run -Xd '-p 1:1' mn", (["run", "-Xd", "-p 1:1"], "mn")),
        ("jobber run 'my im", (["run"], "my im")),
        ("", ([], "")),
    ],
)
def test_a_line_that_is_not_finished_has_words(line: str, expected: tuple[list[str], str]) -> None:
    assert split_line(line) == expected


@pytest.mark.usefixtures("project")
def test_configurations_are_offered(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "zsh", "run", "-c", "de") == ["words", "debug", "develop"]


@pytest.mark.usefixtures("project")
def test_what_a_shell_would_take_apart_is_quoted_for_bash(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "bash", "jobber run -c m", " :=") == ["words", "'my own'"]


@pytest.mark.usefixtures("project")
def test_bash_is_given_what_follows_the_characters_that_it_breaks_words_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "bash", "jobber run --config=rel", " :=") == ["words", "release"]
    assert answer(capsys, "bash", "jobber run --config=rel", " :") == ["words", "--config=release"]


@pytest.mark.parametrize(
    "arguments", [["zsh", "run", ""], ["bash"], [], ["bash", "jobber run ", ":="], ["csh", "x"]], ids=str
)
def test_an_error_is_silent(project: Path, arguments: list[str]) -> None:
    (project / "jobber-config.yml").write_text("timeout: soon\nhost: [\n")
    ended = subprocess.run(
        [sys.executable, "-m", "jobber", "__complete", *arguments], capture_output=True, check=False, cwd=project
    )

    assert (ended.returncode, ended.stderr) == (0, b"")


def test_an_engine_that_does_not_answer_is_not_waited_for(project: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(project / "silent.sock"))
        listening.listen()
        ended = subprocess.run(
            [sys.executable, "-m", "jobber", "__complete", "zsh", "-H", f"unix://{project}/silent.sock", "run", ""],
            capture_output=True,
            check=False,
            timeout=60,
        )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_a_broken_file_leaves_the_configurations_of_the_others(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "below").mkdir()
    (project / "below" / "jobber-config.yml").write_text("a: [\n")
    os.chdir(project / "below")

    assert answer(capsys, "fish", "-c", "rel") == ["words", "release"]


@needs_bash
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("jobber conf", "jobber config"),
        ("jobber run -c rel", "jobber run -c release"),
        ("jobber -c debug run --config=dev", "jobber -c debug run --config=develop"),
        ("jobber run --result", "jobber run --result-image"),
        ("jobber build -f jobber-conf", "jobber build -f jobber-config.yml"),
    ],
)
def test_bash_completes_a_line(project: Path, typed: str, expected: str) -> None:
    assert completed(typed, folder=project, environment=dict(os.environ)).rstrip() == expected


@needs_bash
def test_bash_leaves_a_line_alone_that_nothing_fits(project: Path) -> None:
    typed = "jobber run nosuch"

    assert completed(typed, folder=project, environment=dict(os.environ)).rstrip() == typed


def installed(home: Path, *words: str, **environment: str) -> tuple[int, str, str]:
    ended = subprocess.run(
        [sys.executable, "-m", "jobber", "--install-completion", *words],
        env={"HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize(
    ("shell", "place"),
    [
        ("bash", ".local/share/bash-completion/completions/jobber"),
        ("zsh", ".local/share/jobber/completion.zsh"),
        ("fish", ".config/fish/completions/jobber.fish"),
    ],
)
def test_completion_is_installed_for_a_shell_and_told_where(tmp_path: Path, shell: str, place: str) -> None:
    status, out, err = installed(tmp_path, SHELL=f"/bin/{shell}")

    assert (status, err, str(tmp_path / place) in out) == (0, "", True)
    assert "__complete" in (tmp_path / place).read_text()


def test_installing_twice_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".zshrc").write_text("alias x=y")
    installed(tmp_path, "zsh")
    once = (tmp_path / ".zshrc").read_text()
    installed(tmp_path, "zsh")

    assert (tmp_path / ".zshrc").read_text() == once
    assert once.startswith("alias x=y\n[ -r ")


@pytest.mark.parametrize("words", [["tcsh"], [], ["bash", "zsh"]], ids=str)
def test_a_shell_that_is_not_known_is_told(tmp_path: Path, words: list[str]) -> None:
    status, out, err = installed(tmp_path, *words)

    assert (status, out, err.splitlines()[-1]) == (
        2,
        "",
        "hint: name one of them: jobber --install-completion bash|zsh|fish",
    )


def test_a_home_that_can_t_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".local").write_text("a file")
    status, _, err = installed(tmp_path, "bash")

    assert (status, err.startswith("error: completion can't be installed: ")) == (1, True)


def test_pipelines_complete_actions_jobs_cells_and_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from jobber.cli.command_line.complete import complete

    (tmp_path / "jobber-pipeline.yml").write_text(
        "params: {seed: 1}\njobs: {digits: {build: d}, train: {image: digits, matrix: {m: [cnn, mlp]}}}\n"
    )
    monkeypatch.chdir(tmp_path)

    def offered(*words: str) -> list[str]:
        complete(["fish", *words], environment={})
        return capsys.readouterr().out.split()[1:]

    assert offered("pipeline", "s") == ["schema", "status"]
    assert offered("pipeline", "run", "t") == ["train", "train[cnn]", "train[mlp]"]
    assert offered("pipeline", "run", "--from", "d") == ["digits"]
    assert offered("pipeline", "run", "-p", "") == ["seed="]
    assert offered("pipeline", "graph", "--format", "m") == ["mermaid"]


def _choices() -> list[tuple[str, str, list[str]]]:
    """Return the command, the option and the values of each option that has a fixed list of them."""
    found = []
    for name in COMMANDS:
        command = getattr(import_module(f"jobber.cli.commands.{name}"), name)
        for parameter, hint in get_type_hints(command, include_extras=True).items():
            declared = option_of(hint)
            option = declared.names[0] if declared else spelling_of(parameter)
            inner = get_args(hint)[0] if declared else hint
            literal = next((one for one in (inner, *get_args(inner)) if get_origin(one) is Literal), None)
            if literal is not None and option in COMMANDS[name].valued:
                found.append((name, option, [*get_args(literal)]))
    return found


@pytest.mark.parametrize(("command", "option", "values"), _choices())
def test_all_values_of_an_option_are_offered(command: str, option: str, values: list[str]) -> None:
    assert sorted(offer([command, option], "").words) == sorted(values)
