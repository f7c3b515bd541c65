"""The settings one by one: what each takes, and what it says to what it does not."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import contents, errors_of, layer

from jobber.domain.configuration.in_force import read_option, read_variables, settings_in_force
from jobber.domain.configuration.kind import Unfit, split
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.configuration.settings import (
    CMD,
    CREDENTIALS,
    OUT,
    PUSH,
    RESULT_IMAGE,
    SETTINGS,
    TIMEOUT,
    VERBOSE,
    XDOCKER,
)
from jobber.domain.configuration.show import facts_of, schema
from jobber.domain.credentials import CredentialEntry
from jobber.domain.errors import JobberError, SettingInvalid, UnknownSetting, UsageError
from jobber.domain.policy import ResultImagePolicy

_ENTRY = {"registry": "gcr.io/me", "user": "_json_key", "password-file": "~/key.json"}

TAKEN: list[tuple[str, object, object]] = [
    ("verbose", True, True),
    ("host", "gpu:2375", "gpu:2375"),
    ("host", None, None),
    ("default-registry", "gcr.io/me", "gcr.io/me"),
    ("credentials", [_ENTRY], [_ENTRY]),
    ("credentials", [], []),
    ("runtime", "nvidia", "nvidia"),
    ("inputs", ["a,src=/x,dest=/y", "b"], ["a,src=/x,dest=/y", "b"]),
    ("out", "/model", "/model"),
    ("timeout", 3600, 3600),
    ("timeout", 0.5, 0.5),
    ("timeout", "none", None),
    ("timeout", None, None),
    ("result-image", "success", "success"),
    ("cmd", "python 'my train.py' -v", ["python", "my train.py", "-v"]),
    ("cmd", ["python", "my train.py", 5, True], ["python", "my train.py", "5", "true"]),
    ("cmd", "none", None),
    ("cmd", "", None),
    ("Xdocker", "-p 1:1 -e 'A=x y'", ["-p", "1:1", "-e", "A=x y"]),
    ("Xdocker", ["-p 1:1", "-e 'A=x y'"], ["-p", "1:1", "-e", "A=x y"]),
    ("engine", "podman", "podman"),
    ("pull", "never", "never"),
    ("push", False, False),
    ("reuse", True, True),
]

REFUSED: list[tuple[str, object]] = [
    ("verbose", "true"),
    ("verbose", 1),
    ("host", 5),
    ("host", ""),
    ("host", ["a"]),
    ("default-registry", "gcr..io"),
    ("default-registry", True),
    ("credentials", "me"),
    ("credentials", ["me"]),
    ("credentials", {"registry": "a"}),
    ("credentials", None),
    ("credentials", [{**_ENTRY, "pasword": "x"}]),
    ("credentials", [{**_ENTRY, "password": "x"}]),
    ("credentials", [{"registry": "a.io", "user": "x"}]),
    ("credentials", [{"registry": "a.io", "password": "x"}]),
    ("credentials", [{"user": "a", "password": "x"}]),
    ("credentials", [{"registry": "a.io", "user": "x", "password": 5}]),
    ("credentials", [{"registry": "a.io", "user": "x", "password": ""}]),
    ("credentials", [{"registry": "a..io", "user": "x", "password": "x"}]),
    ("runtime", False),
    ("inputs", "mnist"),
    ("inputs", [5]),
    ("inputs", ["mnist,src=relative"]),
    ("inputs", [""]),
    ("out", "model"),
    ("timeout", 0),
    ("timeout", -1),
    ("timeout", "soon"),
    ("timeout", True),
    ("timeout", "5"),
    ("timeout", 1e300),
    ("result-image", "sometimes"),
    ("result-image", False),
    ("cmd", 5),
    ("cmd", {"a": "b"}),
    ("cmd", "it's"),
    ("cmd", ["a", None]),
    ("Xdocker", 5),
    ("Xdocker", ["-p", 80]),
    ("Xdocker", "it's"),
    ("engine", "lxc"),
    ("pull", "often"),
    ("push", "no"),
    ("reuse", "yes"),
]


@pytest.mark.parametrize(("name", "given", "expected"), TAKEN, ids=str)
def test_a_setting_takes_what_is_meant_for_it(name: str, given: object, expected: object) -> None:
    assert contents(layer({name: given}).values) == {name: expected}


@pytest.mark.parametrize(("name", "given"), REFUSED, ids=str)
@pytest.mark.parametrize("within", [False, True], ids=["of a file", "of a configuration"])
def test_a_setting_refuses_what_is_not_with_its_name_and_place(name: str, given: object, within: bool) -> None:  # noqa: FBT001
    content = {"configs": {"dev": {name: given}}} if within else {name: given}
    (error,) = errors_of(content)
    assert isinstance(error, SettingInvalid)

    assert (error.name, error.what.startswith(f"{error.place}: {name}")) == (name, True)
    assert error.place.startswith("/f.yml:")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ({"verbose": True, "timeout": "soon"}, 2),
        ({"inputs": ["a", "b", "c,src=relative"]}, 3),
        ({"cmd": ["a", None]}, 2),
        ({"credentials": [_ENTRY, {**_ENTRY, "pasword": "x"}]}, 5),
        ({"configs": {"a": {"cmd": "x", "timeout": "soon"}}}, 2),
    ],
)
def test_an_error_is_about_the_line_of_what_is_wrong(content: object, line: int) -> None:
    (error,) = errors_of(content)

    assert error.place == f"/f.yml:{line}"


@given(st.text(alphabet="ab -='\"\\#$!\t\né\x0b\xa0", max_size=20))
def test_words_are_split_as_by_a_shell(text: str) -> None:
    try:
        expected: object = tuple(shlex.split(text))
    except ValueError:
        expected = Unfit
    try:
        actual: object = split(text)
    except Unfit:
        actual = Unfit

    assert expected == actual


def test_every_setting_is_tried() -> None:
    assert {name for name, *_ in TAKEN} == set(SETTINGS) == {name for name, _ in REFUSED}


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("timout", "timeout"), ("result_image", "result-image"), ("xdocker", "Xdocker"), ("config", "configs")],
)
def test_an_unknown_setting_is_told_with_the_nearest_one(wrong: str, near: str) -> None:
    (error,) = errors_of({"verbose": True, wrong: 5})
    assert isinstance(error, UnknownSetting)

    assert (error.name, error.place, error.hint) == (wrong, "/f.yml:2", f"did you mean {near}?")


@pytest.mark.parametrize("content", [{"": {}}, {" ": {}}, {"a\x1b[1m": {}}, {"a": ["b\x1b[1m"]}], ids=str)
def test_a_configuration_has_a_name_that_can_be_read(content: object) -> None:
    (error,) = errors_of({"configs": content})

    assert ("can be read" in error.what, error.what.isprintable()) == (True, True)


def test_a_configuration_can_t_define_others() -> None:
    (error,) = errors_of({"configs": {"dev": {"configs": {}}}})

    assert "can't define others" in error.what


@pytest.mark.parametrize("content", [["a"], "text", 5])
def test_a_file_that_is_no_mapping_is_an_error(content: object) -> None:
    (error,) = errors_of(content)

    assert error.place == "/f.yml:1"


def test_all_that_is_wrong_with_a_file_is_told() -> None:
    errors = errors_of({"timout": 5, "verbose": 5, "configs": {"a": "b", "c": {"cmd": 5}, "d": [None]}})

    assert [error.place for error in errors] == ["/f.yml:1", "/f.yml:2", "/f.yml:3", "/f.yml:4", "/f.yml:5"]


@pytest.mark.parametrize("content", [None, {}, {"configs": None}, {"configs": {"a": None}}, {"configs": {"a": []}}])
def test_what_is_empty_is_fine(content: object) -> None:
    assert errors_of(content) == []


def test_items_know_their_lines_and_values_their_keys() -> None:
    values = layer({"verbose": True, "inputs": ["a", "b"]}).values
    items = values["inputs"].content

    assert [values["inputs"].origin.line, *(item.origin.line for item in items)] == [2, 2, 3]


@pytest.mark.parametrize(
    "content",
    [
        [{"registry": "a.io", "user": "x", "password": "hunter2", "pasword": "hunter2"}],
        [{"registry": "a.io", "user": "x", "password": "hunter2", "password-file": "hunter2"}],
        [{"registry": "a..io", "user": "x", "password": "hunter2"}],
        [{"registry": "a.io", "password": "hunter2"}],
        [{"registry": "a.io", "user": "x", "password": ["hunter2"]}],
        ["hunter2"],
        "hunter2",
    ],
    ids=str,
)
def test_no_error_about_credentials_tells_a_password(content: object) -> None:
    for error in errors_of({"credentials": content}):
        assert "hunter2" not in f"{error.what} {error.hint} {error!r} {error.why}"


def test_no_text_of_a_setting_tells_a_password() -> None:
    entry = {"registry": "a.io", "user": "x", "password": "hunter2"}
    settings = settings_in_force([layer({"credentials": [entry], "configs": {"a": {"credentials": [entry]}}})])

    assert "hunter2" not in f"{settings!r} {facts_of(settings)}"
    assert settings.get(CREDENTIALS)[0].content == CredentialEntry("a.io", "x", "hunter2")


def test_secrets_in_docker_options_are_not_shown() -> None:
    settings = settings_in_force([layer({"Xdocker": "-e API_TOKEN=hunter2 -e LEVEL=5"})])

    assert facts_of(settings)["Xdocker"] == ["-e", "API_TOKEN=***", "-e", "LEVEL=5"]
    assert settings.get(XDOCKER)[0].content == ("-e", "API_TOKEN=hunter2", "-e", "LEVEL=5")


VARIABLES: list[tuple[str, str, str, object]] = [
    ("JOBBER_VERBOSE", "1", "verbose", True),
    ("JOBBER_VERBOSE", "false", "verbose", False),
    ("JOBBER_HOST", "gpu", "host", "gpu"),
    ("JOBBER_DEFAULT_REGISTRY", "gcr.io/me", "default-registry", "gcr.io/me"),
    ("JOBBER_RUNTIME", "nvidia", "runtime", "nvidia"),
    ("JOBBER_OUT", "/model", "out", "/model"),
    ("JOBBER_TIMEOUT", "60", "timeout", 60),
    ("JOBBER_TIMEOUT", "none", "timeout", None),
    ("JOBBER_RESULT_IMAGE", "none", "result-image", "none"),
    ("JOBBER_CMD", "a 'b c'", "cmd", ["a", "b c"]),
    ("JOBBER_XDOCKER", "-p 1:1", "Xdocker", ["-p", "1:1"]),
    ("JOBBER_ENGINE", "docker", "engine", "docker"),
    ("JOBBER_PULL", "missing", "pull", "missing"),
    ("JOBBER_PUSH", "no", "push", False),
    ("JOBBER_REUSE", "yes", "reuse", True),
]


@pytest.mark.parametrize(("variable", "text", "name", "expected"), VARIABLES, ids=str)
def test_a_variable_sets_its_setting(variable: str, text: str, name: str, expected: object) -> None:
    values = read_variables({variable: text})

    assert contents(values) == {name: expected}
    assert str(values[name].origin) == variable


def test_every_setting_that_one_text_can_say_has_a_variable() -> None:
    assert {setting.variable for setting in SETTINGS.values()} - {None} == {variable for variable, *_ in VARIABLES}


@pytest.mark.parametrize("variable", sorted({variable for variable, *_ in VARIABLES}))
def test_an_empty_variable_is_none(variable: str) -> None:
    assert read_variables({variable: ""}) == {}


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("JOBBER_VERBOSE", "perhaps"),
        ("JOBBER_TIMEOUT", "soon"),
        ("JOBBER_TIMEOUT", "nan"),
        ("JOBBER_TIMEOUT", "0"),
        ("JOBBER_RESULT_IMAGE", "sometimes"),
        ("JOBBER_OUT", "model"),
        ("JOBBER_ENGINE", "lxc"),
        ("JOBBER_PULL", "often"),
        ("JOBBER_PUSH", "sometimes"),
        ("JOBBER_DEFAULT_REGISTRY", "gcr..io"),
        ("JOBBER_CMD", "it's"),
        ("JOBBER_HOST", " "),
    ],
)
def test_an_error_in_a_variable_names_it(variable: str, text: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        read_variables({variable: text})

    assert caught.value.what.startswith(f"{variable}: ")


def test_variables_stand_over_files_and_configurations() -> None:
    content = {"timeout": 1, "configs": {"default": {"timeout": 2, "out": "/x"}}}
    settings = settings_in_force([layer(content)], variables={"JOBBER_TIMEOUT": "3"})

    assert (settings.get(TIMEOUT), settings.get(OUT)) == (3, "/x")


def test_options_stand_over_variables() -> None:
    settings = settings_in_force([], variables={"JOBBER_TIMEOUT": "3", "JOBBER_OUT": "/x"})
    settings = settings.replaced({"timeout": read_option(TIMEOUT, "none")})

    assert (settings.get(TIMEOUT), settings.get(OUT)) == (None, "/x")


@pytest.mark.parametrize(("text"), ["soon", "0", "nan", "-5", "1e300"])
def test_an_option_that_can_t_be_read_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="timeout must be a number of seconds"):
        read_option(TIMEOUT, text)


def test_without_files_everything_has_its_default() -> None:
    settings = settings_in_force([])

    assert (settings.get(VERBOSE), settings.get(RESULT_IMAGE), settings.get(CMD), settings.get(PUSH)) == (
        False,
        ResultImagePolicy.ALWAYS,
        None,
        True,
    )
    assert {str(settings.value(setting).origin) for setting in SETTINGS.values()} == {"default"}


def test_lists_of_configurations_are_put_behind_those_of_files() -> None:
    content = {"inputs": ["a"], "configs": {"default": ["x", "y"], "x": {"inputs": ["b"]}, "y": {"inputs": ["c"]}}}
    settings = settings_in_force([layer(content)])

    assert facts_of(settings)["inputs"] == ["a", "b", "c"]
    assert settings.active == ("x", "y")


def test_given_names_are_applied_in_their_order() -> None:
    content = {"configs": {"x": {"cmd": "x", "Xdocker": "-e X=1"}, "y": {"cmd": "y", "Xdocker": "-e Y=1"}}}
    names = [Value(name, Origin("-c")) for name in ("y", "x")]
    facts = facts_of(settings_in_force([layer(content)], names=names))

    assert (facts["cmd"], facts["Xdocker"]) == (["x"], ["-e", "Y=1", "-e", "X=1"])


def test_the_schema_knows_every_setting_and_is_json() -> None:
    made = schema()
    properties = made["properties"]
    assert isinstance(properties, dict)

    assert set(properties) == {*SETTINGS, "configs"}
    assert json.loads(json.dumps(made)) == made


def test_facts_name_every_setting() -> None:
    assert set(facts_of(settings_in_force([]))) == {*SETTINGS, "configs"}


def test_errors_are_of_the_kind_that_commands_tell() -> None:
    assert all(isinstance(error, JobberError) for error in errors_of({"x": 1, "verbose": 5}))
