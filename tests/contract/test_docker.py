"""A real Docker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from real import make_world

from jobber.adapters.docker.engine import DockerEngine
from jobber.adapters.docker.parts import make_part, remove_part
from jobber.adapters.run_calls import WireRunCalls
from jobber.adapters.wire import Wire, parse_endpoint
from jobber.testing.contract import EngineContract, World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
class TestDocker(EngineContract):
    @pytest.fixture
    def world(
        self,
        docker_engine_address: str,
        registry_host: str | None,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Iterator[World]:
        wire = Wire(parse_endpoint(docker_engine_address))
        engine = DockerEngine(wire, address=docker_engine_address)
        calls = WireRunCalls(wire, images=engine.images, make=make_part, remove=remove_part)
        world = make_world(engine, wire, tmp_path_factory.mktemp("base"), registry_host, calls)
        yield world
        world.tidy()
        calls.close()
        engine.close()
