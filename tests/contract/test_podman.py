"""A real Podman."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from interrupted_commits import RealEngineContract
from real import make_world

from jobber.adapters.podman.engine import PodmanEngine
from jobber.adapters.podman.parts import create_helper, remove_helper
from jobber.adapters.run_claims.engine_calls import WireRunCalls
from jobber.adapters.wire import Wire, parse_endpoint
from jobber.testing.contract import World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.podman
@pytest.mark.xdist_group("podman")
class TestPodman(RealEngineContract):
    archive = "for_podman"
    unfinished = "jobber.adapters.podman.committing.unfinished_labels"
    commit = "jobber.adapters.podman.commit"

    @pytest.fixture
    def world(
        self,
        podman_engine_address: str,
        registry_host: str | None,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Iterator[World]:
        wire = Wire(parse_endpoint(podman_engine_address))
        engine = PodmanEngine(wire, address=podman_engine_address)
        calls = WireRunCalls(
            wire.within("/v4.0.0/libpod"), images=engine.images, make=create_helper, remove=remove_helper
        )
        world = make_world(engine, wire, tmp_path_factory.mktemp("base"), registry_host, calls)
        yield world
        world.tidy()
        calls.close()
        engine.close()
