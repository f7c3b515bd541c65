"""Labels of a build on Podman: a last line of the Dockerfile, or the parameter of the API."""

from __future__ import annotations

import json

import pytest

from jobber.adapters.podman.labels import labels_parameter, with_labels


def last_line(text: str, **labels: str) -> str | None:
    labelled = with_labels(text.encode(), labels, target=None)
    return None if labelled is None else labelled.decode().splitlines()[-1]


@pytest.mark.parametrize(
    "text", ["FROM x", "FROM x\n", "from x\r\nRUN y\r\n", "FROM x\nRUN y\n# end \\\n", "FROM x\n\n"]
)
def test_labels_are_one_sorted_line_at_the_end(text: str) -> None:
    assert last_line(text, b="2", a="1") == 'LABEL "a"="1" "b"="2"'


def test_what_the_dockerfile_says_stays_as_it_is() -> None:
    text = b"\xef\xbb\xbfFROM x\r\nENV A=\xff\n"
    labelled = with_labels(text, {"a": "1"}, target=None)
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


STAGES = (
    "FROM x AS One\nENV A=1 \\\n# FROM c AS comment\n\n  FROM=1\n\nFROM x AS two\n \nfrom --platform=p \\\n x\nRUN y\n"
)


@pytest.mark.parametrize(
    ("target", "before"),
    [
        ("one", "FROM x AS two"),
        ("0", "FROM x AS two"),
        ("two", "from --platform"),
        ("1", "from --platform"),
        ("2", None),
        (None, None),
        ("", None),
    ],
)
def test_labels_are_put_at_the_end_of_the_stage_that_is_wanted(target: str | None, before: str | None) -> None:
    labelled = with_labels(STAGES.encode(), {"a": "1"}, target=target)
    assert labelled is not None
    line = '\nLABEL "a"="1"\n'
    rest = labelled.decode().partition(line)[2]

    assert labelled.decode().replace(line, "") == STAGES
    assert rest.startswith(before) if before else rest == ""


@pytest.mark.parametrize("target", ["three", "3"])
def test_stage_that_is_not_there_is_for_podman_to_miss(target: str) -> None:
    assert with_labels(STAGES.encode(), {"a": "1"}, target=target) is None


def test_backtick_ends_a_line_like_another_character_unless_that_is_said() -> None:
    text = "RUN y `\nFROM x AS b\n"

    assert with_labels(f"FROM x AS a\n{text}".encode(), {"l": "1"}, target="a") == (
        b'FROM x AS a\nRUN y `\n\nLABEL "l"="1"\nFROM x AS b\n'
    )
    assert with_labels(f"# syntax=s\n# escape=`\nFROM x AS a\n{text}".encode(), {"l": "1"}, target="b") is None


@pytest.mark.parametrize("value", ["a\nRUN b", "a\r\nb", "a\x85b"])
def test_value_of_several_lines_is_for_the_parameter(value: str) -> None:
    assert last_line("FROM x\n", a=value) is None


def test_without_labels_nothing_is_changed() -> None:
    assert with_labels(b"FROM x \\", {}, target="a") == b"FROM x \\"


@pytest.mark.parametrize(
    ("major", "expected"), [(4, ["a=$x", "b="]), (5, ["a=${jobber_has_no_such_variable:-$}x", "b="])]
)
def test_parameter_is_a_sorted_list(major: int, expected: list[str]) -> None:
    assert json.loads(labels_parameter({"b": "", "a": "$x"}, major=major)) == expected
