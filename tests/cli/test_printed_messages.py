"""The sentences of events."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jobber.session.messages import sentence


@pytest.mark.parametrize("path", ["a  b", "  a", "a   "])
def test_blanks_of_a_name_stay(path: str) -> None:
    assert sentence("not-copied", {"path": path, "why": "x  y"}) == f"{path} is not copied: x  y"


@pytest.mark.parametrize(
    ("event", "facts", "told"),
    [
        ("built", {"tags": "", "id": "1"}, "built 1"),
        ("result", {"tags": "", "id": "1"}, "result 1"),
        ("would-be-reused", {"when": "w", "run": "r", "tags": "", "id": "1"}, "run r, 1"),
        ("pushed", {"reference": "r.test/x", "digest": ""}, "pushed r.test/x "),
    ],
)
def test_fact_that_is_empty_leaves_one_blank(event: str, facts: dict[str, object], told: str) -> None:
    assert sentence(event, facts).endswith(told)


def test_blanks_of_a_value_that_is_refused_stay(run: Callable[..., tuple[int, str, str]]) -> None:
    _, _, said = run("ls", "--outcome", "a  b")

    assert "a  b" in said
