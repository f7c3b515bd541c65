"""Tests that type the commands of every page and compare the output with the page."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from pages import agrees, blocks, follow
from python_program import python

from jobber import testing
from jobber.cli.command_line.split_arguments import COMMANDS
from jobber.domain.images.image import ImageConfiguration
from jobber.testing import FakeCommandLine, FakeEngine

ROOT = Path(__file__).parents[2]
_TEXTS = (".py", ".md", ".sh", ".toml")
PAGES = [
    *sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "docs").rglob("*.md")
        if "reference" not in path.parts and path.name != "index.md"
    ),
    "README.md",
]


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    """Provide a command line with a Python image and an empty directory."""
    configuration = ImageConfiguration(command=("python3",))
    jobber_engine.image("python:3.13-slim", programs={"/usr/local/bin/python3": python}, configuration=configuration)
    return jobber_cli


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.filterwarnings("ignore:unclosed file")
def test_page_is_true(page: str, cli: FakeCommandLine) -> None:
    for done, expected, came in follow((ROOT / page).read_text(encoding="utf-8"), cli):
        assert agrees(expected, came), f"{done}\n--- the page says\n{expected}--- it is\n{came}"


def test_pages_have_commands_and_programs() -> None:
    found = [block for page in PAGES for block in blocks((ROOT / page).read_text(encoding="utf-8"))]

    assert {"console", "python", "dockerfile"} <= {block.kind for block in found}
    assert sum(len(list(block.commands())) for block in found if block.kind == "console") > 20


@pytest.mark.parametrize(
    ("expected", "came", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "b\n", False),
        ("a … c\n", "a b c\n", True),
        ("a\n…\nc\n", "a\nb\nb\nc\n", True),
        ("a\n…\nc\n", "a\nb\n", False),
        ("x:20260101_000000\n", "x:20260102_000001\n", True),
        ("", "a\n", False),
        (
            "run 3f1c8c52-7a53-4b0e-9c44-5d1a1e0f6b7d ends\n",
            "run 00000000-0000-4000-8000-0123456789ab ends\n",
            True,
        ),
        ("run 3f1c8c52-7a53-4b0e-9c44-5d1a1e0f6b7d\n", "run 3f1c\n", False),
    ],
)
def test_output_is_compared_with_placeholders(expected: str, came: str, *, same: bool) -> None:
    assert agrees(expected, came) is same


def test_index_shows_what_the_tutorial_shows() -> None:
    tutorial = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    shown = [block.text for block in blocks((ROOT / "docs" / "index.md").read_text(encoding="utf-8"))]

    assert [line for text in shown for line in text.splitlines()[:-1] if line not in tutorial] == []


def test_reference_of_the_test_kit_is_complete_and_stable() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "generate.py"))["testing_page"]()
    headings = set(re.findall(r"^## jobber\.testing\.(\w+)$", page, re.MULTILINE))

    assert headings == set(testing.__all__)
    assert " at 0x" not in page
    assert not re.search(r"^(?: +|\* `)_\w+`?: ", page, re.MULTILINE)


def test_reference_shows_arguments_results_and_errors_as_lists_and_examples_as_code() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "generate.py"))["python_page"]()

    assert not re.search(r"^(?:Args|Returns|Raises|Example):$", page, re.MULTILINE)
    assert "\n**Arguments**\n\n* `image`: A reference" in page
    assert "\n**Returns**\n\n* The outcome of the run and its result image.\n" in page
    assert '\n**Example**\n\n```pycon\n>>> import jobber\n>>> result = jobber.run("train",' in page


def test_reference_has_every_environment_variable_that_the_source_reads() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "generate.py"))["environment_page"]()
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    read = {name for text in sources for name in re.findall(r"""environ(?:ment)?\.get\(["']([A-Z_]+)["']""", text)}

    assert {name for name in read - {"PYTEST_XDIST_WORKER"} if f"| `{name}` |" not in page} == set()


def test_reference_of_the_commands_has_every_option() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "generate.py"))["command_page"]()
    sections = {section.partition("\n")[0]: section for section in page.split("\n## jobber ")[1:]}
    shown = {
        name: {
            spelling
            for row in re.findall(r"^\| (`-.*?) \|", section, re.MULTILINE)
            for spelling in re.findall(r"`(-[^`]+)`", row)
        }
        for name, section in sections.items()
    }

    assert shown == {name: {*of.valued, *of.flags} for name, of in COMMANDS.items()}


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:\n", 1)[1]
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}

    assert {page for page in pages if f": {page}\n" not in navigation} == set()


def test_project_names_no_document_that_is_not_in_it() -> None:
    folders = [ROOT / name for name in ("src", "tests", "docs", "examples", "demo", "benchmarks", "findings")]
    texts = [*ROOT.glob("*.md"), *(path for folder in folders for path in folder.rglob("*") if path.suffix in _TEXTS)]
    foreign = re.compile(r"\b(SPEC section|SPEC sections|ENGINES notes|(?:SPEC|ENGINES|LAYOUT|NAMES|STYLE)[.]md)\b")

    assert {path for path in texts if path != Path(__file__) and foreign.search(path.read_text("utf-8"))} == set()


def test_pages_that_the_source_names_exist() -> None:
    sources = [path.read_text("utf-8") for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py")]
    named = {page for text in sources for page in re.findall(r"\((docs/[\w/-]+[.]md)\)", text)}

    assert {page for page in named if not (ROOT / page).exists()} == set()


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_a_terminal_of_eighty_columns(command: str, jobber_cli: FakeCommandLine) -> None:
    help_page = jobber_cli(*filter(None, [command]), "--help").out

    assert [line for line in help_page.splitlines() if len(line) > 80] == []
