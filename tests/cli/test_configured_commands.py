"""The configuration of all commands, before they need an engine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.domain.configuration.show import facts_of
from jobber.session.run_request import run_request

NAME = "jobber-config.yml"
Run = Callable[..., tuple[int, str, str]]


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_text(text)
    return folder / NAME


WRONG = [
    ("timout: 5\n", ":1: unknown setting 'timout'", "did you mean timeout?"),
    ("\ntimeout: soon\n", ":2: timeout must be", None),
    ("inputs: ['a,src=relative']\n", ":1: inputs: input 'a,src=relative'", "inputs look like"),
    ("configs:\n  default: [develp]\n  develop: {}\n", ":2: unknown configuration 'develp'", "did you mean develop?"),
    ("configs:\n  default: [a]\n  a: [default]\n", ":3: configurations form a cycle", "remove one"),
    ("a:\n\t- b\n", ":2: ", "spaces, not with tabs"),
    ("timeout: 1\ntimeout: 2\n", ":2: duplicate key 'timeout'", None),
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

    assert run("run", "x")[2].startswith(f"error: {file}:2: no container engine responds")


def test_a_host_of_a_file_that_is_none_is_told_with_its_place(home: Path, run: Run) -> None:
    file = write(home / "project", "host: ftp://gpu\n")
    (home / "Dockerfile").write_text("FROM scratch")
    status, _, err = run("build", "-t", "x", str(home))

    assert (status, err.startswith(f"error: {file}:1: ")) == (2, True), err


def test_active_configurations_are_told_under_v(home: Path, run: Run) -> None:
    write(home / "project", "configs:\n  default: [b, a]\n  a: {}\n  b: {}\n")

    assert "active configurations: b, a" in run("-v", "run", "x")[2]


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
    assert [
        name for name in modules if name.startswith(("docker", "podman", "jobber.adapters.discovery.connect"))
    ] == []
    assert [name for name in modules if name.startswith(("jobber.adapters.docker", "jobber.adapters.podman"))] == []


def test_a_run_without_files_loads_no_yaml(home: Path) -> None:
    status, modules = loaded(home / "project", "run", "-H", "unix:///nonexistent", "x")

    assert (status, "yaml" in modules) == (125, False)
