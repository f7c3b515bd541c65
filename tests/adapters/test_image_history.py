"""Histories of images: which entries made layers, and what they tell of SHELL and ONBUILD."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.adapters.engine_api.image_history import docker_history, shell_of, triggers_of, with_run

MOMENT = "2026-01-01T00:00:00Z"


def _entries(*texts: str) -> list[dict[str, Any]]:
    return [{"created_by": text} for text in texts]


def _listed(*oldest_first: tuple[str, int]) -> list[dict[str, Any]]:
    """Return a history in Docker's format."""
    return [{"CreatedBy": text, "Size": size, "Created": 1767225600} for text, size in reversed(oldest_first)]


def _made(history: list[dict[str, Any]]) -> list[str]:
    return [entry.get("created_by", "") for entry in history if not entry.get("empty_layer")]


def test_entries_with_a_size_made_layers() -> None:
    listed = _listed(("COPY x", 3), ("ENV a=1", 0), ("RUN y", 5))

    assert docker_history(listed, layers=2) == [
        {"created": MOMENT, "created_by": "COPY x"},
        {"created": MOMENT, "created_by": "ENV a=1", "empty_layer": True},
        {"created": MOMENT, "created_by": "RUN y"},
    ]


@pytest.mark.parametrize("text", ["RUN /bin/sh -c true # buildkit", "/bin/sh -c true", "COPY empty /x # buildkit"])
def test_layer_without_a_size_is_that_of_what_can_make_files(text: str) -> None:
    listed = _listed(
        ("/bin/sh -c #(nop)  ENV a=1", 0),
        ("WORKDIR /x", 0),
        (text, 0),
        ('CMD ["x"]', 0),
        ("/bin/bash -ec #(nop) USER 1", 0),
    )

    assert _made(docker_history(listed, layers=1)) == [text]


def test_entry_without_a_time_or_a_text_stays() -> None:
    assert docker_history([{"Size": 1, "Created": -62135596800, "Comment": "imported"}], layers=1) == [
        {"comment": "imported"}
    ]


@given(
    st.lists(st.tuples(st.sampled_from(["RUN x", "ENV y", "WORKDIR /", ""]), st.sampled_from([0, 0, 4]))),
    st.integers(0, 9),
)
def test_there_are_as_many_entries_for_layers_as_layers_where_that_is_possible(
    entries: list[tuple[str, int]], layers: int
) -> None:
    history = docker_history(_listed(*entries), layers=layers)
    with_size = sum(size > 0 for _, size in entries)

    assert len(history) == len(entries)
    assert len(_made(history)) == max(with_size, min(layers, len(entries)))


@pytest.mark.parametrize(
    ("layers", "has_log_layer", "expected"),
    [
        (2, False, ["jobber run"]),
        (2, True, ["jobber run: /run.log"]),
        (3, True, ["jobber run", "jobber run: /run.log"]),
    ],
)
def test_result_has_an_entry_for_each_of_its_layers(layers: int, *, has_log_layer: bool, expected: list[str]) -> None:
    history = with_run(_entries("COPY x"), created=MOMENT, layers=layers, below=1, has_log_layer=has_log_layer)

    assert _made(history) == ["COPY x", *expected]


def test_history_of_a_flat_result_is_kept_and_makes_no_layer() -> None:
    history = with_run(_entries("COPY x", "COPY y"), created=MOMENT, layers=2, below=0, has_log_layer=True)

    assert [entry["created_by"] for entry in history[:2]] == ["COPY x", "COPY y"]
    assert _made(history) == ["jobber run", "jobber run: /run.log"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), []),
        (('/bin/sh -c #(nop) SHELL ["/bin/bash", "-o", "pipefail", "-c"]',), ["/bin/bash", "-o", "pipefail", "-c"]),
        (("SHELL [/bin/bash -c]", "RUN x"), ["/bin/bash", "-c"]),
        (("SHELL [/bin/bash -c]", '/bin/bash -c #(nop)  SHELL ["/bin/sh", "-e"]'), ["/bin/sh", "-e"]),
        (("RUN echo SHELL",), []),
        (('SHELL "/bin/sh"',), []),
    ],
)
def test_last_shell_counts(texts: tuple[str, ...], expected: list[str]) -> None:
    assert shell_of(_entries(*texts)) == expected


@pytest.mark.parametrize(
    ("used", "expected"),
    [("/bin/bash -c", ["/bin/bash", "-c"]), ("/bin/sh -e", ["/bin/sh", "-e"]), ("/bin/sh", [])],
)
def test_shell_that_a_commit_has_noted_is_right(used: str, expected: list[str]) -> None:
    assert shell_of(_entries('SHELL ["/bin/bash", "-c"]'), used=used) == expected


def test_shell_whose_words_have_spaces_is_the_historys() -> None:
    assert shell_of(_entries('SHELL ["/a b", "-c"]'), used="/a b -c") == ["/a b", "-c"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("RUN x", "ONBUILD RUN y", "CMD [x]"), ["RUN y"]),
        (("/bin/sh -c #(nop) ONBUILD COPY . /app", "/bin/sh -c #(nop) ONBUILD RUN y"), ["COPY . /app", "RUN y"]),
        (("ONBUILD RUN y", "RUN /bin/sh -c y # buildkit"), []),
        (("ONBUILD ENV a=1", "/bin/sh -c #(nop) ENV a=1", "CMD [x]"), []),
        (("ONBUILD RUN y", "jobber run"), ["RUN y"]),
        (("ONBUILD RUN y", "jobber run", "RUN /bin/sh -c y"), []),
        (("RUN echo ONBUILD",), []),
    ],
)
def test_triggers_count_until_they_have_been_executed(texts: tuple[str, ...], expected: list[str]) -> None:
    assert triggers_of(_entries(*texts)) == expected
