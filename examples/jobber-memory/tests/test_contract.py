"""The whole engine contract of jobber, for this engine."""

from __future__ import annotations

import pytest

from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeEngine, FakeRemoteImages
from jobber.testing.contract import EngineContract, World, job_program
from jobber_memory import MemoryEngine


class TestMemoryEngine(EngineContract):
    @pytest.fixture
    def world(self) -> World:
        fake = FakeEngine()
        fake.image("base", programs={"/bin/job": job_program})
        fake.remote.disconnect("127.0.0.1:1")  # where nothing listens on a machine either
        world = World(MemoryEngine(fake), fake.clock, parse_reference("base"), fake.remote.host)
        world.remote = FakeRemoteImages(fake.remote)
        return world
