"""Calls that are made again."""

from __future__ import annotations

import pytest

from jobber.adapters.engine_api.retry import retrying
from jobber.adapters.podman.transient import while_removed
from jobber.domain.errors import EngineFailed


class _Engine:
    """Fails with these complaints, one after the other, and then answers."""

    def __init__(self, *complaints: str) -> None:
        self.complaints = list(complaints)

    def call(self) -> str:
        if self.complaints:
            raise EngineFailed("do something", why=self.complaints.pop(0))
        return "done"


def test_a_call_is_made_again_where_the_engine_stumbles() -> None:
    assert retrying(_Engine("it stumbled here", "it stumbled there").call, sign="stumbled") == "done"


def test_each_of_several_complaints_is_retried() -> None:
    engine = _Engine("it stumbled", "it slipped")

    assert retrying(engine.call, sign=("stumbled", "slipped")) == "done"


def test_image_is_inspected_again_while_podman_removes_another_one() -> None:
    engine = _Engine(
        'failed to convert ImageData to ImageInspect "5d33": locating image with ID "5d33": image not known',
        "runtime error: invalid memory address or nil pointer dereference",
    )

    assert while_removed(engine.call) == "done"


def test_another_complaint_is_an_error_at_once() -> None:
    engine = _Engine("it stumbled", "it fell", "it stumbled")

    with pytest.raises(EngineFailed, match="it fell"):
        retrying(engine.call, sign="stumbled")
    assert engine.complaints == ["it stumbled"]


def test_an_engine_that_stumbles_for_ever_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobber.adapters.engine_api.retry._PAUSES", (0.0,))

    with pytest.raises(EngineFailed, match="it stumbled"):
        retrying(_Engine(*["it stumbled"] * 1000).call, sign="stumbled")
