"""Which images a Dockerfile asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.dockerfile import base_references


def asked(text: str, **arguments: str | None) -> list[str]:
    return [str(reference) for reference in base_references(text, arguments=arguments)]


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("FROM r.test/a:1", ["r.test/a:1"]),
        ("from r.test/a AS x\nFROM x\n", ["r.test/a"]),
        ("FROM --platform=linux/arm64 r.test/a", ["r.test/a"]),
        ("FROM \\\n  r.test/a\n", ["r.test/a"]),
        ("# FROM r.test/b\nFROM r.test/a", ["r.test/a"]),
        ("FROM r.test/a AS one\nFROM r.test/b\nCOPY --from=one /x /x\nCOPY --from=r.test/c /y /y", None),
        ("FROM r.test/a\nCOPY --from=0 /x /x", ["r.test/a"]),
        ("FROM r.test/a\nRUN --mount=type=bind,from=r.test/b,target=/b true", ["r.test/a", "r.test/b"]),
        ("ARG R=r.test\nFROM $R/a", ["r.test/a"]),
        ("ARG R=r.test\nARG N=${R}/a\nFROM ${N}:${T:-2}", ["r.test/a:2"]),
        ("ARG T=1\nFROM r.test/a${T:+:2}${T:-x}${N:+y}${N+y}", ["r.test/a:21"]),
        ("ARG T=1\nFROM r.test/a${N}${T+:9}", ["r.test/a:9"]),
        ("ARG T=1\nFROM r.test/a:${T-2}${N-3}", ["r.test/a:13"]),
        ("FROM ???\nFROM", []),
        ("", []),
    ],
)
def test_images_are_found(text: str, references: list[str] | None) -> None:
    expected = ["r.test/a", "r.test/b", "r.test/c"] if references is None else references

    assert asked(text) == expected


def test_arguments_of_the_build_replace_defaults() -> None:
    assert asked("ARG R=r.test\nFROM $R/a", R="other.test") == ["other.test/a"]
    assert asked("ARG R=r.test\nFROM $R/a", R=None) == ["r.test/a"]


@given(st.text(alphabet="FROMARGCOPY-=${}:/.\\\n ab", max_size=200))
def test_no_text_is_an_error(text: str) -> None:
    for reference in base_references(text, arguments={}):
        assert str(reference)
