"""Trees, layers and values as the tests of configuration make them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from jobber.domain.configuration.layer import Configuration, Layer, NameList, SettingsGroup, Values, read_layer
from jobber.domain.configuration.node import Entry, Node
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.configuration.settings import SETTINGS
from jobber.domain.errors import ConfigurationInvalid
from jobber.domain.images.credentials import CredentialEntry
from jobber.domain.runs.input import InputSpecification
from jobber.domain.runs.policy import ResultImagePolicy

_WORDS = st.text(alphabet="abcdefgh-=.:/ '\"é", min_size=1, max_size=8)
_SECONDS = st.integers(1, 10**9) | st.floats(1e-6, 10**6)


def node(content: Any, line: int = 1) -> Node:
    """A tree of plain values, each key and item on a line of its own."""
    match content:
        case dict():
            return Node(
                {key: Entry(line + at, node(value, line + at)) for at, (key, value) in enumerate(content.items())}, line
            )
        case list():
            return Node([node(item, line + at) for at, item in enumerate(content)], line)
        case bool():
            return Node(content, line, str(content).lower())
        case None:
            return Node(None, line)
        case _:
            return Node(content, line, str(content))


def errors_of(content: Any) -> list[ConfigurationInvalid]:
    errors: list[ConfigurationInvalid] = []
    read_layer(node(content), path="/f.yml", errors=errors)
    return errors


def layer(content: Any, path: str = "/f.yml") -> Layer:
    errors: list[ConfigurationInvalid] = []
    made = read_layer(node(content), path=path, errors=errors)
    assert errors == []
    return made


def contents(values: Values) -> dict[str, object]:
    """Return the settings as plain values."""
    return {name: SETTINGS[name].kind.plain(value.content) for name, value in values.items()}


_PLACES = st.builds(Origin, st.sampled_from(["/a.yml", "/b/c.yml"]), st.integers(1, 99))


def _listed(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.builds(Value, items, _PLACES), max_size=3).map(tuple)


CREDENTIALS = st.builds(CredentialEntry, st.just("a.io/b"), _WORDS, password_file=_WORDS)
INPUTS = st.sampled_from(["digits", "a,dest=/x", "b,src=/y"]).map(lambda text: InputSpecification(text, text))
CONTENTS: dict[str, st.SearchStrategy[Any]] = {
    "verbose": st.booleans(),
    "host": st.none()
    | st.sampled_from(["gpu", "ssh://me@gpu", "unix:///x", "5", "yes", "1e5", "1.5e10", "no such: #"]),
    "runtime": st.none() | st.sampled_from(["nvidia", "null", "~", "0x1f"]),
    "out": st.none() | _WORDS.map(lambda text: f"/{text}"),
    "timeout": st.none() | _SECONDS.map(float),
    "result-image": st.sampled_from(ResultImagePolicy),
    "cmd": st.none()
    | st.lists(
        _WORDS | st.sampled_from(["", "none", "1", "1e5", "+.5", "0o7", "true", "\t\n", "\x1b[1m"]), min_size=1
    ).map(tuple),
    "credentials": _listed(CREDENTIALS),
    "inputs": _listed(INPUTS),
    "Xdocker": _listed(st.lists(_WORDS, min_size=1, max_size=3).map(tuple)),
}
VALUES: st.SearchStrategy[Values] = st.fixed_dictionaries(
    {},
    optional={name: st.builds(Value, strategy, _PLACES) for name, strategy in CONTENTS.items()},
)
NAMES = st.sampled_from(["default", "a", "b", "c"])
CONFIGURATIONS: st.SearchStrategy[Configuration] = st.builds(SettingsGroup, VALUES) | st.builds(
    NameList, st.lists(st.builds(Value, NAMES, _PLACES), max_size=3).map(tuple)
)
LAYERS = st.builds(Layer, VALUES, st.dictionaries(NAMES, CONFIGURATIONS, max_size=3))
