"""Labels of a build on Podman: a last line of the Dockerfile, or the parameter of the API."""

from __future__ import annotations

import json

import pytest

from jobber.adapters.podman.labels import labels_parameter, with_labels


def last_line(text: str, **labels: str) -> str | None:
    labelled = with_labels(text.encode(), labels, is_whole=True)
    return None if labelled is None else labelled.decode().splitlines()[-1]


@pytest.mark.parametrize(
    "text", ["FROM x", "FROM x\n", "from x\r\nRUN y\r\n", "FROM x\nRUN y\n# end \\\n", "FROM x\n\n"]
)
def test_labels_are_one_sorted_line_at_the_end(text: str) -> None:
    assert last_line(text, b="2", a="1") == 'LABEL "a"="1" "b"="2"'


def test_what_the_dockerfile_says_stays_as_it_is() -> None:
    text = b"\xef\xbb\xbfFROM x\r\nENV A=\xff\n"
    labelled = with_labels(text, {"a": "1"}, is_whole=True)
    assert labelled is not None

    assert labelled.startswith(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a b", "a b"), ('"', '\\"'), ("$HOME", "\\$HOME"), ("\\", "\\\\"), ("", ""), ("é", "é"), ("'", "'")],
)
def test_values_are_taken_as_they_are(value: str, expected: str) -> None:
    assert last_line("FROM x\n", a=value) == f'LABEL "a"="{expected}"'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# FROM x\n",
        "RUN x\n",
        "FROM x\nRUN y \\",
        "FROM x\nRUN y \\\n",
        "FROM x\nRUN y \\\n# a comment\n\n",
        "# escape=`\nFROM x\nRUN y `\n",
        "FROM x\nRUN <<EOF\ntrue\nEOF\n",
    ],
)
def test_no_line_is_put_where_it_might_be_part_of_another(text: str) -> None:
    assert last_line(text, a="1") is None


def test_no_line_is_put_behind_the_stage_that_is_wanted() -> None:
    assert with_labels(b"FROM x AS a\nFROM a\n", {"a": "1"}, is_whole=False) is None


@pytest.mark.parametrize("value", ["a\nRUN b", "a\r\nb", "a\x85b"])
def test_value_of_several_lines_is_for_the_parameter(value: str) -> None:
    assert last_line("FROM x\n", a=value) is None


def test_without_labels_nothing_is_changed() -> None:
    assert with_labels(b"FROM x \\", {}, is_whole=False) == b"FROM x \\"


@pytest.mark.parametrize(
    ("major", "expected"), [(4, ["a=$x", "b="]), (5, ["a=${jobber_has_no_such_variable:-$}x", "b="])]
)
def test_parameter_is_a_sorted_list(major: int, expected: list[str]) -> None:
    assert json.loads(labels_parameter({"b": "", "a": "$x"}, major=major)) == expected
