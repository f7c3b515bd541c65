"""The metrics that jobber keeps of a `metrics.json`, and reading them back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.errors import MetricsUnusable
from jobber.domain.runs import metrics
from jobber.domain.runs.metrics import metrics_of, parse_metrics, render_metrics

NUMBERS = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False)),
    max_size=8,
)


def test_numbers_are_kept_as_they_are_and_in_their_order() -> None:
    parsed = parse_metrics(b' {"loss": 0.25, "accuracy": 1, "rate": 1e-3, "steps": 12345678901234567890} ')

    assert list(parsed.items()) == [("loss", 0.25), ("accuracy", 1), ("rate", 0.001), ("steps", 12345678901234567890)]
    assert isinstance(parsed["accuracy"], int)
    assert parsed.left_out == ""


@given(NUMBERS)
def test_label_says_what_the_file_said(numbers: dict[str, float]) -> None:
    assert dict(metrics_of({"jobber.metrics": render_metrics(numbers)})) == numbers
    assert dict(parse_metrics(json.dumps(numbers).encode())) == numbers


def test_label_is_compact() -> None:
    assert render_metrics({"é": 1, "b": 0.5}) == '{"é":1,"b":0.5}'
    assert render_metrics({}) == ""


@pytest.mark.parametrize("label", ["", "no JSON", "[1]", "\ud800"])
def test_label_that_is_none_gives_no_metrics(label: str) -> None:
    assert metrics_of({"jobber.metrics": label}) == {}
    assert metrics_of({}) == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"a": 1, "bad": "text"}', "bad"),
        ('{"a": 1, "bad": NaN}', "bad"),
        ('{"a": 1, "bad": -Infinity}', "bad"),
        ('{"a": 1, "bad": 1e999}', "bad"),
        ('{"a": 1, "bad": 1' + "0" * 400 + "}", "bad"),
        ('{"a": 1, "bad": true}', "bad"),
        ('{"a": 1, "bad": null}', "bad"),
        ('{"a": 1, "bad": {"b": "text"}}', "bad.b"),
        ('{"a": 1, "bad": [2]}', "bad"),
        ('{"a": 1, "\\ud800": 2}', "\\ud800"),
    ],
)
def test_what_is_no_finite_number_is_left_out_by_name(text: str, name: str) -> None:
    parsed = parse_metrics(text.encode())

    assert parsed == {"a": 1}
    assert parsed.left_out == f'"{name}" is not a finite number and is omitted'


def test_numbers_of_nested_objects_have_dotted_names_in_the_files_order() -> None:
    parsed = parse_metrics(b'{"val": {"accuracy": 0.9, "top": {"5": 1}}, "loss": 2, "train": {}, "": {"": 3}}')

    assert list(parsed.items()) == [("val.accuracy", 0.9), ("val.top.5", 1), ("loss", 2), (".", 3)]
    assert parsed.left_out == ""


@given(st.recursive(NUMBERS, lambda inner: st.dictionaries(st.text("ab.", max_size=3), inner, max_size=3)))
def test_label_of_nested_numbers_is_read_back(numbers: dict[str, float]) -> None:
    parsed = parse_metrics(json.dumps(numbers).encode())

    assert dict(metrics_of({"jobber.metrics": render_metrics(parsed)})) == parsed


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"a.b": 1, "a": {"b": 2}, "c": 3}', {"a.b": 1, "c": 3}),
        ('{"a": {"b": 2}, "a.b": 1, "c": 3}', {"a.b": 2, "c": 3}),
    ],
)
def test_of_two_numbers_with_one_name_the_first_is_kept_and_that_is_told(text: str, kept: dict[str, int]) -> None:
    parsed = parse_metrics(text.encode())

    assert parsed == kept
    assert parsed.left_out == '"a.b" is a duplicate and is kept once'


def test_what_is_nested_too_deeply_is_left_out_by_name() -> None:
    deepest = '{"a":' * 15 + '{"b": 1, "c": {"d": 2}, "e": []}' + "}" * 15
    parsed = parse_metrics(deepest.encode())
    name = "a." * 15

    assert parsed == {f"{name}b": 1}
    assert parsed.left_out == (
        f'"{name}e" is not a finite number and is omitted; "{name}c" is nested deeper than 16 levels and is omitted'
    )


def test_a_name_of_any_length_costs_little() -> None:
    inner = ",".join(f'"{number}": ""' for number in range(50_000))
    parsed = parse_metrics(f'{{"{"x" * 30_000}": {{{inner}}}, "a": 1}}'.encode())

    assert parsed == {"a": 1}
    assert len(parsed.left_out) < 100_000


def test_of_many_that_are_left_out_some_are_named() -> None:
    three = parse_metrics(b'{"a": "", "b": "", "c": ""}')
    four = parse_metrics(b'{"a": "", "b": "", "c": "", "d": ""}')

    assert three.left_out == '"a", "b", "c" are not finite numbers and are omitted'
    assert four.left_out == '"a", "b", "c", … are not finite numbers and are omitted'


def test_label_holds_no_more_than_it_should() -> None:
    entries = {f"é{number:05}": number for number in range(9000)}
    parsed = parse_metrics(json.dumps(entries).encode())

    assert 1500 < len(parsed) < 2400
    assert list(parsed) == list(entries)[: len(parsed)]
    assert len(render_metrics(parsed).encode()) <= metrics.MAX_LABEL_BYTES
    assert parsed.left_out == f"its numbers beyond the first {len(parsed)} are omitted: a label's size is limited"


def test_mark_of_utf_8_is_no_error() -> None:
    assert parse_metrics(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "it is not valid JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"a": 1', "it is not valid JSON: Expecting ',' delimiter: line 1 column 8 (char 7)"),
        (b"[1]", "it is not a JSON object"),
        (b"1", "it is not a JSON object"),
        (b"\xff{}", "it is not valid UTF-8"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        (b'{"a": 1}' + b" " * (1 << 20), "it is larger than 1 MB"),
    ],
)
def test_file_that_is_no_object_is_told(octets: bytes, why: str) -> None:
    with pytest.raises(MetricsUnusable) as raised:
        parse_metrics(octets)

    assert raised.value.why == why
    assert raised.value.what == f"the metrics can't be used: {why}"


def test_file_of_the_largest_size_is_read() -> None:
    assert parse_metrics(b'{"a": 1}'.ljust(1 << 20)) == {"a": 1}
