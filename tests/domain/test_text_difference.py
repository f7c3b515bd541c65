"""Differences of texts, line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.files.text_diff import is_binary, text_difference


def difference(a: bytes, b: bytes) -> bytes:
    return text_difference(a, b, name_a="a:/x", name_b="b:/x")


def test_lines_that_differ_are_shown_with_those_around() -> None:
    a = b"".join(b"%d\n" % number for number in range(10))

    assert difference(a, a.replace(b"5\n", b"five\n")) == (
        b"--- a:/x\n+++ b:/x\n@@ -3,7 +3,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
    )


def test_same_texts_have_no_difference() -> None:
    assert difference(b"a\nb", b"a\nb") == difference(b"", b"") == b""


def test_text_that_is_new() -> None:
    assert difference(b"", b"a\n") == b"--- a:/x\n+++ b:/x\n@@ -0,0 +1 @@\n+a\n"


def test_last_line_without_an_end_is_told() -> None:
    unfinished = b"\n\\ No newline at end of file\n"

    assert difference(b"a", b"a\n") == b"--- a:/x\n+++ b:/x\n@@ -1 +1 @@\n-a" + unfinished + b"+a\n"
    assert difference(b"a\n", b"b") == b"--- a:/x\n+++ b:/x\n@@ -1 +1 @@\n-a\n+b" + unfinished


def test_bytes_stay_as_they_are() -> None:
    assert difference(b"\xff\r\x0b\n", b"\xfe\xc2\x85\n").endswith(b"-\xff\r\x0b\n+\xfe\xc2\x85\n")


@given(st.lists(st.sampled_from([b"a", b"b", b"\xff", b""]), max_size=8), st.lists(st.sampled_from([b"a", b"c"])))
def test_patch_makes_the_one_of_the_other(lines_a: list[bytes], lines_b: list[bytes]) -> None:
    a, b = b"\n".join(lines_a), b"\n".join(lines_b)
    found = difference(a, b)
    kept = [line[1:] for line in found.split(b"\n")[2:-1] if line[:1] in (b" ", b"+")]
    gone = [line[1:] for line in found.split(b"\n")[2:-1] if line[:1] in (b" ", b"-")]

    assert (found == b"") is (a == b)
    if found and len(lines_a) < 4 and len(lines_b) < 4:
        assert (kept, gone) == (
            b.removesuffix(b"\n").split(b"\n") if b else [],
            a.removesuffix(b"\n").split(b"\n") if a else [],
        )


@pytest.mark.parametrize(
    ("octets", "expected"),
    [(b"text\n\xff", False), (b"", False), (b"\0", True), (b"x" * 7999 + b"\0", True), (b"x" * 8000 + b"\0", False)],
)
def test_binary_is_what_has_zeros_at_the_beginning(octets: bytes, *, expected: bool) -> None:
    assert is_binary(octets) is expected
