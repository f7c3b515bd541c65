"""Memory limits, and how to raise one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.docker_options.values import read_size
from jobber.domain.runs.memory import memory_remedy, recorded_limit, size_option

MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    ("octets", "text"), [(32 * MEGABYTE, "32m"), (8 << 30, "8g"), (3 << 29, "1536m"), (1025 << 10, "1025k"), (7, "7b")]
)
def test_size_has_the_largest_unit_that_needs_no_fraction(octets: int, text: str) -> None:
    assert size_option(octets) == text


@given(st.integers(0, 1 << 50))
def test_size_is_read_back(octets: int) -> None:
    assert read_size(size_option(octets)) == octets


@pytest.mark.parametrize(
    ("words", "place", "remedy"),
    [
        ((), "", "raise the limit: -Xd '--memory 64m'"),
        (("-m", "32m", "--memory-swap", "-1"), "", "raise the limit: -Xd '--memory 64m'"),
        (("-m32m", "--memory-swap=48m"), "", "raise the limit: -Xd '--memory 64m --memory-swap 96m'"),
        (("--memory-swap", "nonsense"), "", "raise the limit: -Xd '--memory 64m'"),
        (("--of-a-later-jobber", "1"), "", "raise the limit: -Xd '--memory 64m'"),
        (("-m", "32m"), "/x/jobber-config.yml:3", "raise the limit in /x/jobber-config.yml:3: --memory 64m"),
    ],
)
def test_remedy_is_twice_the_limit_where_it_belongs(words: tuple[str, ...], place: str, remedy: str) -> None:
    assert memory_remedy(32 * MEGABYTE, docker_args=words, place=place) == remedy


def test_job_without_a_limit_needs_another_machine() -> None:
    assert memory_remedy(None).startswith("it has no memory limit: ")


@pytest.mark.parametrize(
    ("words", "limit"),
    [((), ""), (("-m", "1g"), "1g"), (("--memory=1g", "-m2g"), "2g"), (("-e", "A=1"), ""), (("--unknown",), "")],
)
def test_recorded_limit_is_the_last_one_as_it_was_written(words: tuple[str, ...], limit: str) -> None:
    assert recorded_limit(words) == limit
