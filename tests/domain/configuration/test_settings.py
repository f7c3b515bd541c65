"""The settings one by one: what each takes, and what it says to what it does not."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import contents, errors_of, layer, node

import jobber
from jobber.domain.configuration.in_force import read_option, read_variables, settings_in_force
from jobber.domain.configuration.kind import InvalidValue, split
from jobber.domain.configuration.layer import read_layer
from jobber.domain.configuration.lists import Options, located_entry, located_options
from jobber.domain.configuration.node import Entry, Node
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.configuration.settings import (
    CMD,
    CREDENTIALS,
    INPUTS,
    OUT,
    PUSH,
    RESULT_IMAGE,
    SETTINGS,
    TIMEOUT,
    VERBOSE,
    XDOCKER,
    EngineName,
    Setting,
)
from jobber.domain.configuration.show import facts_of, facts_with_origins, schema, written_of
from jobber.domain.errors import ConfigurationInvalid, JobberError, SettingInvalid, UnknownSetting, UsageError
from jobber.domain.images.credentials import CredentialEntry
from jobber.domain.runs.policy import ResultImagePolicy

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
    ("cmd", None, None),
    ("cmd", [], None),
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
    ("engine", 5),
    ("pull", "often"),
    ("pull", None),
    ("push", "no"),
    ("reuse", "yes"),
]
_ENTRIES_EXPECTED = "must be a list of mappings with registry, user, and password or password-file"
SAID: list[tuple[object, str, str | None]] = [
    ({"verbose": "yes"}, "verbose must be true or false, not 'yes'", None),
    ({"verbose": 1}, "verbose must be true or false, not the number 1", None),
    ({"verbose": None}, "verbose must be true or false, not nothing", None),
    ({"host": 5}, "host must be a host or an address, not the number 5", "put it in quotes"),
    ({"host": True}, "host must be a host or an address, not true", "put it in quotes"),
    ({"host": 1.5}, "host must be a host or an address, not the number 1.5", "put it in quotes"),
    ({"host": ["a"]}, "host must be a host or an address, not a list", None),
    ({"host": " "}, "host must be a host or an address, and can't be empty", None),
    ({"runtime": {}}, "runtime must be the name of a runtime, not a mapping", None),
    ({"out": "x"}, "out must be an absolute path, not 'x'", None),
    ({"out": ""}, "out must be an absolute path, and can't be empty", None),
    ({"inputs": "mnist"}, "inputs must be a list of inputs, IMAGE[,src=DIR][,dest=DIR], not a string", None),
    (
        {"inputs": [5]},
        "inputs must be a list of inputs, IMAGE[,src=DIR][,dest=DIR]; one of its items is the number 5",
        "put it in quotes",
    ),
    ({"timeout": "soon"}, "timeout must be a number of seconds above 0, or none, not 'soon'", None),
    ({"timeout": True}, "timeout must be a number of seconds above 0, or none, not true", None),
    ({"timeout": 0}, "timeout must be a number of seconds above 0 and at most 1000000000, not 0", None),
    (
        {"timeout": 1_000_000_001},
        "timeout must be a number of seconds above 0 and at most 1000000000, not 1000000001",
        None,
    ),
    ({"result-image": "sucess"}, "result-image must be none, success or always, not 'sucess'", "did you mean success?"),
    ({"result-image": False}, "result-image must be none, success or always, not false", None),
    ({"cmd": 5}, "cmd must be a string, a list of words, or none, not the number 5", "put it in quotes"),
    ({"cmd": {}}, "cmd must be a string, a list of words, or none, not a mapping", None),
    ({"cmd": [None]}, "cmd must be a string, a list of words, or none; one of its words is nothing", None),
    ({"cmd": "it's"}, "cmd can't be split into words: no closing quotation", None),
    ({"Xdocker": "it's"}, "Xdocker can't be split into words: no closing quotation", None),
    (
        {"Xdocker": 5},
        "Xdocker must be a string of docker run options, or a list of such strings, not the number 5",
        None,
    ),
    ({"engine": "dokcer"}, "engine must be auto, docker or podman, not 'dokcer'", "did you mean docker?"),
    ({"engine": 5}, "engine must be auto, docker or podman, not the number 5", None),
    (
        {"credentials": [5]},
        f"credentials {_ENTRIES_EXPECTED}; one of its items is the number 5",
        None,
    ),
    (
        {"credentials": [{"registry": "a.io", "password": "x"}]},
        "credentials has an entry without user",
        None,
    ),
    ({"credentials": [{"user": "a", "password": "x"}]}, "credentials has an entry without registry", None),
    (
        {"credentials": [{"registry": "a.io", "user": "x"}]},
        "credentials has an entry for 'a.io' with neither password nor password-file",
        "give exactly one of them",
    ),
    (
        {"credentials": [{**_ENTRY, "password": "x"}]},
        "credentials has an entry for 'gcr.io/me' with both password and password-file",
        "give exactly one of them",
    ),
    (
        {"credentials": [{**_ENTRY, "pasword": "x"}]},
        "credentials has an entry with an unknown key 'pasword'",
        "did you mean password?",
    ),
    (
        {"credentials": [{"registry": "a.io", "user": 5}]},
        "credentials has an entry whose user must be a string, not a number or a boolean",
        "put it in quotes",
    ),
    (
        {"credentials": [{"registry": "a.io", "user": []}]},
        "credentials has an entry whose user must be a string",
        None,
    ),
    ({"credentials": [{"registry": "a.io", "user": ""}]}, "credentials has an entry whose user is empty", None),
    (
        {"configs": 5},
        "configs must be a mapping of names, each to a mapping of settings or a list of names, not the number 5",
        None,
    ),
    (
        {"configs": {"a": 5}},
        "configuration 'a' must be a mapping of settings or a list of names, not the number 5",
        None,
    ),
    (
        {"configs": {"a": "b"}},
        "configuration 'a' must be a mapping of settings or a list of names, not a string",
        "a list of one name is written [b]",
    ),
    (
        {"configs": {"a": [None]}},
        "configuration 'a' lists names of configurations; one of its items is nothing",
        None,
    ),
    (
        {"configs": {"a": {"configs": {}}}},
        "a configuration can't define others",
        "to combine configurations, use a list of names",
    ),
    ({"zzz": 5}, "unknown setting 'zzz'", "`jobber config` lists all settings"),
    (["a"], "a configuration file is a mapping of settings, not a list", "for example `timeout: 3600`"),
]


@pytest.mark.parametrize(("content", "what", "hint"), SAID, ids=str)
def test_what_is_wrong_is_said_with_what_is_expected(content: object, what: str, hint: str | None) -> None:
    (error,) = errors_of(content)

    assert (error.why, error.hint) == (what, hint)


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
        expected = InvalidValue
    try:
        actual: object = split(text)
    except InvalidValue:
        actual = InvalidValue

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

    assert ("readable name" in error.what, error.what.isprintable()) == (True, True)


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


def test_the_schema_is_the_one_that_is_shipped() -> None:
    shipped = Path(jobber.__file__).parent / "jobber-config.schema.json"

    assert json.loads(shipped.read_text(encoding="utf-8")) == schema()


WRONG_ON_ANOTHER_LINE: list[tuple[str, Node]] = [
    ("verbose", Node(1, 3, "1")),
    ("host", Node(5, 3, "5")),
    ("inputs", Node("a", 3, "a")),
    ("inputs", Node([Node(5, 3, "5")], 2)),
    ("inputs", Node([Node("a,src=relative", 3, "a,src=relative")], 2)),
    ("timeout", Node("soon", 3, "soon")),
    ("result-image", Node(5, 3, "5")),
    ("cmd", Node(5, 3, "5")),
    ("cmd", Node([Node(None, 3)], 2)),
    ("Xdocker", Node("it's", 3, "it's")),
    ("Xdocker", Node([Node("it's", 3, "it's")], 2)),
    ("engine", Node(5, 3, "5")),
    ("credentials", Node("me", 3, "me")),
    ("credentials", Node([Node({}, 3)], 2)),
]


@pytest.mark.parametrize(("name", "value"), WRONG_ON_ANOTHER_LINE, ids=str)
def test_an_error_is_about_the_line_of_the_value_and_not_of_its_key(name: str, value: Node) -> None:
    errors: list[ConfigurationInvalid] = []
    read_layer(Node({name: Entry(1, value)}, 1), path="/f.yml", errors=errors)

    assert [error.place for error in errors] == ["/f.yml:3"]


def test_options_that_are_one_text_know_their_line() -> None:
    values = read_layer(Node({"Xdocker": Entry(1, Node("-e A=1", 3, ""))}, 1), path="/f.yml", errors=[]).values

    assert [item.origin for item in values["Xdocker"].content] == [Origin("/f.yml", 3)]


@pytest.mark.parametrize(
    ("setting", "text", "what", "hint"),
    [
        (
            OUT,
            "",
            "out must be an absolute path, and can't be empty",
            None,
        ),
        (
            INPUTS,
            "a,b",
            "inputs: input 'a,b': 'b' is not a KEY=PATH",
            None,
        ),
        (RESULT_IMAGE, "sucess", "result-image must be none, success or always, not 'sucess'", "did you mean success?"),
        (TIMEOUT, "0", "timeout must be a number of seconds above 0 and at most 1000000000, not 0", None),
    ],
)
def test_what_is_wrong_with_an_option_is_said_as_of_a_setting(
    setting: Setting[object], text: str, what: str, hint: str | None
) -> None:
    with pytest.raises(UsageError) as caught:
        read_option(setting, text)

    assert caught.value.what.startswith(what)
    assert hint is None or caught.value.hint == hint


def test_a_setting_whose_error_brings_a_hint_passes_it_on() -> None:
    (error,) = errors_of({"inputs": ["a,src=relative"]})
    (other,) = errors_of({"default-registry": "gcr..io"})

    assert error.hint is not None
    assert other.hint is not None
    with pytest.raises(UsageError) as caught:
        read_option(INPUTS, "a,src=relative")
    assert caught.value.hint == error.hint


def test_a_value_of_an_option_knows_its_option() -> None:
    items = read_option(INPUTS, "a").content

    assert (read_option(OUT, "/x").origin, read_option(CMD, "a").origin) == (Origin("-o"), Origin("COMMAND"))
    assert [item.origin for item in items] == [Origin("-i")]


def test_the_longest_timeout_is_one() -> None:
    assert contents(layer({"timeout": 1_000_000_000}).values) == {"timeout": 1_000_000_000}


def test_a_configuration_knows_no_configs_to_be_near_to() -> None:
    (error,) = errors_of({"configs": {"dev": {"config": 5}}})

    assert (error.place, error.hint) == ("/f.yml:1", "`jobber config` lists all settings")


def test_the_place_of_configurations_in_a_configuration_is_told() -> None:
    (error,) = errors_of({"configs": {"dev": {"timeout": 5, "configs": {}}}})

    assert error.place == "/f.yml:2"


def test_the_schema_offers_our_engines_and_takes_any_other() -> None:
    ours, others = SETTINGS["engine"].kind.schema["anyOf"]

    assert ours == {"enum": ["auto", "docker", "podman"]}
    assert [bool(re.search(others["pattern"], name)) for name in ("memory", "my-engine", "", "a b")] == [
        True,
        True,
        False,
        False,
    ]


def test_an_engine_that_another_package_brings_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EngineName, "others", staticmethod(lambda: ("memory",)))

    assert contents(layer({"engine": "memory"}).values) == {"engine": "memory"}
    assert [(error.why, error.hint) for error in errors_of({"engine": "memroy"})] == [
        ("engine must be auto, docker, podman or memory, not 'memroy'", "did you mean memory?")
    ]


def test_no_text_says_an_entry_of_credentials() -> None:
    with pytest.raises(UsageError) as caught:
        read_option(CREDENTIALS, "hunter2")

    assert caught.value.what == f"credentials {_ENTRIES_EXPECTED}"


def test_docker_options_that_are_none_are_shown_as_they_are() -> None:
    assert facts_of(settings_in_force([layer({"Xdocker": "train.py -x"})]))["Xdocker"] == ["train.py", "-x"]


WRITTEN = {
    "verbose": True,
    "host": "gpu:2375",
    "default-registry": "gcr.io/me",
    "credentials": [{"registry": "a.io", "user": "x", "password": "***"}, _ENTRY],
    "runtime": "nvidia",
    "inputs": ["a,src=/x", "b"],
    "out": "/model",
    "timeout": 0.5,
    "result-image": "success",
    "cmd": ["python", "a b"],
    "Xdocker": ["-e 'A=x y'", "-e 'API_TOKEN=***'"],
    "engine": "podman",
    "pull": "never",
    "push": False,
    "reuse": False,
}


def test_settings_are_written_as_a_file_has_them() -> None:
    given = {
        **WRITTEN,
        "credentials": [{"registry": "a.io", "user": "x", "password": "hunter2"}, _ENTRY],
        "Xdocker": ["-e 'A=x y'", "-e API_TOKEN=hunter2"],
    }

    assert written_of(settings_in_force([layer(given)])) == WRITTEN


def test_what_is_written_is_read_as_the_same() -> None:
    assert written_of(settings_in_force([layer(WRITTEN)])) == WRITTEN


def test_settings_that_nobody_has_set_are_written_as_well() -> None:
    assert written_of(settings_in_force([])) == {
        "verbose": False,
        "host": None,
        "default-registry": None,
        "credentials": [],
        "runtime": None,
        "inputs": [],
        "out": None,
        "timeout": "none",
        "result-image": "always",
        "cmd": "none",
        "Xdocker": [],
        "engine": "auto",
        "pull": "always",
        "push": True,
        "reuse": False,
    }


def test_origins_are_told_with_each_value_and_of_lists_with_each_item() -> None:
    content = {"inputs": ["a", "b"], "configs": {"default": {"timeout": 5, "credentials": []}}}
    settings = settings_in_force([layer(content)], variables={"JOBBER_OUT": "/x"})
    facts = facts_with_origins(settings)

    assert facts["inputs"] == {"value": ["a", "b"], "origins": ["/f.yml:1", "/f.yml:2"]}
    assert facts["timeout"] == {"value": 5, "origins": ["/f.yml:2 (configuration default)"]}
    assert facts["out"] == {"value": "/x", "origins": ["JOBBER_OUT"]}
    assert facts["Xdocker"] == {"value": [], "origins": ["default"]}
    assert facts["credentials"] == {"value": [], "origins": ["/f.yml:3 (configuration default)"]}
    assert set(facts) == set(SETTINGS)


@pytest.mark.parametrize(
    ("place", "is_option"), [("-c", True), ("--engine", True), ("/f.yml", False), ("default", False)]
)
def test_an_origin_on_the_command_line_is_an_option(place: str, *, is_option: bool) -> None:
    assert is_option is Origin(place).is_option


def test_configurations_are_shown_with_what_they_say_or_stand_for() -> None:
    content = {"configs": {"a": {"timeout": 5}, "b": ["a"], "c": None}}

    assert facts_of(settings_in_force([layer(content)]))["configs"] == {"a": {"timeout": 5}, "b": ["a"], "c": {}}


def test_facts_name_every_setting() -> None:
    assert set(facts_of(settings_in_force([]))) == {*SETTINGS, "configs"}


def test_errors_are_of_the_kind_that_commands_tell() -> None:
    assert all(isinstance(error, JobberError) for error in errors_of({"x": 1, "verbose": 5}))


# Paths


def options_of(content: object, *, place: str) -> Options:
    return XDOCKER.kind.read(node(content), Origin(place, 1))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("-v ./data:/x", [("-v", "/project/data:/x")]),
        (["-v", "./data:/x", "-P"], [("-v",), ("/project/data:/x",), ("-P",)]),
        (["--env-file env -e A=./b"], [("--env-file", "/project/env", "-e", "A=./b")]),
        ("-P", [("-P",)]),
    ],
)
def test_paths_in_options_are_relative_to_the_file(content: object, expected: object) -> None:
    items = options_of(content, place="/project/jobber-config.yml")

    assert [item.content for item in located_options(items, directory="/here")] == expected


def test_paths_in_options_of_other_places_are_relative_to_a_directory() -> None:
    items = (
        *options_of(["-v ./a:/a"], place="/one/jobber-config.yml"),
        *options_of(["-v ./b:/b"], place="/two/jobber-config.yml"),
        *XDOCKER.kind.read_text("-v ./c:/c", Origin("-Xd")),
    )
    words = [item.content[1] for item in located_options(items, directory="/here")]

    assert words == ["/one/a:/a", "/two/b:/b", "/here/c:/c"]
    assert located_options(items)[2] == items[2]


def test_paths_that_are_shown_are_absolute() -> None:
    items = options_of("-v ./data:/x", place="/project/jobber-config.yml")

    assert (XDOCKER.kind.plain(items), XDOCKER.kind.written(items)) == (
        ["-v", "/project/data:/x"],
        ["-v /project/data:/x"],
    )


@pytest.mark.parametrize(
    ("path", "place", "expected"),
    [
        ("pw", "/project/jobber-config.yml", "/project/pw"),
        ("./pw", "/project/jobber-config.yml", "/project/pw"),
        ("../pw", "/project/jobber-config.yml", "/project/../pw"),
        ("~/pw", "/project/jobber-config.yml", "~/pw"),
        ("/pw", "/project/jobber-config.yml", "/pw"),
        ("pw", "/jobber-config.yml", "//pw"),
        ("pw", "elsewhere", "pw"),
    ],
)
def test_a_password_file_is_relative_to_the_file_that_names_it(path: str, place: str, expected: str) -> None:
    other = {"registry": "x.test", "user": "me", "password": "x"}
    content = [{"registry": "r.test", "user": "me", "password-file": path}, other]
    items = CREDENTIALS.kind.read(node(content), Origin(place, 1))

    assert [located_entry(item).password_file for item in items] == [expected, None]
    assert CREDENTIALS.kind.plain(items)[0]["password-file"] == expected  # type: ignore[index]
