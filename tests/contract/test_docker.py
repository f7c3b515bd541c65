"""A real Docker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from engine_clients import docker_engine, real_docker
from interrupted_commits import RealEngineContract
from real import make_world

from jobber.adapters.docker.helper_containers import create_helper, remove_helper
from jobber.adapters.docker.images import DockerImages
from jobber.adapters.run_claims.engine_calls import run_calls
from jobber.testing.contract import World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
class TestDocker(RealEngineContract):
    archive = "for_docker"
    unfinished = "jobber.adapters.docker.commit.unfinished_labels"
    commit = "jobber.adapters.docker.commit"

    @pytest.fixture
    def world(
        self,
        docker_engine_address: str,
        registry_host: str | None,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Iterator[World]:
        client = real_docker(docker_engine_address)
        engine = docker_engine(client, address=docker_engine_address)
        calls = run_calls(client, images=DockerImages, make=create_helper, remove=remove_helper)
        world = make_world(engine, client, tmp_path_factory.mktemp("base"), registry_host, calls=calls, own=client)
        yield world
        world.tidy()
        calls.close()
        engine.close()
