"""The names of directories, builds and results (docs/how-to/results.md)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.errors import InvalidReference, UsageError
from jobber.domain.images.naming import (
    build_tags,
    image_name_of,
    next_second,
    parse_repository,
    result_tags,
    timestamp_tag,
)
from jobber.domain.images.reference import ImageReference, parse_reference, parse_registry

AT = datetime(2024, 2, 29, 23, 5, 9, 987654, UTC)

directories = st.text(max_size=120) | st.text(alphabet="aZ0._- é", max_size=40)
moments = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
requests = st.lists(
    st.sampled_from(["mnist", "mnist:v1", "me/mnist", "gcr.io/me/mnist:latest", "mnist:v2", "mnist:latest"]).map(
        parse_reference
    ),
    max_size=5,
)


def test_repository_of_a_result_is_a_reference_without_tag_and_digest() -> None:
    registry = parse_registry("gcr.io/me")

    assert str(parse_repository("model")) == "model"
    assert str(parse_repository("host:5000/me/model")) == "host:5000/me/model"
    assert str(parse_repository("model", default_registry=registry)) == "gcr.io/me/model"


@pytest.mark.parametrize(
    ("text", "what", "name"),
    [
        ("host:5000/me/model:v1", "tag", "host:5000/me/model"),
        ("model@sha256:" + "a" * 64, "digest", "model"),
        ("model:v1@sha256:" + "a" * 64, "tag", "model"),
    ],
)
def test_name_of_a_result_with_a_tag_or_a_digest_is_an_error_with_the_name_alone(
    text: str, what: str, name: str
) -> None:
    with pytest.raises(InvalidReference, match=f"a result's name has no {what}") as caught:
        parse_repository(text)

    assert (caught.value.hint or "").endswith(f"the name alone, {name}")


@given(directories)
def test_an_image_named_after_a_directory_has_a_valid_name_and_nothing_else(directory: str) -> None:
    try:
        name = image_name_of(directory)
    except UsageError:
        return

    assert ImageReference(name) == parse_reference(name)


@given(directories)
def test_a_directory_with_a_letter_or_digit_always_gives_a_name(directory: str) -> None:
    name = image_name_of(f"{directory}x")

    assert name.endswith("x")


@given(st.lists(st.sampled_from(["a", "7", "z9"]), min_size=1), st.sampled_from([".", "_", "__", "-", "--"]))
def test_a_valid_name_stays_as_it_is(words: list[str], separator: str) -> None:
    directory = separator.join(words)

    assert directory == image_name_of(directory)


@pytest.mark.parametrize(
    ("directory", "name"),
    [
        ("MNIST", "mnist"),
        ("My Project", "my-project"),
        ("a (copy) b", "a-copy-b"),
        ("été", "t"),
        ("v1.2_final", "v1.2_final"),
        ("a___b", "a-b"),
        ("a..b", "a-b"),
        (".hidden", "hidden"),
        ("trailing-", "trailing"),
        ("a__b", "a__b"),
    ],
)
def test_a_directory_name_is_made_a_valid_one(directory: str, name: str) -> None:
    assert name == image_name_of(directory)


@pytest.mark.parametrize("directory", ["", "...", "日本", "-_-", "/"])
def test_a_directory_that_leaves_no_name_is_an_error_that_says_how_to_name_the_image(directory: str) -> None:
    with pytest.raises(UsageError) as caught:
        image_name_of(directory)

    assert "-t NAME" in str(caught.value.hint)


def test_a_timestamp_is_told_in_utc_to_the_second() -> None:
    there = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert timestamp_tag(there) == "20240229_230509"


@given(moments)
def test_a_timestamp_is_a_valid_tag(at: datetime) -> None:
    assert timestamp_tag(at) == parse_reference(f"mnist:{timestamp_tag(at)}").tag


@given(moments)
def test_the_next_second_has_the_next_timestamp(at: datetime) -> None:
    assert timestamp_tag(at) < timestamp_tag(next_second(at))


def test_a_build_without_a_tag_gets_latest_and_the_timestamp() -> None:
    tags = build_tags([parse_reference("mnist")], at=AT)

    assert tuple(map(str, tags)) == ("mnist:latest", "mnist:20240229_230509")


@given(requests, moments)
def test_every_request_without_a_tag_gets_two_and_every_other_itself(
    requested: list[ImageReference], at: datetime
) -> None:
    tags = build_tags(requested, at=at)

    expected = {
        tag
        for reference in requested
        for tag in (
            (reference,) if reference.tag else (reference.tagged("latest"), reference.tagged(timestamp_tag(at)))
        )
    }
    assert set(tags) == expected


def test_a_build_with_a_tag_gets_exactly_that() -> None:
    tags = build_tags([parse_reference("gcr.io/me/mnist:v1")], at=AT)

    assert tuple(map(str, tags)) == ("gcr.io/me/mnist:v1",)


def test_each_requested_name_is_judged_by_itself_with_one_timestamp_for_all() -> None:
    tags = build_tags(map(parse_reference, ("a", "b:v1", "c")), at=AT)

    assert tuple(map(str, tags)) == ("a:latest", "a:20240229_230509", "b:v1", "c:latest", "c:20240229_230509")


@given(requests, moments)
def test_no_build_gets_a_tag_twice(requested: list[ImageReference], at: datetime) -> None:
    tags = build_tags(requested, at=at)

    assert len(set(tags)) == len(tags)


@given(requests, moments)
def test_every_request_of_a_build_is_answered_in_its_own_repository(
    requested: list[ImageReference], at: datetime
) -> None:
    tags = build_tags(requested, at=at)

    assert {reference.repository for reference in requested} == {tag.repository for tag in tags}


@pytest.mark.parametrize("code", ["gcr.io/me/mnist", "gcr.io/me/mnist:v1", f"gcr.io/me/mnist@sha256:{'a' * 64}"])
def test_a_result_is_named_after_its_code_image_whatever_tag_that_has(code: str) -> None:
    tags = result_tags(parse_reference(code), at=AT)

    assert tuple(map(str, tags)) == ("gcr.io/me/mnist:latest-run", "gcr.io/me/mnist:20240229_230509")
