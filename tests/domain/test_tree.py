"""Directories compared byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.files.file_tree import Difference, Entry, Kind, differences, files_in, size_of

FILE = Entry(Kind.FILE, 0o644, 3, "abc")
LINK = Entry(Kind.LINK, content="a")
FOLDER = Entry(Kind.DIRECTORY, 0o755)
_TREES = st.dictionaries(
    st.text("abc/", max_size=3),
    st.builds(Entry, st.sampled_from(Kind), st.integers(0, 0o7777), st.integers(0, 3), st.text("xy", max_size=1)),
    max_size=4,
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, FILE, ["is new (file)"]),
        (FOLDER, None, ["is missing (directory)"]),
        (FILE, LINK, ["was a file, and is a link"]),
        (FILE, Entry(Kind.FILE, 0o644, 4, "abcd"), ["had 3 bytes, and has 4"]),
        (FILE, Entry(Kind.FILE, 0o644, 3, "abd"), ["has the same size and another content"]),
        (FILE, Entry(Kind.FILE, 0o600, 3, "abc"), ["had mode 0644, and has 0600"]),
        (
            FILE,
            Entry(Kind.FILE, 0o4755, 3, "abd"),
            ["has the same size and another content", "had mode 0644, and has 4755"],
        ),
        (LINK, Entry(Kind.LINK, content="b"), ["led to a, and leads to b"]),
        (Entry(Kind.SPECIAL, content="1:3"), Entry(Kind.SPECIAL, content="1:5"), ["is another device"]),
        (FOLDER, Entry(Kind.DIRECTORY, 0o700), ["had mode 0755, and has 0700"]),
        (FILE, FILE, []),
    ],
)
def test_what_differs_at_a_path_is_told(old: Entry | None, new: Entry | None, expected: list[str]) -> None:
    before = {"x": old} if old else {}
    after = {"x": new} if new else {}

    assert differences(before, after) == tuple(Difference("x", what) for what in expected)


@given(_TREES)
def test_a_directory_is_the_same_as_itself(tree: dict[str, Entry]) -> None:
    assert differences(tree, dict(tree)) == ()


@given(_TREES, _TREES)
def test_whatever_is_not_equal_differs_in_the_order_of_paths(old: dict[str, Entry], new: dict[str, Entry]) -> None:
    found = differences(old, new)

    assert {difference.path for difference in found} == {p for p in {*old, *new} if old.get(p) != new.get(p)}
    assert [difference.path for difference in found] == sorted(difference.path for difference in found)


def test_files_and_bytes_are_counted() -> None:
    tree = {"": FOLDER, "a": FILE, "b": FILE, "c": LINK}

    assert (files_in(tree), size_of(tree)) == (3, 6)
