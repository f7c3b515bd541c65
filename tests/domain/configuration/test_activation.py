"""Which configurations are active, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import layer

from jobber.domain.configuration.activation import active_names, check_lists
from jobber.domain.configuration.layer import Configuration, NameList, SettingsGroup
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.errors import ConfigurationCycle, UnknownConfiguration

_ORIGIN = Origin("/f.yml", 3)
_GRAPHS = st.dictionaries(
    st.integers(0, 12).map(str), st.none() | st.lists(st.integers(0, 12).map(str), max_size=5), max_size=13
)


def configurations(graph: dict[str, list[str] | None]) -> dict[str, Configuration]:
    """Configurations, None for one that is a mapping."""
    return {
        name: SettingsGroup({}) if names is None else NameList(tuple(Value(item, _ORIGIN) for item in names))
        for name, names in graph.items()
    }


def activated(graph: dict[str, list[str] | None], *names: str) -> tuple[str, ...]:
    return active_names(configurations(graph), given=[Value(name, Origin(f"-c {name}")) for name in names])


def expanded(graph: dict[str, list[str] | None], names: list[str], within: tuple[str, ...] = ()) -> list[str]:
    """The same by the plainest means: recursion, all repetitions, and only then each name where it first comes."""
    result = []
    for name in names:
        if name in within:
            raise RecursionError
        below = graph[name]
        result += [name] if below is None else expanded(graph, below, (*within, name))
    return result


@given(_GRAPHS, st.lists(st.integers(0, 12).map(str), min_size=1, max_size=3))
def test_activation_of_any_graph_is_what_its_definition_says(
    graph: dict[str, list[str] | None], names: list[str]
) -> None:
    try:
        expected: object = tuple(dict.fromkeys(expanded(graph, names)))
    except (RecursionError, KeyError) as error:
        expected = type(error)
    try:
        actual: object = activated(graph, *names)
    except ConfigurationCycle:
        actual = RecursionError
    except UnknownConfiguration:
        actual = KeyError

    # a graph with both defects may be told of either
    assert expected == actual or {expected, actual} == {RecursionError, KeyError}


def test_default_is_active_where_no_name_is_given() -> None:
    assert activated({"a": None, "default": ["b", "a"], "b": None}) == ("b", "a")


def test_nothing_is_active_without_a_default() -> None:
    assert activated({"a": None}) == ()


def test_a_given_name_switches_default_off() -> None:
    assert activated({"a": None, "default": None}, "a") == ("a",)


def test_each_name_is_applied_once_where_it_first_comes() -> None:
    graph = {"a": None, "b": None, "c": None, "ab": ["a", "b"], "all": ["c", "ab", "a"]}

    assert activated(graph, "b", "all", "b") == ("b", "c", "a")


def test_names_on_many_ways_are_followed_once() -> None:
    wide: dict[str, list[str] | None] = {f"l{level}": [f"l{level + 1}"] * 50 for level in range(500)}
    wide["l500"] = None

    assert activated(wide, "l0") == ("l500",)


def test_a_chain_of_lists_has_no_greatest_length() -> None:
    long: dict[str, list[str] | None] = {str(number): [str(number + 1)] for number in range(20_000)}
    long["20000"] = None

    assert activated(long, "0") == ("20000",)


def test_a_circle_is_told_with_its_names_and_the_place_that_closes_it() -> None:
    with pytest.raises(ConfigurationCycle) as caught:
        activated({"a": ["b"], "b": ["c"], "c": ["b"]}, "a")

    assert (caught.value.chain, caught.value.place) == (("b", "c", "b"), "/f.yml:3")


def test_a_long_circle_is_told_in_a_short_line() -> None:
    long: dict[str, list[str] | None] = {str(number): [str((number + 1) % 500)] for number in range(500)}
    with pytest.raises(ConfigurationCycle) as caught:
        activated(long, "0")

    assert len(caught.value.what) < 120


def test_an_unknown_name_of_a_list_is_told_with_its_chain_its_place_and_the_nearest_one() -> None:
    with pytest.raises(UnknownConfiguration) as caught:
        activated({"default": ["work"], "work": ["develp"], "develop": None})

    assert caught.value.what == "/f.yml:3: unknown configuration 'develp' (default → work → develp)"
    assert caught.value.hint == "did you mean develop?"


def test_an_unknown_name_of_the_command_line_is_told_with_its_option() -> None:
    with pytest.raises(UnknownConfiguration) as caught:
        activated({"release": None}, "relaese")

    assert (caught.value.what, caught.value.hint) == (
        "-c relaese: unknown configuration 'relaese'",
        "did you mean release?",
    )


def test_lists_that_are_not_active_are_not_followed() -> None:
    assert activated({"a": None, "b": ["nowhere"]}, "a") == ("a",)


def test_checking_lists_tells_of_every_unknown_name_and_every_circle() -> None:
    graph: dict[str, list[str] | None] = {"a": ["x", "y"], "b": ["c"], "c": ["b", "a"], "d": ["d"], "e": None}
    told = [error.what.partition(": ")[2] for error in check_lists(configurations(graph))]

    assert told == [
        "unknown configuration 'x' (a → x)",
        "unknown configuration 'y' (a → y)",
        "configurations form a cycle: b → c → b",
        "configurations form a cycle: d → d",
    ]


def test_a_name_of_a_list_knows_its_line() -> None:
    configuration = layer({"configs": {"default": ["a", "b"]}}).configurations["default"]
    assert isinstance(configuration, NameList)

    assert [(name.content, name.origin.line) for name in configuration.names] == [("a", 1), ("b", 2)]


def test_two_circles_through_one_list_are_both_told() -> None:
    graph: dict[str, list[str] | None] = {"a": ["b", "c"], "b": ["a"], "c": ["a"]}
    told = [error.what.partition(": ")[2] for error in check_lists(configurations(graph))]

    assert told == [
        "configurations form a cycle: a → b → a",
        "configurations form a cycle: a → c → a",
    ]


def test_a_list_that_closes_two_circles_is_told_of_both() -> None:
    graph: dict[str, list[str] | None] = {"a": ["b"], "b": ["a", "b"]}
    told = [error.what.partition(": ")[2] for error in check_lists(configurations(graph))]

    assert told == ["configurations form a cycle: a → b → a", "configurations form a cycle: b → b"]


def test_of_very_many_circles_fifty_are_told() -> None:
    graph: dict[str, list[str] | None] = {str(number): [str(number)] for number in range(60)}

    assert len(check_lists(configurations(graph))) == 50


def test_an_unknown_name_that_is_near_to_none_gets_those_that_there_are() -> None:
    few: dict[str, list[str] | None] = dict.fromkeys("abcdefghij")
    many: dict[str, list[str] | None] = dict.fromkeys("abcdefghijk")
    hints = []
    for graph in ({}, few, many):
        with pytest.raises(UnknownConfiguration) as caught:
            activated(graph, "nowhere")
        hints.append(caught.value.hint)

    assert hints == [
        "no jobber-config.yml in this or a parent directory defines a configuration",
        "defined are a, b, c, d, e, f, g, h, i, j",
        "defined are a, b, c, d, e, f, g, h, i, j, …",
    ]
