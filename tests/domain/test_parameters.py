"""Parameters: variables and pairs of the command, out of a record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import RECORD

from jobber.domain.errors import UsageError
from jobber.domain.runs.parameters import ParameterChoice, number_in, parameters_of, parse_parameter


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (None, {}),
        ((), {}),
        (("train.py", "--lr", "0.1", "--epochs=30"), {"lr": "0.1", "epochs": "30"}),
        (("--shift", "-0.5", "--size", "-1e3"), {"shift": "-0.5", "size": "-1e3"}),
        (("--quiet", "--lr", "1"), {"lr": "1"}),
        (("--quiet", "-v", "--last"), {}),
        (("--a", "1", "--a", "2"), {"a": "2"}),
        (("--a=", "--b=x=y"), {"a": "", "b": "x=y"}),
        (("-a", "1", "--", "1", "--1x", "2", "---x", "3"), {}),
        (("--batch-size", "8", "--model.depth", "3", "--_x", "4"), {"batch-size": "8", "model.depth": "3", "_x": "4"}),
    ],
)
def test_pairs_of_the_command(command: tuple[str, ...] | None, expected: dict[str, str]) -> None:
    assert parameters_of(replace(RECORD, command=command, docker_args=())) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-e", "A=1", "-eB=2", "--env=C=3", "--env", "D=4=5"), {"A": "1", "B": "2", "C": "3", "D": "4=5"}),
        (("-e", "FROM_THE_CALLER", "--label", "x=y", "--shm-size", "8g"), {}),
        (("-e", "API_KEY=***"), {"API_KEY": "***"}),
        (("-e", "A=1", "--an-option-of-later=2", "-e", "B=2"), {"A": "1"}),
        (("-e",), {}),
    ],
)
def test_variables_of_xdocker(words: tuple[str, ...], expected: dict[str, str]) -> None:
    assert parameters_of(replace(RECORD, command=None, docker_args=words)) == expected


def test_pair_of_the_command_goes_before_a_variable() -> None:
    record = replace(RECORD, command=("--lr", "2"), docker_args=("-e", "lr=1"))

    assert parameters_of(record) == {"lr": "2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("lr=0.1", ParameterChoice("lr", "0.1")), ("--lr=", ParameterChoice("lr", "")), ("lr", ParameterChoice("lr"))],
)
def test_choice_is_a_name_with_or_without_a_value(text: str, expected: ParameterChoice) -> None:
    assert parse_parameter(text) == expected


@pytest.mark.parametrize("text", ["", "=1", "--"])
def test_choice_without_a_name_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="has no parameter name") as told:
        parse_parameter(text)

    assert told.value.hint == "for example --param lr=0.1"


@pytest.mark.parametrize(
    ("choice", "fits"),
    [
        ("lr=0.1", True),
        ("lr=.10", True),
        ("lr=1e-1", True),
        ("lr=0.2", False),
        ("lr=x", False),
        ("lr", True),
        ("other", False),
        ("other=1", False),
        ("name=adam", True),
        ("name=1", False),
    ],
)
def test_numbers_are_compared_as_numbers(choice: str, *, fits: bool) -> None:
    assert parse_parameter(choice).fits({"lr": "0.1", "name": "adam"}) is fits


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_is_read_as_it_was_written(number: float) -> None:
    assert number_in(repr(number)) == number


@given(st.text())
def test_what_is_read_is_a_number(text: str) -> None:
    number = number_in(text)

    assert number is None or number == float(text)


@pytest.mark.parametrize("text", ["", "nan", "inf", "1x", "0x10", ".", "e5", " 1", "0_", "1__0", "_1", "1_.5"])
def test_other_texts_are_no_numbers(text: str) -> None:
    assert number_in(text) is None
