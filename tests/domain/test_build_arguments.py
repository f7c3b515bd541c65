"""Values that no ARG of a Dockerfile asks for."""

from __future__ import annotations

import pytest

from jobber.domain.images.build_arguments import unused_arguments


@pytest.mark.parametrize(
    ("dockerfile", "unused"),
    [
        ("FROM x\n", ("A", "B")),
        ("FROM x\nARG A\n", ("B",)),
        ("ARG A=1\nFROM $A\n  arg\tB=2\n", ()),
        ("FROM x\nARG A B\n", ()),
        ("FROM x\nARG Z A='x y' B=\"p q\"\n", ()),
        ("FROM x\nARG \\\n# a comment\n\n  A=1 \\\n  B\n", ()),
        ("# escape=`\nFROM x\nARG A=1 `\r\n B\r\n", ()),
        ("FROM x\nARG Z=A\nARG Y='x B'\nENV A=1\n# ARG A\nRUN echo ARG A\n", ("A", "B")),
        ("FROM x\nONBUILD ARG A\n", ("B",)),
        ("FROM x\nARG A=a\\ B\n", ("B",)),
    ],
)
def test_names_that_are_declared_nowhere(dockerfile: str, unused: tuple[str, ...]) -> None:
    assert unused_arguments(dockerfile, ("B", "A")) == unused


def test_names_that_every_build_has_are_used() -> None:
    assert unused_arguments("FROM x\n", ("HTTP_PROXY", "no_proxy", "BUILDKIT_INLINE_CACHE", "SOURCE_DATE_EPOCH")) == ()
