"""Facts about images."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.images.image import Image, known_moment, known_seconds
from jobber.domain.images.reference import ImageId


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "no time",
        "2026-12-01T10:00:00",  # nobody knows where
        "0001-01-01T00:00:00Z",  # Docker 20.10, for none
        "1970-01-01T00:00:00Z",  # Docker 28, for none; builders of reproducible images
        "1970-01-01T00:00:01Z",
        "1980-01-01T00:00:01Z",
    ],
)
def test_time_before_there_were_images_is_none(text: str | None) -> None:
    assert known_moment(text) == ""
    assert Image(ImageId("sha256:1"), created=known_moment(text)).listed.created == 0.0


@pytest.mark.parametrize("text", ["2026-12-01T09:52:10.841491913Z", "2013-03-01T01:00:00+01:00"])
def test_other_times_are_as_they_are_said(text: str) -> None:
    assert known_moment(text) == text


@pytest.mark.parametrize("seconds", [None, 0, 0.0, -62135596800, 1, 315532801])
def test_seconds_before_there_were_images_are_none(seconds: float | None) -> None:
    assert known_seconds(seconds) == 0.0


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_texts_and_seconds_agree(moment: datetime) -> None:
    assert bool(known_moment(moment.isoformat())) is bool(known_seconds(moment.timestamp()))
