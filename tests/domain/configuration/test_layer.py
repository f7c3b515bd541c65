"""The combination of several files."""

from __future__ import annotations

from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st
from trees import CONFIGURATIONS, LAYERS, VALUES, contents, layer

from jobber.domain.configuration.layer import (
    EMPTY,
    Configuration,
    Layer,
    NameList,
    SettingsGroup,
    Values,
    apply_values,
    merge_configurations,
    merge_files,
)

_quick = settings(max_examples=40)


@_quick
@given(LAYERS, LAYERS, LAYERS)
def test_merging_files_is_associative(first: Layer, second: Layer, third: Layer) -> None:
    left = merge_files(merge_files(first, second), third)
    right = merge_files(first, merge_files(second, third))

    assert left == right


@_quick
@given(CONFIGURATIONS, CONFIGURATIONS, CONFIGURATIONS)
def test_merging_a_configuration_is_associative(
    first: Configuration, second: Configuration, third: Configuration
) -> None:
    left = merge_configurations(merge_configurations(first, second), third)
    right = merge_configurations(first, merge_configurations(second, third))

    assert left == right


@_quick
@given(VALUES, VALUES, VALUES)
def test_applying_configurations_one_by_one_is_applying_them_all(standing: Values, one: Values, other: Values) -> None:
    together = apply_values(standing, [one, other])
    in_turn = apply_values(apply_values(standing, [one]), [other])

    assert together == in_turn


@_quick
@given(LAYERS)
def test_an_empty_file_changes_nothing(some: Layer) -> None:
    assert merge_files(some, EMPTY) == some == merge_files(EMPTY, some)


@_quick
@given(LAYERS, LAYERS)
def test_the_deeper_file_wins_except_for_credentials(shallow: Layer, deep: Layer) -> None:
    merged = merge_files(shallow, deep).values

    assert {name: merged[name] for name in deep.values if name != "credentials"} == {
        name: value for name, value in deep.values.items() if name != "credentials"
    }


@_quick
@given(LAYERS, LAYERS)
def test_what_the_deeper_file_does_not_say_stays(shallow: Layer, deep: Layer) -> None:
    merged = merge_files(shallow, deep)
    kept = {name: value for name, value in shallow.values.items() if name not in deep.values}

    assert kept.items() <= merged.values.items()
    assert merged.configurations.keys() == shallow.configurations.keys() | deep.configurations.keys()


@_quick
@given(st.lists(LAYERS, max_size=4))
def test_credentials_of_all_files_are_there_the_deepest_last(layers: list[Layer]) -> None:
    merged = reduce(merge_files, layers, EMPTY)
    each = [item for one in layers if "credentials" in one.values for item in one.values["credentials"].content]

    assert each == (list(merged.values["credentials"].content) if "credentials" in merged.values else [])


@_quick
@given(VALUES, st.lists(VALUES, max_size=4))
def test_lists_of_active_configurations_are_concatenated_in_order(standing: Values, groups: list[Values]) -> None:
    applied = apply_values(standing, groups)

    for name in ("credentials", "inputs", "Xdocker"):
        given_items = [item for one in (standing, *groups) if name in one for item in one[name].content]
        assert given_items == (list(applied[name].content) if name in applied else [])


@_quick
@given(VALUES, st.lists(VALUES, min_size=1, max_size=4))
def test_the_last_active_configuration_that_says_something_wins(standing: Values, groups: list[Values]) -> None:
    applied = apply_values(standing, groups)
    expected = {name: value for one in (standing, *groups) for name, value in one.items()}

    for name in expected.keys() - {"credentials", "inputs", "Xdocker"}:
        assert applied[name] == expected[name]


def test_inputs_and_docker_options_are_replaced_between_files() -> None:
    shallow = layer({"inputs": ["a", "b"], "Xdocker": "-p 1:1", "cmd": "x y"})
    deep = layer({"inputs": ["c"], "Xdocker": "-p 2:2", "cmd": ["z"]})

    assert contents(merge_files(shallow, deep).values) == {"inputs": ["c"], "Xdocker": ["-p", "2:2"], "cmd": ["z"]}


def test_a_configuration_is_merged_key_by_key_between_files() -> None:
    shallow = layer({"configs": {"dev": {"cmd": "bash", "Xdocker": "-p 1:1"}}})
    deep = layer({"configs": {"dev": {"Xdocker": "-p 2:2", "timeout": 5}}})
    merged = merge_files(shallow, deep).configurations["dev"]
    assert isinstance(merged, SettingsGroup)

    assert contents(merged.values) == {"cmd": ["bash"], "Xdocker": ["-p", "2:2"], "timeout": 5}


def test_credentials_in_a_configuration_are_concatenated_between_files() -> None:
    entry = {"registry": "a.io", "user": "x", "password-file": "/x"}
    shallow = layer({"configs": {"dev": {"credentials": [entry]}}})
    merged = merge_files(shallow, shallow).configurations["dev"]
    assert isinstance(merged, SettingsGroup)

    assert contents(merged.values) == {"credentials": [entry, entry]}


def test_a_list_of_names_takes_the_place_of_a_mapping_and_the_other_way_round() -> None:
    mapping = layer({"configs": {"dev": {"cmd": "bash"}}})
    other = layer({"configs": {"dev": {"timeout": 5}}})
    names = layer({"configs": {"dev": ["a", "b"]}})
    last = merge_files(merge_files(mapping, names), other).configurations["dev"]
    assert isinstance(last, SettingsGroup)

    assert isinstance(merge_files(mapping, names).configurations["dev"], NameList)
    assert contents(last.values) == {"timeout": 5}
