"""The display of names, texts and sizes."""

from __future__ import annotations

import pytest

from jobber.domain.display import printable, size_in_words, unambiguous


@pytest.mark.parametrize(
    ("text", "expected"),
    [("plain", "plain"), ("a\tb\nc", "a b c"), ("\x1b[1m", "\\x1b[1m"), ("\u202e\udcff", "\\u202e\\udcff")],
)
def test_printable_text_is_one_line_without_control_characters(text: str, expected: str) -> None:
    assert printable(text) == expected


@pytest.mark.parametrize(("name", "expected"), [("a b", "a b"), ("", "''"), ("a ", "'a '"), ("a\n", "'a\\n'")])
def test_name_is_quoted_if_a_part_of_it_would_not_be_visible(name: str, expected: str) -> None:
    assert unambiguous(name) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (12345, "12.3 kB"),
        (999_960, "1 MB"),
        (5.4e9, "5.4 GB"),
        (-2e9, "-2 GB"),
    ],
)
def test_size_has_three_digits_and_its_largest_unit(size: float, expected: str) -> None:
    assert size_in_words(size) == expected
