"""The exact messages for invalid inputs, references and names."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from jobber.domain.errors import InvalidInput, InvalidReference, UsageError
from jobber.domain.images.naming import image_name_of, timestamp_tag
from jobber.domain.images.reference import parse_reference, parse_registry
from jobber.domain.runs.input import check_destinations, parse_input

INPUTS = [
    (",src=/a", "no image is named"),
    ("a,src=/a,src=/b", "src is given twice"),
    ("a,dest=/", "dest can't be the root of the run"),
    ("a,src=b", "src must be an absolute path, not 'b'"),
]


@pytest.mark.parametrize(("text", "why"), INPUTS)
def test_input_that_is_wrong(text: str, why: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_input(text)

    assert (raised.value.specification, raised.value.what) == (text, f"input {text!r}: {why}")


def test_place_that_is_proposed_is_apart_from_both_inputs() -> None:
    with pytest.raises(InvalidInput) as raised:
        check_destinations((parse_input("my-data"), parse_input("my-data,src=/other,dest=/data/sub")), taken=())

    assert raised.value.hint == "give one of them a place of its own, for example my-data,src=/other,dest=/my-data"


@pytest.mark.parametrize(
    ("second", "place"),
    [
        ("gcr.io/me/test:1", "/test"),
        ("test@sha256:" + "0" * 64, "/test"),
        ("me/test", "/test"),
        ("sha256:" + "0" * 64, "/sha256"),
        (":", "/input"),
    ],
)
def test_inputs_at_one_place(second: str, place: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        check_destinations((parse_input("train"), parse_input(second)), taken=())

    assert raised.value.what == f"two inputs are mounted at /data: train and {second}"
    assert raised.value.hint == f"give one of them a place of its own, for example {second},dest={place}"


@pytest.mark.parametrize(("first", "second"), [("a,dest=/in", "b,dest=/in/b"), ("a,dest=/in/a", "b,dest=/in")])
def test_inputs_inside_each_other(first: str, second: str) -> None:
    inner, outer = (second, first) if second.startswith("b,dest=/in/") else (first, second)
    with pytest.raises(InvalidInput) as raised:
        check_destinations((parse_input(first), parse_input(second)), taken=())

    assert raised.value.specification == second
    assert inner.partition("=")[2] in raised.value.what
    assert outer.partition("=")[2] in raised.value.what
    assert raised.value.hint is not None
    assert raised.value.hint.endswith(",dest=/b")


def test_input_where_a_mount_is() -> None:
    with pytest.raises(InvalidInput) as raised:
        check_destinations((parse_input("me/train"),), taken=("/data/",))

    assert raised.value.specification == "me/train"
    assert "/data" in raised.value.what
    assert raised.value.hint is not None
    assert raised.value.hint.endswith("me/train,dest=/train")


REFERENCES = [
    ("a@sha256:1", "'sha256:1' is not a digest"),
    ("a:-", "'-' is not a tag"),
    ("me//a", "a part of the name is empty"),
    ("me/A", "'A' has capital letters"),
    ("me/a!", "'a!' is not a valid name"),
    ("a" * 256, "the name is longer than 255 characters"),
]


@pytest.mark.parametrize(("text", "why"), REFERENCES)
def test_reference_that_is_wrong(text: str, why: str) -> None:
    with pytest.raises(InvalidReference) as raised:
        parse_reference(text)

    assert (raised.value.text, raised.value.what) == (text, f"not an image reference: {text!r}: {why}")


def test_longest_name_is_a_name() -> None:
    assert parse_reference("a" * 255).name == "a" * 255


def test_registry_that_is_wrong() -> None:
    with pytest.raises(InvalidReference) as raised:
        parse_registry("gcr..io/x")

    assert raised.value.text == "gcr..io/x"
    assert "'gcr..io' is not a registry" in raised.value.what


@pytest.mark.parametrize(
    ("directory", "name"),
    [
        ("My Model", "my-model"),
        ("a..b", "a-b"),
        ("A.b", "a.b"),
        ("A_b", "a_b"),
        ("A__b", "a__b"),
        ("A___b", "a-b"),
        ("A-.b", "a-b"),
        ("-A-", "a"),
        ("_.A._", "a"),
        ("XAX", "xax"),
    ],
)
def test_name_of_a_directory(directory: str, name: str) -> None:
    assert image_name_of(directory) == name


def test_directory_that_gives_no_name() -> None:
    with pytest.raises(UsageError) as raised:
        image_name_of("---")

    assert raised.value.what == "no image can be named after the directory '---'"
    assert raised.value.hint == "name the image with -t NAME"


def test_time_of_a_tag_is_utc_wherever_it_was_taken() -> None:
    assert timestamp_tag(datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=5)))) == "20231231_200000"
