"""`jobber config`: what it shows, and what it finds wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from trees import VALUES

import jobber
from jobber.adapters.configuration.files import check_file
from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.output.yaml_lines import yaml_lines
from jobber.domain.configuration.in_force import Settings
from jobber.domain.configuration.layer import Values
from jobber.domain.configuration.settings import SETTINGS
from jobber.domain.configuration.show import facts_of
from jobber.domain.errors import JobberError
from jobber.session.run_request import run_request

NAME = "jobber-config.yml"
Run = Callable[..., tuple[int, str, str]]
HOME_FILE = """\
credentials:
  - registry: "localhost:5000"
    user: me
    password: in-the-clear
configs:
  tensorboard:
    Xdocker: -p 6006:6006
  develop:
    # Xdocker: -v DIR:/work
    result-image: none
    cmd: bash
  debug:
    result-image: success
  release:
    result-image: always
"""
PROJECT_FILE = """\
credentials:
  - registry: gcr.io/myproject
    user: _json_key
    password-file: ~/certs/myproject_gcr_key.json
configs:
  default:
     - develop
     - tensorboard
"""
TESTS_FILE = """\
inputs:
  - test-data
configs:
  develop:
    Xdocker: -v /home/user/myproject/tests:/work
  debug:
    cmd: python -m unittest
  release:
    cmd: echo "Unit tests disabled in release mode"
