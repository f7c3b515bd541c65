"""The name that somebody may have meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.images.near_names import name_hint
from jobber.domain.images.reference import parse_reference

HERE = (
    "points:latest",
    "points:20261201_101010",
    "train:latest",
    "train:latest-run",
    "train:v1",
    "sum:latest-run",
    "sum:20261201_101010",
    "gcr.io/me/mnist:v1",
    "gcr.io/me/mnist:v2",
    "exp1:latest",
    "docker.io/library/alpine:3",
    "<none>:<none>",
)


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("pionts:latest", "did you mean points?"),
        ("pionts:20261201_101010", "did you mean points:20261201_101010?"),
        ("pionts:v7", "did you mean points?"),
        ("trian:latest-run", "did you mean train:latest-run?"),
        ("train:latets-run", "did you mean train:latest-run?"),
        ("summ:latest", "did you mean sum:latest-run?"),
        ("sum:latest", "sum has other tags: latest-run, 20261201_101010"),
        ("train:nightly", "train has other tags: latest, latest-run, v1"),
        ("gcr.io/me/mnist:v3", "gcr.io/me/mnist has other tags: v1, v2"),
        ("gcr.io/me/minst:v2", "did you mean gcr.io/me/mnist:v2?"),
        ("mnist:v2", "did you mean gcr.io/me/mnist:v2?"),
        ("gcr.io/you/train:latest", "did you mean train?"),
        ("alpin:latest", "did you mean docker.io/library/alpine:3?"),
    ],
)
def test_nearest_name_is_proposed(wanted: str, hint: str) -> None:
    assert name_hint(parse_reference(wanted), known=HERE) == hint


@pytest.mark.parametrize(
    "wanted",
    [
        "qqq:latest",
        "exp2:latest",  # another experiment, and no mistake
        "gcr.io/me/resnet:v1",  # only the registry is the same
        "poin:latest-run-of-somebody-else",
        "a:latest",
        f"pionts@sha256:{'0' * 64}",
    ],
)
def test_nothing_is_proposed_that_is_not_near(wanted: str) -> None:
    known = [name for name in HERE if not (wanted.startswith("poin") and "points" in name)]

    assert name_hint(parse_reference(wanted), known=known) is None


def test_many_tags_are_cut_short_and_those_that_move_come_first() -> None:
    known = [f"x:v{number}" for number in range(5)] + ["x:latest-run"]

    assert name_hint(parse_reference("x:latest"), known=known) == "x has other tags: latest-run, v0, v1, …"


@given(st.sampled_from(HERE[:-1]), st.permutations(HERE))
def test_order_does_not_matter(wanted: str, known: list[str]) -> None:
    reference = parse_reference(wanted.replace(":", "x:", 1))

    assert name_hint(reference, known=known) == name_hint(reference, known=HERE)
