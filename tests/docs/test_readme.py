"""Tests that compare the README and the documentation with the program."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from jobber.adapters.configuration.files import check_file
from jobber.cli.command_line.split_arguments import COMMANDS, GLOBAL, Syntax, sort_words
from jobber.domain.configuration.activation import check_lists
from jobber.domain.configuration.settings import CONFIGS, CONFIGS_EXPECTS, CONFIGS_SUMMARY, SETTINGS
from jobber.domain.docker_options.tokens import OURS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MANUAL = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "docs" / "how-to" / "configuration.md").read_text(encoding="utf-8")
REGISTRIES = (ROOT / "docs" / "how-to" / "registries.md").read_text(encoding="utf-8")
CI = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
PAGES = [
    README,
    *(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "docs").rglob("*.md"))
        if "reference" not in path.relative_to(ROOT).parts
    ),
]
COMMAND_LINES = sorted(
    {line for page in PAGES for line in re.findall(r"^    \$ (jobber .*)$", page, re.MULTILINE)}
    | set(re.findall(r"^ *- (?:run: )?(jobber .*)$", CI, re.MULTILINE))
)
"""The commands of indented blocks, and those of the CI examples."""
_NO_PATHS = ("linux/",)
"""Prefixes of platforms, which look like paths."""
_SPELLING = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")


def _section(heading: str) -> str:
    return MANUAL.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]


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
        ("`jobber config", COMMANDS["config"]),
        ("`jobber cp", COMMANDS["cp"]),
        ("`jobber logs", COMMANDS["logs"]),
        ("`jobber diff", COMMANDS["diff"]),
        ("`jobber ls", COMMANDS["ls"]),
        ("`jobber show", COMMANDS["show"]),
        ("`jobber lineage", COMMANDS["lineage"]),
        ("`jobber rerun", COMMANDS["rerun"]),
        ("`jobber prune", COMMANDS["prune"]),
        ("`jobber export", COMMANDS["export"]),
    ],
)
def test_option_tables_are_complete_and_true(heading: str, syntax: Syntax) -> None:
    assert _options_in_table(_section(heading)) == _spellings(syntax)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_section(command: str) -> None:
    headings = [line for line in MANUAL.splitlines() if line.startswith("## `")]

    assert [line for line in headings if re.search(rf"\b{command}\b", line)]


def test_options_of_docker_run_that_jobber_decides_about_are_named() -> None:
    sentence = _section("`jobber run").split("options that jobber decides about (", 1)[1].split(")", 1)[0]

    assert set(_SPELLING.findall(sentence)) == {word for word in OURS if not word.startswith("--")} | {
        "--rm",
        "--cidfile",
        "--restart",
        "--detach-keys",
        "--sig-proxy",
        "--pull",
    }


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_commands_are_command_lines(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]

    assert sort_words(words).command in COMMANDS


def test_picture_of_the_architecture_has_the_layers_of_the_contracts() -> None:
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    picture = architecture.split("```")[1].split("session  ", 1)[1]
    shown = set(re.findall(r"[a-z_]{3,}", picture.split("\n", 1)[1]))
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    rooms = {
        name
        for contract in tools["importlinter"]["contracts"]
        if contract["type"] == "layers" and contract["containers"] != ["jobber"]
        for layer in contract["layers"]
        for name in layer.split(" | ")
    }

    assert shown - {"adapters", "domain"} == rooms


@pytest.mark.parametrize("example", ["jobber-memory", "pipeline"])
def test_example_requires_this_program_and_not_the_older_one_of_that_name(example: str) -> None:
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    theirs = tomllib.loads((ROOT / "examples" / example / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert theirs["dependencies"] == [f"{ours['name']}>=1.0"]
    assert theirs["optional-dependencies"]["dev"] == [f"{ours['name']}[testing]>=1.0"]


def test_readme_has_at_most_150_lines() -> None:
    assert len(README.splitlines()) <= 150


def test_readme_begins_with_output_of_its_own_example() -> None:
    first, *others = re.findall(r"```(?:text|console)\n(.*?)```", README, re.DOTALL)

    assert first in "".join(others)


def test_table_of_settings_is_complete_and_true() -> None:
    expected = [
        f"| `{row.name}` | {row.kind.expects} | {row.summary} | {_others(row.option, row.variable)} |"
        for row in SETTINGS.values()
    ]
    rows = [line for line in CONFIGURATION.splitlines() if line.startswith(tuple(f"| `{name}` |" for name in SETTINGS))]

    assert rows == expected
    assert f"| `{CONFIGS}` | {CONFIGS_EXPECTS} | {CONFIGS_SUMMARY} |  |" in CONFIGURATION


def _others(*names: str | None) -> str:
    return ", ".join(f"`{name}`" for name in names if name)


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", README + CONFIGURATION + REGISTRIES, re.DOTALL))
def test_configuration_example_is_right(example: str, tmp_path: Path) -> None:
    (tmp_path / "jobber-config.yml").write_text(example)
    layer, errors = check_file(str(tmp_path / "jobber-config.yml"))

    assert (errors, check_lists(layer.configurations)) == ((), ())


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_links_lead_to_files(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)

    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_and_targets_that_are_named_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    source = ROOT / "src" / "jobber"

    for target in re.findall(r"`make (\w+)|^    make (\w+)", text, re.MULTILINE):
        assert re.search(rf"^{''.join(target)}:", makefile, re.MULTILINE), target
    for path in re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", text):
        if not path.startswith(_NO_PATHS):
            assert any((folder / path).exists() for folder in (ROOT, source)), path