"""


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_text(text)
    return folder / NAME


@pytest.fixture
def example(home: Path) -> Path:
    """The worked example: home, project, and its directory of tests."""
    write(home / ".config" / "jobber", HOME_FILE)
    write(home / "myproject", PROJECT_FILE)
    write(home / "myproject" / "tests", TESTS_FILE)
    return home


_MINE = {"registry": "localhost:5000", "user": "me", "password": "***"}
_PROJECTS = {"registry": "gcr.io/myproject", "user": "_json_key", "password-file": "~/certs/myproject_gcr_key.json"}
_WORK = ["-v", "/home/user/myproject/tests:/work"]
_PORT = ["-p", "6006:6006"]
EXAMPLE: list[tuple[str, str, dict[str, object]]] = [
    ("myproject/tests", "", {"result-image": "none", "cmd": ["bash"], "Xdocker": [*_WORK, *_PORT]}),
    ("myproject/tests", "-c debug", {"result-image": "success", "cmd": ["python", "-m", "unittest"], "Xdocker": []}),
    (
        "myproject/tests",
        "-c release",
        {"result-image": "always", "cmd": ["echo", "Unit tests disabled in release mode"], "Xdocker": []},
    ),
    ("myproject/tests", "-c develop -c debug", {"result-image": "success", "cmd": ["python", "-m", "unittest"]}),
    ("myproject", "", {"result-image": "none", "cmd": ["bash"], "Xdocker": _PORT, "inputs": []}),
    ("myproject", "-c debug", {"result-image": "success", "cmd": None, "Xdocker": [], "inputs": []}),
    (".", "", {"result-image": "always", "cmd": None, "Xdocker": [], "inputs": [], "credentials": [_MINE]}),
    (".", "-c tensorboard", {"result-image": "always", "cmd": None, "Xdocker": _PORT}),
]


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(("folder", "options", "expected"), EXAMPLE, ids=str)
def test_the_worked_example_gives_what_it_promises(
    home: Path, run: Run, *, folder: str, options: str, expected: dict[str, object]
) -> None:
    os.chdir(home / folder)
    status, out, _ = run("config", "--format", "json", *options.split())
    facts = json.loads(out)
    if folder == "myproject/tests":
        expected = {"inputs": ["test-data"], "credentials": [_MINE, _PROJECTS], **expected}

    assert (status, {name: facts[name] for name in expected}) == (0, expected)


def test_the_names_of_active_configurations_go_into_the_record(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(example / "myproject" / "tests")

    assert run_request("x", GlobalOptions().settings).configs == ("develop", "tensorboard")
    assert run_request("x", GlobalOptions(config=("debug",)).settings).configs == ("debug",)


def test_json_has_every_setting(run: Run) -> None:
    _, out, _ = run("config", "--format", "json")

    assert set(json.loads(out)) == {*SETTINGS, "configs"}


def test_yaml_is_the_same_as_json(example: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(example / "myproject" / "tests")
    facts = json.loads(run("config", "--format", "json")[1])
    written = yaml.safe_load(run("config")[1])

    assert written == {
        **{name: value for name, value in facts.items() if name != "configs"},
        "timeout": "none",
        "Xdocker": [" ".join(_WORK), " ".join(_PORT)],
    }


@pytest.mark.parametrize("form", [[], ["--origins"], ["--format", "json"], ["--format=json", "--origins"]])
def test_a_password_is_never_shown(example: Path, run: Run, monkeypatch: pytest.MonkeyPatch, form: list[str]) -> None:
    monkeypatch.chdir(example / "myproject")
    _, out, err = run("-v", "config", *form)

    assert ("in-the-clear" in out + err, "***" in out) == (False, True)


def test_origins_name_file_line_configuration_variable_option_and_default(
    example: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(example / "myproject" / "tests")
    monkeypatch.setenv("JOBBER_TIMEOUT", "60")
    _, out, _ = run("config", "--origins", "-r", "gcr.io/me")
    home, tests = example / ".config" / "jobber" / NAME, example / "myproject" / "tests" / NAME

    assert {
        "verbose: false  # default",
        "timeout: 60  # JOBBER_TIMEOUT",
        "default-registry: gcr.io/me  # -r",
        f"- test-data  # {tests}:2",
        f"result-image: none  # {home}:10 (configuration develop)",
        f"- -v /home/user/myproject/tests:/work  # {tests}:5 (configuration develop)",
        f"- -p 6006:6006  # {home}:7 (configuration tensorboard)",
        f"- registry: localhost:5000  # {home}:2",
    } <= set(out.splitlines())


def test_origins_are_in_json_too(example: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(example / "myproject" / "tests")
    facts = json.loads(run("config", "--origins", "--format", "json")[1])

    assert facts["inputs"] == {"value": ["test-data"], "origins": [f"{example}/myproject/tests/{NAME}:2"]}


def read_again(lines: list[str], folder: Path) -> Values:
    layer, errors = check_file(str(write(folder, "\n".join(lines) + "\n")))
    assert errors == ()
    return layer.values


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(values=VALUES)
@pytest.mark.parametrize("origins", [False, True])
def test_what_is_shown_can_be_read_again(tmp_path: Path, values: Values, origins: bool) -> None:  # noqa: FBT001
    shown = Settings(values, ("a",))
    again = Settings(read_again(list(yaml_lines(shown, origins=origins)), tmp_path))

    assert facts_of(again) == facts_of(shown)


def test_what_is_shown_gives_the_same_again(example: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(example / "myproject" / "tests")
    shown = run("config")[1]
    for file in example.rglob(NAME):
        file.unlink()
    write(example / "myproject" / "tests", shown)

    assert run("config")[1] == "\n".join(line for line in shown.splitlines() if line[0] != "#") + "\n"


def test_a_directory_of_any_name_can_be_shown(home: Path, run: Run) -> None:
    folder = Path(os.fsdecode(os.fsencode(home) + b"/\xff\n\x1b[1m"))
    write(folder, "timeout: 5\n")
    os.chdir(folder)
    again = yaml.safe_load(run("config", "--origins")[1])

    assert again["timeout"] == 5
    assert json.loads(run("config", "--origins", "--format", "json")[1])["timeout"]["value"] == 5


def test_the_schema_is_printed(run: Run) -> None:
    status, out, _ = run("config", "--schema")

    assert (status, json.loads(out)["title"]) == (0, NAME)


def test_the_schema_that_is_shipped_is_the_one_that_is_printed(run: Run) -> None:
    import jobber

    shipped = Path(jobber.__file__).parent / "jobber-config.schema.json"

    assert shipped.read_text() == run("config", "--schema")[1]


def test_checking_finds_nothing_wrong_with_the_example(
    example: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(example / "myproject" / "tests")
    status, out, err = run("config", "--check")

    assert (status, out, err.count(NAME)) == (0, "", 3)


def test_checking_tells_of_every_error_in_every_file(home: Path, run: Run) -> None:
    own = write(home / ".config" / "jobber", "timout: 5\nconfigs:\n  a: [b]\n  c:\n    Xdocker: --no-such-thing\n")
    outer = write(home, "a: [\n")
    here = write(home / "project", "verbose: 5\ncmd: {}\n")
    status, _, err = run("config", "--check")
    places = [line.split()[1].rstrip(":") for line in err.splitlines() if line.startswith("error: ")]

    assert status == 2
    assert places == [f"{own}:1", f"{own}:5", f"{outer}:2", f"{here}:1", f"{here}:2", f"{own}:3"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["-c", "nowhere"], "configs:\n  a: {}\n"),
        ([], "configs:\n  default: [default]\n"),
        ([], "configs:\n  a: [b]\n  b: [a]\n"),
        ([], "a: !!python/object/apply:os.system [ls]\n"),
    ],
)
def test_checking_fails_where_something_is_wrong(home: Path, run: Run, words: list[str], text: str) -> None:
    write(home / "project", text)

    assert run("config", "--check", *words)[0] != 0


def test_checking_tells_of_variables_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBBER_TIMEOUT", "soon")
    status, _, err = run("config", "--check")

    assert (status, err.startswith("error: JOBBER_TIMEOUT: ")) == (2, True)


# Files of another name


@pytest.mark.parametrize("words", [("config",), ("config", "--check"), ("config", "--format", "json")])
def test_a_file_of_another_name_is_a_warning_that_names_it_once(run: Run, home: Path, words: tuple[str, ...]) -> None:
    (home / "project" / "jobber-config.yaml").write_text("timeout: 5\n")

    status, _, said = run(*words)
    assert status == 0
    warning = f"warning: ignoring {home}/project/jobber-config.yaml: configuration files are named jobber-config.yml"
    assert [line for line in said.splitlines() if line.startswith("warning:")] == [warning]


def test_an_unknown_configuration_is_told_with_the_file_that_may_define_it(run: Run, home: Path) -> None:
    (home / "jobber-config.yaml").write_text("configs:\n  gpu: {}\n")

    status, _, said = run("-c", "gpu", "run", "x")
    assert status == 125
    assert [line.partition(":")[0] for line in said.splitlines()] == ["warning", "error", "hint"]


def test_in_python_a_file_of_another_name_is_a_warning(home: Path) -> None:
    (home / "jobber-config.yaml").write_text("timeout: 5\n")

    with pytest.warns(UserWarning, match=r"ignoring .*jobber-config.yaml: "), pytest.raises(JobberError):
        jobber.image("x")
