"""A real Podman."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from engine_clients import podman_engine, real_podman
from interrupted_commits import RealEngineContract
from real import make_world

from jobber.adapters.podman.helper_containers import create_helper, remove_helper
from jobber.adapters.podman.images import PodmanImages
from jobber.adapters.run_claims.engine_calls import run_calls
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
        client = real_podman(podman_engine_address)
        engine = podman_engine(client, address=podman_engine_address)
        calls = run_calls(client, images=PodmanImages, make=create_helper, remove=remove_helper)
        compatible = client.copy(compatible=True)
        world = make_world(engine, compatible, tmp_path_factory.mktemp("base"), registry_host, calls=calls, own=client)
        yield world
        world.tidy()
        calls.close()
        engine.close()
