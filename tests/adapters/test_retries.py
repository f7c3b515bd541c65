"""Retries of calls after transient errors."""

from __future__ import annotations

import pytest

from jobber.adapters.engine_api.retry import retrying
from jobber.adapters.podman.transient import while_removed
from jobber.domain.errors import EngineFailed


class _Engine:
    """An engine whose calls fail with the given errors, one after the other, and then succeed."""

    def __init__(self, *errors: str) -> None:
        self.errors = list(errors)

    def call(self) -> str:
        if self.errors:
            raise EngineFailed("do something", why=self.errors.pop(0))
        return "done"


def test_call_is_retried_after_a_transient_error() -> None:
    assert retrying(_Engine("the store is locked now", "the store is locked again").call, sign="is locked") == "done"


def test_each_of_several_transient_errors_is_retried() -> None:
    engine = _Engine("the store is locked", "the layer is in use")

    assert retrying(engine.call, sign=("is locked", "in use")) == "done"


def test_image_is_inspected_again_while_podman_removes_another_one() -> None:
    engine = _Engine(
        'failed to convert ImageData to ImageInspect "5d33": locating image with ID "5d33": image not known',
        "runtime error: invalid memory address or nil pointer dereference",
    )

    assert while_removed(engine.call) == "done"


def test_other_error_is_raised_without_a_retry() -> None:
    engine = _Engine("the store is locked", "the disk is full", "the store is locked")

    with pytest.raises(EngineFailed, match="the disk is full"):
        retrying(engine.call, sign="is locked")
    assert engine.errors == ["the store is locked"]


def test_error_that_persists_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobber.adapters.engine_api.retry._PAUSES", (0.0,))

    with pytest.raises(EngineFailed, match="the store is locked"):
        retrying(_Engine(*["the store is locked"] * 1000).call, sign="is locked")
