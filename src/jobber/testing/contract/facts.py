"""The contract of the setup that an engine reports; a third-party engine need not report any."""

from __future__ import annotations

import pytest

from jobber.domain.containers.engine_facts import EngineFacts, ImageStore
from jobber.domain.ports.checkup import InspectableEngine
from jobber.testing.contract.world import World


def facts_of(world: World) -> EngineFacts:
    """Return the setup that an engine reports; skip the test if the engine reports none."""
    if not isinstance(world.engine, InspectableEngine):
        pytest.skip("not on this engine")
    return world.engine.facts()


class FactsContract:
    """The required facts about an engine for `jobber doctor`."""

    def test_engine_says_what_it_is_made_of(self, world: World) -> None:
        facts = facts_of(world)

        assert facts.api_version
        assert facts.builder
        assert facts.machine
        assert facts.platform.startswith("linux/")
        assert facts.storage_driver
        assert facts.cgroups in ("v1", "v2")
        assert facts.is_rootless in (True, False)

    def test_default_runtime_is_one_of_the_runtimes(self, world: World) -> None:
        facts = facts_of(world)

        assert facts.default_runtime in facts.runtimes

    def test_image_store_goes_with_the_engine(self, world: World) -> None:
        store = facts_of(world).image_store

        is_podman = world.engine.describe().name == "podman"
        assert (store is ImageStore.CONTAINERS_STORAGE) is is_podman
        assert store is not None

    def test_room_is_told_in_bytes_where_it_is_told(self, world: World) -> None:
        space = facts_of(world).space

        assert space is None or 0 <= space.free <= space.total
