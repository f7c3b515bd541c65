"""What the README says is what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from jobber.cli.words import COMMANDS, GLOBAL, Syntax, sort_words
from jobber.domain.xdocker import parse_options

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_NO_PATHS = ("linux/",)
"""What looks like a path and is none: platforms."""
_SPELLING = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")


def _section(heading: str) -> str:
    return README.split(f"\n### {heading}", 1)[1].split("\n#", 1)[0]


def _options_in_table(section: str) -> set[str]:
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `-")]
    return {spelling for cell in cells for spelling in _SPELLING.findall(cell)}


def _spellings(syntax: Syntax) -> set[str]:
    return {*syntax.valued, *syntax.flags} - {"--XDocker"}


@pytest.mark.parametrize(
    ("heading", "syntax"),
    [
        ("Global options", GLOBAL),
        ("`jobber build", COMMANDS["build"]),
        ("`jobber run", COMMANDS["run"]),
    ],
)
def test_option_tables_are_complete_and_true(heading: str, syntax: Syntax) -> None:
    assert _options_in_table(_section(heading)) == _spellings(syntax)


def test_options_of_docker_run_that_are_named_are_understood() -> None:
    sentence = _section("`jobber run").split("`-Xd` takes", 1)[1].split("in every spelling", 1)[0]
    named = _SPELLING.findall(sentence)
    values = {"-v": "/a:/b", "-p": "80", "-m": "1g", "--shm-size": "1g", "--cpus": "2", "--stop-timeout": "3"}
    flags = ("--read-only", "--init", "--privileged")

    assert len(named) > 20
    for option in named:
        value = {"--tmpfs": "/t", "--add-host": "a:1.2.3.4", "-w": "/w", "-l": "a=b", **values}.get(option, "xy")
        parse_options([option] if option in flags else [option, value], environment={}, directory="/")


@pytest.mark.parametrize("line", re.findall(r"^    \$ (jobber .*)$", README, re.MULTILINE))
def test_commands_are_command_lines(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]

    assert sort_words(words).command in COMMANDS


def test_python_example_runs() -> None:
    for example in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile(example, "README.md", "exec"), {})


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_and_targets_that_are_named_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    source = ROOT / "src" / "jobber"

    for target in re.findall(r"`make (\w+)|^    make (\w+)", text, re.MULTILINE):
        assert re.search(rf"^{''.join(target)}:", makefile, re.MULTILINE), target
    for path in re.findall(r"`((?:\w+/)+[\w.]*)`", text):
        if not path.startswith(_NO_PATHS):
            assert any((folder / path).exists() for folder in (ROOT, source)), path
