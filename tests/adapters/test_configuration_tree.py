"""YAML to trees: whatever the bytes, a tree or one error that names its line."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from jobber.adapters.configuration import tree
from jobber.adapters.configuration.tree import read_tree
from jobber.domain.configuration.layer import read_layer
from jobber.domain.configuration.node import Node
from jobber.domain.errors import ConfigurationInvalid

_PIECES = st.sampled_from(
    [
        *"a b: - ? | > & * ! % @ ` ' [ ] { } , # --- ... << *a &a !!str !!python/object:x \\ 0 1.5 yes ~ é".split(),
        *("configs: credentials: inputs: cmd: timeout: Xdocker: default: registry: password:".split()),
        *('"', "\t", "\n", "\n  ", ": ", "- ", " ", "\0", "\x85", "\u2028", "\ufeff", "\\u0041", "\\ud800"),
    ]
)


@pytest.fixture(params=["with libyaml", "in Python"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both of PyYAML's parsers: the one in C is not everywhere."""
    if request.param == "in Python":
        monkeypatch.setattr(tree, "_LOADER", yaml.SafeLoader)


def plain(node: Node) -> Any:
    match node.content:
        case dict():
            return {key: plain(entry.node) for key, entry in node.content.items()}
        case list():
            return [plain(item) for item in node.content]
        case _:
            return node.content


def read(text: str) -> Any:
    return plain(read_tree(text.encode(), path="/f.yml"))


def error_of(octets: bytes) -> ConfigurationInvalid:
    with pytest.raises(ConfigurationInvalid) as caught:
        read_tree(octets, path="/f.yml")
    return caught.value


def lines_of(node: Node) -> list[int]:
    match node.content:
        case dict():
            below = [lines_of(entry.node) for entry in node.content.values()]
        case list():
            below = [lines_of(item) for item in node.content]
        case _:
            below = []
    return [node.line, *(line for lines in below for line in lines)]


def try_to_read(octets: bytes) -> None:
    """Read bytes as a configuration file: all errors have a line of it, and are fit to be printed."""
    lines = octets.count(b"\n") + octets.count(b"\r") + octets.count(b"\xc2\x85") + octets.count(b"\xe2\x80") + 2
    errors: list[ConfigurationInvalid] = []
    try:
        made = read_tree(octets, path="/f.yml")
    except ConfigurationInvalid as error:
        errors = [error]
    else:
        read_layer(made, path="/f.yml", errors=errors)
        assert all(1 <= line <= lines for line in lines_of(made))
    places = [re.fullmatch(r"/f\.yml:(\d+)", error.place) for error in errors]

    assert all(place is not None and 1 <= int(place[1]) <= lines for place in places)
    assert all(error.what.isprintable() for error in errors)


@given(st.binary(max_size=200))
@example(b"\xff\xfea\x00")
@example(b"&a [*a]")
@example(b'"\\ud800": "\\0"')
@example(b'- "\\U7fffffff"')
@example(b"%YAML 9.9\n---\na")
@example(b"? ? ? a")
@example(b"!<tag:yaml.org,2002:int> x")
def test_any_bytes_give_a_tree_or_an_error_with_its_line(octets: bytes) -> None:
    try_to_read(octets)


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_anything_that_looks_like_yaml_gives_a_tree_or_an_error_with_its_line(text: str) -> None:
    try_to_read(text.encode())


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("# only a comment\n", None),
        ("---\n...\n", None),
        ("a: 5\nb: 1.5\nc: yes\nd: ~\ne: text\n", {"a": 5, "b": 1.5, "c": True, "d": None, "e": "text"}),
        ("a: [1, -2, 1e3, .5]", {"a": [1, -2, 1000.0, 0.5]}),
        ("a: '5'\nb: \"yes\"\nc: !!str 5\n", {"a": "5", "b": "yes", "c": "5"}),
        ("a: 1:30\nb: 0777\nc: 1_000\nd: 0x1f\ne: 2024-01-01\n", {
            "a": "1:30", "b": "0777", "c": "1_000", "d": "0x1f", "e": "2024-01-01",
        }),
        ("a: none\n", {"a": "none"}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("a: <<\n'<<': '&x'\nb: ['*x', <<]\n", {"a": "<<", "<<": "&x", "b": ["*x", "<<"]}),
        ("\ufeffa: 1\n", {"a": 1}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ('a: "\\e[1m"\n', {"a": "\x1b[1m"}),
        ("no: 1\n5: 2\n", {"no": 1, "5": 2}),
        ("a: 99999999999999999999999\n", {"a": "99999999999999999999999"}),
    ],
)  # fmt: skip
def test_a_file_is_read_as_its_author_means_it(text: str, expected: Any) -> None:
    assert read(text) == expected


