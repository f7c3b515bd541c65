"""`jobber config`, and what configuration does to the other commands before they need an engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from trees import VALUES

from jobber.adapters.configuration.files import check_file
from jobber.cli.main import call
from jobber.cli.options import GlobalOptions
from jobber.cli.request import run_request
from jobber.cli.yaml_lines import yaml_lines
from jobber.domain.configuration.in_force import Settings
from jobber.domain.configuration.layer import Values
from jobber.domain.configuration.settings import SETTINGS
from jobber.domain.configuration.show import facts_of

NAME = "jobber-config.yml"
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

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:  # noqa: ARG001 (a home to be in)
    def jobber(*words: str) -> tuple[int, str, str]:
        status = call(words, environment=os.environ)
        said = capsys.readouterr()
        return status, said.out, said.err

    return jobber


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


WRONG = [
    ("timout: 5\n", ":1: unknown setting 'timout'", "did you mean timeout?"),
    ("\ntimeout: soon\n", ":2: timeout must be", None),
    ("inputs: ['a,src=relative']\n", ":1: inputs: input 'a,src=relative'", "inputs look like"),
    ("configs:\n  default: [develp]\n  develop: {}\n", ":2: unknown configuration 'develp'", "did you mean develop?"),
    ("configs:\n  default: [a]\n  a: [default]\n", ":3: configurations go in a circle", "take one"),
    ("a:\n\t- b\n", ":2: ", "spaces, not with tabs"),
    ("timeout: 1\ntimeout: 2\n", ":2: 'timeout' is there twice", None),
    ("- a\n", ":1: a configuration file is a mapping", None),
]


@pytest.mark.parametrize(("text", "said", "hint"), WRONG, ids=str)
@pytest.mark.parametrize(
    ("words", "status"),
    [(["run", "x"], 125), (["build"], 2), (["push", "me/x"], 2), (["recover"], 2), (["config"], 2)],
    ids=["run", "build", "push", "recover", "config"],
)
def test_an_error_in_a_file_ends_every_command(
    home: Path, run: Run, *, text: str, said: str, hint: str | None, words: list[str], status: int
) -> None:
    file = write(home / "project", text)
    (home / "project" / "Dockerfile").write_text("FROM scratch\n")
    ended, out, err = run(*words)
    first, *more = err.splitlines()

    assert (ended, out, first.startswith(f"error: {file}{said}")) == (status, "", True), err
    assert (hint or "") in "".join(more)


def test_a_file_that_can_t_be_read_fails_a_command(home: Path, run: Run) -> None:
    (home / "project" / NAME).mkdir()

    assert run("config")[0] == 1
    assert run("run", "x")[0] == 125


def test_an_error_in_a_variable_ends_a_run_with_125(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBBER_RESULT_IMAGE", "sucess")
    status, _, err = run("run", "x")

    assert (status, err.splitlines()) == (
        125,
        [
            "error: JOBBER_RESULT_IMAGE: result-image must be none, success or always, not 'sucess'",
            "hint: did you mean success?",
        ],
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Xdocker:\n- -p 1:1\n- --no-such-thing\n", ":3: Xdocker option --no-such-thing"),
        ("verbose: false\nXdocker: --rm\n", ":2: Xdocker option --rm"),
    ],
)
def test_an_option_of_docker_run_that_can_t_be_is_told_with_its_place(
    home: Path, run: Run, text: str, said: str
) -> None:
    file = write(home / "project", text)

    assert run("run", "x")[2].startswith(f"error: {file}{said}")


def test_options_of_the_command_line_are_told_without_a_place(run: Run) -> None:
    assert run("run", "-Xd", "--rm", "x")[2].startswith("error: Xdocker option --rm")


def test_a_host_of_a_file_is_told_with_its_place_where_it_does_not_answer(home: Path, run: Run) -> None:
    file = write(home / "project", "timeout: 5\nhost: unix:///nowhere\n")

    assert run("run", "x")[2].startswith(f"error: {file}:2: no container engine answers")


def request(**options: Any) -> Any:
    return run_request("x", GlobalOptions(**options).settings)


def test_options_replace_what_files_say(home: Path) -> None:
    write(home / "project", "host: a\ndefault-registry: a.io\nengine: docker\n")
    facts = facts_of(GlobalOptions(host="b", reg="b.io/c", engine="podman").settings)

    assert (facts["host"], facts["default-registry"], facts["engine"]) == ("b", "b.io/c", "podman")


def test_an_empty_registry_takes_the_configured_one_away(home: Path) -> None:
    write(home / "project", "default-registry: a.io\n")

    assert GlobalOptions(reg="").registry() is None


def test_a_run_asks_for_what_the_settings_say(home: Path) -> None:
    write(
        home / "project",
        "inputs: [digits]\nout: /model\ntimeout: 9\nresult-image: success\ncmd: a 'b c'\nXdocker: -p 1:1\n"
        "pull: never\npush: false\nruntime: nvidia\ndefault-registry: gcr.io/me\n",
    )
    made = request()

    assert (made.inputs[0].image, made.out, made.timeout, made.command) == ("digits", "/model", 9, ("a", "b c"))
    assert (made.keep.value, made.pull.value, made.push, made.runtime) == ("success", "never", False, "nvidia")
    assert (made.docker_args, str(made.registry)) == (("-p", "1:1"), "gcr.io/me")


_LOADED = """
import json, sys
from jobber.cli.main import call
status = call(sys.argv[1:], environment={})
sys.stderr.write("\\n" + json.dumps([status, sorted(sys.modules)]))
"""


def loaded(folder: Path, *words: str) -> tuple[int, list[str]]:
    ended = subprocess.run(
        [sys.executable, "-c", _LOADED, *words],
        cwd=folder,
        env={"HOME": str(folder), "DOCKER_HOST": "unix:///nonexistent"},
        capture_output=True,
        text=True,
        check=True,
    )
    status, modules = json.loads(ended.stderr.splitlines()[-1])
    return status, modules


def test_showing_settings_loads_nothing_of_an_engine(home: Path) -> None:
    write(home / "project", "host: gpu\nengine: docker\ninputs: [a]\n")
    status, modules = loaded(home / "project", "config")

    assert status == 0
    assert "yaml" in modules
    assert [name for name in modules if name.startswith(("docker", "podman", "jobber.adapters.connect"))] == []
    assert [name for name in modules if name.startswith(("jobber.adapters.docker", "jobber.adapters.podman"))] == []


def test_a_run_without_files_loads_no_yaml(home: Path) -> None:
    status, modules = loaded(home / "project", "run", "-H", "unix:///nonexistent", "x")

    assert (status, "yaml" in modules) == (125, False)
