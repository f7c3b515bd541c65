"""Containers of runs that are abandoned."""

from __future__ import annotations

from jobber.domain.containers.container import ContainerId
from jobber.domain.errors import EngineFailed
from jobber.domain.use_cases.run.abandon_container import discard
from jobber.testing import FakeEngine


def test_container_that_can_t_be_removed_is_told_with_the_cause_where_that_can_tell() -> None:
    engine, ours = FakeEngine(), EngineFailed("attach", why="no")
    for cause in (ours, KeyboardInterrupt()):
        engine.fail("remove", EngineFailed("remove", why="no"))
        discard(engine.containers, ContainerId("c" * 64), run="r", cause=cause)

    assert "`jobber attach r` attaches to it" in (ours.hint or "")
