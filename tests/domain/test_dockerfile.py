"""Which images a Dockerfile asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.images.dockerfile import base_references


def asked(text: str, **arguments: str | None) -> list[str]:
    """Return the base images with a registry; names without one are local."""
    return [str(reference) for reference in base_references(text, arguments=arguments) if reference.registry]


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
        # quotes and escapes
        ('FROM "r.test/a:1"', ["r.test/a:1"]),
        ("FROM 'r.test/a:1' AS x\nFROM x", ["r.test/a:1"]),
        ('FROM r.test/"a":1', ["r.test/a:1"]),
        ("FROM r.test/\\a", ["r.test/a"]),
        ("ARG R=r.test\nFROM '$R/a'", []),
        ("ARG R=r.test\nFROM \\$R/a", []),
        ('FROM "r.test/a', []),
        ("FROM 'r.test/a", []),
        ('FROM "r.test/\\a"', []),
        # directives, comments, continued lines
        ("# escape=`\nFROM r.test/a:1", ["r.test/a:1"]),
        ("\ufeff#  Escape  = ` \r\nFROM `\r\nr.test/a:1\r\n", ["r.test/a:1"]),
        ("# a comment\n# escape=`\nFROM \\\nr.test/a", ["r.test/a"]),
        ("# foo=bar\n# escape=`\nFROM \\\nr.test/a", ["r.test/a"]),
        ("# escape=x\n# escape=y\nFROM r.test/a", ["r.test/a"]),
        ("# check=skip=all\n# escape=`", []),
        ("# syntax=r.test/front:1\nFROM r.test/a", ["r.test/front:1", "r.test/a"]),
        ("# syntax=docker/dockerfile:1\nFROM r.test/a", ["r.test/a"]),
        ("FROM \\\n# a comment\n\n  # another\n r.test/a", ["r.test/a"]),
        ("FROM r.test/\\\na \\", ["r.test/a"]),
        ("ARG X=\\\\\nFROM r.test/a", ["r.test/a"]),
        # variables
        ('ARG R="r.test" T=1\nFROM "${R}/a:$T"', ["r.test/a:1"]),
        ("FROM ${R:-${Q:-r.test}}/a", ["r.test/a"]),
        ("ARG R=r.test\nFROM scratch AS s\nARG R=other.test\nFROM $R/a", ["r.test/a"]),
        ("ARG R=r.test\nFROM x\nARG R\nARG Q\nCOPY --from=$R/a$Q /x /x", ["r.test/a"]),
        ("ARG R=r.test\nFROM x\nCOPY --from=$R/a /x /x", []),
        ("ARG T=x1\nFROM r.test/a:${T#x}", ["r.test/a:1"]),
        ("ARG T=1.2.3\nFROM r.test/a:${T%.*}", ["r.test/a:1.2"]),
        ("ARG T=1.2.3\nFROM r.test/a:${T%%.*}", ["r.test/a:1"]),
        ("ARG T=1.2.3\nFROM r.test/a:${T##*.}", ["r.test/a:3"]),
        ("ARG T=1.2.3\nFROM r.test/a:${T#x}${N#x}", ["r.test/a:1.2.3"]),
        ("ARG T=1-1\nFROM r.test/a:${T/1/2}", ["r.test/a:2-1"]),
        ("ARG T=1-1\nFROM r.test/a:${T//1/2}", ["r.test/a:2-2"]),
        ("ARG T=1\nFROM r.test/a:${T?wanted}", ["r.test/a:1"]),
        ("FROM r.test/a:${T?wanted}", []),
        ("FROM r.test/a:${T:x}", []),
        ("FROM r.test/a:${T", []),
        ("FROM r.test/$/a", []),
        ("FROM r.test/a:$TARGETARCH", ["r.test/a:amd64"]),
        ("FROM --platform=$BUILDPLATFORM r.test/a", ["r.test/a"]),
        ('FROM --platform="$BUILDPLATFORM" "r.test/a" AS x', ["r.test/a"]),
        # other instructions
        ("FROM x\nCOPY --chown=1:1 --from=r.test/a /x /x", ["r.test/a"]),
        ('FROM x\nCOPY --from="r.test/a" /x /x', ["r.test/a"]),
        ("FROM x\nCOPY /x --from=r.test/a", []),
        ("FROM x\nRUN --mount=type=tmpfs,target=/t --mount=from=r.test/a,target=/b true", ["r.test/a"]),
        ('FROM x\nRUN --mount="type=bind,from=r.test/a" --network=none true', ["r.test/a"]),
        ("FROM docker://r.test/a", ["r.test/a"]),
        ("\tFROM\tr.test/a\tas\tBase\nFROM base", ["r.test/a"]),
        # here-documents
        ("FROM x\nRUN <<EOF\nFROM r.test/b\nEOF\nFROM r.test/a", ["r.test/a"]),
        ("FROM x\nRUN cat <<-'END' >y\n\tFROM r.test/b\n\tEND\nFROM r.test/a", ["r.test/a"]),
        ("FROM x\nCOPY <<A <<B /x/\nFROM r.test/b\nA\nFROM r.test/b\nB\nFROM r.test/a", ["r.test/a"]),
        ("FROM x\nONBUILD RUN <<EOF\nFROM r.test/b\nEOF\nFROM r.test/a", ["r.test/a"]),
        ("FROM x\nONBUILD\nFROM r.test/a", ["r.test/a"]),
        ("FROM x\nRUN <<EOF\r\nFROM r.test/b\r\nEOF\r\nFROM r.test/a\r\n", ["r.test/a"]),
        ("FROM x\nRUN <<EOF\nFROM r.test/b", []),
        ("FROM x\nRUN cat <<<word\nFROM r.test/a", ["r.test/a"]),
        ("FROM x\nRUN cat <<'\nFROM r.test/a", ["r.test/a"]),
        ("FROM x\nENV A=<<EOF\nFROM r.test/a", ["r.test/a"]),
    ],
)
def test_images_are_found(text: str, references: list[str] | None) -> None:
    expected = ["r.test/a", "r.test/b", "r.test/c"] if references is None else references

    assert asked(text) == expected


def test_arguments_of_the_build_replace_defaults() -> None:
    assert asked("ARG R=r.test\nFROM $R/a", R="other.test") == ["other.test/a"]
    assert asked("ARG R=r.test\nFROM $R/a", R=None) == ["r.test/a"]
    assert asked("ARG R=r.test\nFROM ${R:-other.test}/a", R="") == ["other.test/a"]


def test_an_argument_that_is_not_declared_is_none() -> None:
    assert asked("FROM ${R:-r.test}/a", R="other.test") == ["r.test/a"]


def test_the_platform_of_the_build_is_known() -> None:
    (found,) = base_references(
        "FROM r.test/a:$TARGETOS-$TARGETARCH$TARGETVARIANT", arguments={}, platform="linux/arm/v7"
    )

    assert str(found) == "r.test/a:linux-armv7"


@given(st.text(alphabet="FROMARGCOPYUN-=${}:/.\\\n ab<#%\"'", max_size=200))
def test_no_text_is_an_error(text: str) -> None:
    for reference in base_references(text, arguments={}):
        assert str(reference)
