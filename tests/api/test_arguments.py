"""Arguments of Python calls: an error names the argument, and an empty value takes back the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

import jobber
from jobber.api.inputs import specifications_of
from jobber.session.environment import using_environment
from jobber.testing import FakeEngine, Job
from jobber.testing.command_line import EnvironmentUnderTest


def show(job: Job) -> None:
    data = job.files.read("/data/x").decode() if job.files.exists("/data/x") else "-"
    job.say(" ".join((*job.argv[1:], job.environment.get("A", "-"), data)))


@pytest.fixture
def engine(jobber_engine: FakeEngine) -> FakeEngine:
    jobber_engine.image("show", run=show)
    jobber_engine.image("digits", files={"/data/x": "X"})
    return jobber_engine


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"inputs": "digits"}, "inputs must be a list, not 'digits'"),
    ({"inputs": jobber.Input("digits")}, "inputs must be a list, not Input"),
    ({"inputs": {"digits": "/data"}}, "inputs must be a list, not dict"),
    (
        {"inputs": ["digits", Path("x")]},
        "inputs[1] must be a reference, an ID, an image or a result, not PosixPath('x')",
    ),
    ({"inputs": [jobber.Input("digits", dest=b"/x")]}, "inputs[0].dest must be a path, not bytes"),  # type: ignore[arg-type]
    ({"image": None}, "image must be a reference, an ID, an image or a result, not None"),
    ({"out": "out"}, "out must be an absolute path, not 'out'"),
    ({"out": b"/out"}, "out must be a path, not bytes"),
    ({"command": ["a", 3]}, "command[1] must be a string, not 3"),
    ({"command": "a 'b"}, "command can't be split into words: no closing quotation"),
    ({"xdocker": b"-e TOKEN=secret"}, "xdocker must be a string or a list of strings, not bytes"),
    ({"environment": {"TOKEN": None}}, "environment['TOKEN'] must be a string, not None"),
    ({"environment": {"TOKEN": 12345}}, "environment['TOKEN'] must be a string, not int"),
    ({"environment": {"A=B": "1"}}, "a name in environment must be a string without \"=\", not 'A=B'"),
    ({"environment": {"": "1"}}, "a name in environment must be a string without \"=\", not ''"),
    ({"environment": ["A=1"]}, "environment must be a mapping of names to strings, not list"),
    ({"result_image": "sometimes"}, "result_image must be none, success or always, not 'sometimes'"),
    ({"result_image": False}, "result_image must be none, success or always, not False"),
    ({"pull": "sometimes"}, "pull must be always, missing or never, not 'sometimes'"),
    ({"runtime": 3}, "runtime must be a string, not 3"),
    ({"timeout": "soon"}, "timeout must be a number of seconds above 0, or \"none\", not 'soon'"),
    ({"timeout": True}, 'timeout must be a number of seconds above 0, or "none", not True'),
    ({"timeout": timedelta(1)}, 'timeout must be a number of seconds above 0, or "none", not timedelta'),
    ({"timeout": 0}, "timeout must be a number of seconds above 0 and at most 1000000000, not 0"),
    ({"push": "no"}, "push must be True or False, not 'no'"),
    ({"quiet": 1}, "quiet must be True or False, not 1"),
    ({"progress": print}, "progress must be an object with the methods note, warn, call, step, build_output, not "),
    ({"registry": 3}, "registry must be a string, not 3"),
    ({"config": [3]}, "config[0] must be a string, not 3"),
    ({"host": 3}, "host must be a string, not 3"),
    ({"engine": object()}, "engine must be an engine or its name, not object"),
    ({"engine": "dokcer"}, "engine must be auto, docker or podman, not 'dokcer'"),
]


@pytest.mark.parametrize(("given", "told"), WRONG, ids=[told for _, told in WRONG])
def test_what_is_wrong_with_an_argument_is_told_by_its_name(
    engine: FakeEngine, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(jobber.UsageError) as raised:
        jobber.run(**{"image": "show", "quiet": True, **given})

    assert raised.value.what.startswith(told)
    assert "create" not in engine.journal


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: jobber.rerun(None), "result must be a reference, an ID, an image or a result, not None"),  # type: ignore[arg-type]
        (lambda: jobber.rerun("show", inputs="digits"), "inputs must be a list, not 'digits'"),
        (lambda: jobber.rerun("show", verify="yes"), "verify must be True or False, not 'yes'"),  # type: ignore[arg-type]
        (lambda: jobber.build(b"/x"), "context must be a path, not bytes"),  # type: ignore[arg-type]
        (lambda: jobber.build(tag=3), "tag must be a string or a list of strings, not 3"),  # type: ignore[arg-type]
        (lambda: jobber.build(file=3), "file must be a path, not 3"),  # type: ignore[arg-type]
        (lambda: jobber.build(build_args={"A": 1}), "build_args['A'] must be a string, not int"),  # type: ignore[dict-item]
        (lambda: jobber.build(secrets="id=a,src=b"), "secrets must be a list, not 'id=a,src=b'"),
        (lambda: jobber.build(secrets=[3]), "secrets[0] must be a string, not 3"),  # type: ignore[list-item]
        (lambda: jobber.push("a", 3), "references[1] must be a string, not 3"),  # type: ignore[arg-type]
        (lambda: jobber.image(None), "name must be a reference or an ID, not None"),  # type: ignore[arg-type]
    ],
    ids=range(11),
)
def test_so_it_is_in_the_other_calls(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[[], object], told: str
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    monkeypatch.chdir(tmp_path)
    made = engine.made
    with pytest.raises(jobber.UsageError) as raised:
        call()

    assert raised.value.what == told
    assert engine.made == made


def test_hint_shows_how_a_single_input_is_written(engine: FakeEngine) -> None:
    del engine
    with pytest.raises(jobber.UsageError) as raised:
        jobber.run("show", inputs="digits")

    assert raised.value.hint == "inputs=['digits']"


def test_long_value_is_cut_where_it_is_told(engine: FakeEngine) -> None:
    del engine
    with pytest.raises(jobber.UsageError) as raised:
        jobber.run("show", inputs="x" * 1000)

    assert len(raised.value.what) < 100


@pytest.mark.usefixtures("engine")
def test_path_is_a_path() -> None:
    data = jobber.Input("digits", src=PurePosixPath("/data"), dest=Path("/data"))
    result = jobber.run("show", inputs=(one for one in [data]), out=Path("/out"), quiet=True)  # type: ignore[arg-type]

    assert result.log == "- X"
    assert result.labels["jobber.out"] == "/out"


def test_path_with_a_comma_is_one_path() -> None:
    spec = specifications_of([jobber.Input("digits", src="/a,dest=/b", dest='/x"y')])[0]

    assert (spec.source, spec.destination) == ("/a,dest=/b", '/x"y')


def test_build_takes_paths_and_values_of_the_environment(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del engine
    monkeypatch.setenv("B", "here")
    (tmp_path / "File").write_text("FROM scratch\nARG A\nARG B\nLABEL a=$A b=$B\n")
    built = jobber.build(tmp_path, file=tmp_path / "File", tag="x", build_args={"A": "1", "B": None}, quiet=True)

    assert (built.labels["a"], built.labels["b"]) == ("1", "here")


@pytest.fixture
def configured(engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    settings = 'cmd: [configured]\ninputs: [digits]\nXdocker: ["-e A=configured"]\ntimeout: 5\n'
    (tmp_path / "jobber-config.yml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    with using_environment(EnvironmentUnderTest(engine, environment={}, top=tmp_path)):
        yield engine


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "configured configured X"),
        ({"command": []}, "configured X"),
        ({"command": ""}, "configured X"),
        ({"inputs": []}, "configured configured -"),
        ({"xdocker": []}, "configured - X"),
        ({"xdocker": [], "environment": {"A": "1"}}, "configured 1 X"),
        ({"environment": {"A": "1"}}, "configured 1 X"),
        ({"xdocker": "-e A=2"}, "configured 2 X"),
    ],
    ids=str,
)
def test_empty_list_takes_the_place_of_what_is_configured(
    configured: FakeEngine, given: dict[str, Any], said: str
) -> None:
    del configured

    assert jobber.run("show", **given, quiet=True).log == said


@pytest.mark.parametrize(("timeout", "outcome"), [(None, "timed-out"), ("none", "succeeded"), (4000, "succeeded")])
def test_timeout_that_is_configured_can_be_taken_back(configured: FakeEngine, timeout: Any, outcome: str) -> None:
    configured.image("slow", run=lambda job: job.sleep(3600))
    once = jobber.run("slow", inputs=[], timeout=timeout, quiet=True)

    assert once.outcome == outcome
    assert jobber.rerun(once, timeout=timeout, quiet=True).outcome == outcome


@pytest.mark.usefixtures("engine")
def test_empty_list_takes_the_place_of_what_is_recorded() -> None:
    once = jobber.run("show", inputs=["digits"], xdocker="-e A=1", quiet=True)
    without_inputs = jobber.rerun(once, inputs=[], quiet=True)
    without_options = jobber.rerun(once, xdocker=[], quiet=True)

    assert (once.log, without_inputs.log, without_options.log) == ("1 X", "1 -", "- X")
    assert (without_inputs.record["inputs"], without_options.record["docker-args"]) == ([], [])
