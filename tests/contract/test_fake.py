"""The fake, in each of its flavours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jobber.adapters.fake.remote_images import FakeRemoteImages
from jobber.domain.images.credentials import Credentials
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeEngine
from jobber.testing.contract import EngineContract, GuardedRegistry, World, job_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.images.reference import ImageId, ImageReference

_FLAVOURS: list[dict[str, Any]] = [
    {"flavour": "docker", "version": "28.5", "id_store": "manifest"},
    {"flavour": "docker", "version": "20.10"},
    {"flavour": "podman", "version": "4.3.1"},
]


class TestFake(EngineContract):
    @pytest.fixture(params=_FLAVOURS, ids=lambda flavour: f"{flavour['flavour']}-{flavour['version']}")
    def world(self, request: pytest.FixtureRequest) -> Iterator[World]:
        engine = FakeEngine(**request.param)
        engine.image("jobber-test-base", programs={"/bin/job": job_program})
        credentials = Credentials("jobber", "the password of the test", origin="the test")
        engine.remote.require("guarded.test:5000", user=credentials.user, password=credentials.password)
        engine.remote.disconnect("127.0.0.1:1")
        world = World(engine, engine.clock, parse_reference("jobber-test-base"), "registry.test:5000")
        world.raw_store = lambda: repr(engine.store.images)
        world.remote = FakeRemoteImages(engine.remote)
        world.guarded = GuardedRegistry("guarded.test:5000", credentials)

        def die_with_claim(run: str) -> None:
            engine.runs.claim(run, image=world.base_id).is_dead = True

        world.die_with_claim = die_with_claim

        def reload_without_time(image: ImageId, tag: ImageReference) -> None:
            engine.reload_without_time(image, tag=str(tag))

        world.reload_without_time = reload_without_time
        yield world
        world.tidy()