def test_lines_are_those_of_keys_and_items() -> None:
    made = read_tree(b"\na: 1\nb:\n  - x\n\n  - y\n", path="/f.yml")
    assert isinstance(made.content, dict)
    items = made.content["b"].node.content
    assert isinstance(items, list)

    assert ([entry.line for entry in made.content.values()], [item.line for item in items]) == ([2, 3], [4, 6])


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key 'a'; first in line 1"),
        ("x:\n  a: 1\n  'a': 3\n", 3, "duplicate key 'a'; first in line 2"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "!!python/object/apply:os.system is not allowed"),
        ("a: !mine x\n", 1, "a tag of one's own is not allowed"),
        ("a: !!binary aGk=\n", 1, "!!binary is not allowed"),
        ("a: !!set {x}\n", 1, "!!set is not allowed"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("a: *nowhere\n", 1, "an alias (*) is not supported"),
        ("a: 1\n*x : 2\n", 2, "an alias (*) is not supported"),
        ("a: &x [1]\nb: *x\n", 1, "an anchor (&) is not supported"),
        ("a:\n  - &x 1\n", 2, "an anchor (&) is not supported"),
        ("a: 1\n&x b: 2\n", 2, "an anchor (&) is not supported"),
        ("a: 1\nb:\n  <<: {c: 1}\n", 3, "a merge key (<<) is not supported"),
        ("a: 1\n[b]: 2\n", 2, "can't be a key"),
        ('a: "\\0"\n', 1, "an invalid character"),
    ],
)
def test_error_names_the_line_of_what_is_not_allowed(text: str, line: int, message: str) -> None:
    error = error_of(text.encode())

    assert (error.place, message in error.why) == (f"/f.yml:{line}", True), error.why


@pytest.mark.parametrize(("text", "character"), [("a: &secret", "&"), ("a: *secret", "*"), ("a: !secret", "!")])
def test_error_of_a_special_character_says_to_quote_a_string_that_begins_with_it(text: str, character: str) -> None:
    hint = error_of(text.encode()).hint or ""

    assert hint.endswith(f"put a string that begins with {character} in quotes")


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("text", ["a:\n\tb: 1\n", "a: 1\n\t- b\n"])
def test_a_tab_is_told_to_be_one(text: str) -> None:
    error = error_of(text.encode())

    assert (error.place, error.hint) == ("/f.yml:2", "YAML is indented with spaces, not with tabs")


@pytest.mark.usefixtures("loader")
def test_a_text_that_does_not_end_is_told_where_it_begins() -> None:
    assert "line 2" in error_of(b"a: 1\nb: 'x\nc: 2\n").why


@pytest.mark.parametrize(
    ("octets", "line"), [(b"a: 1\nb: \xff\n", 2), (b"a: 1\n\n\x00", 3), ("a: 1".encode("utf-16"), 1), (b"a: \x1b", 1)]
)
def test_bytes_that_are_no_text_are_told_with_their_line(octets: bytes, line: int) -> None:
    assert error_of(octets).place == f"/f.yml:{line}"


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    "text", ["[" * 5000, "{a: " * 5000, "".join(" " * level + "- \n" for level in range(500)) + "x"]
)
def test_what_is_nested_too_deep_is_an_error(text: str) -> None:
    assert "nested" in error_of(text.encode()).why


@pytest.mark.parametrize("text", ["*hunter2", "!hunter2", "&hunter2 [*x]", "@hunter2", "%hunter2", "`hunter2"])
def test_no_error_tells_a_password_that_yaml_takes_for_something_else(text: str) -> None:
    error = error_of(f"credentials:\n- password: {text}\n".encode())

    assert "hunter2" not in f"{error.what} {error.hint}"
