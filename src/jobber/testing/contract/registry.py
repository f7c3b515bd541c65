"""Pulls and pushes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jobber.domain.errors import ImageNotFound, PullRefused, PushRefused
from jobber.testing.surroundings import FakeProgress

if TYPE_CHECKING:
    from jobber.domain.reference import ImageReference
    from jobber.testing.contract.world import World


class RegistryContract:
    """What the way to the registries does."""

    def test_what_was_pushed_can_be_pulled(self, world: World) -> None:
        name = self._remote(world)
        world.engine.images.tag(world.base_id, reference=name)
        digest = world.engine.registry.push(name, credentials=None, progress=FakeProgress())
        world.engine.images.remove(name)
        with pytest.raises(ImageNotFound):
            world.engine.images.inspect(name)
        image = world.engine.registry.pull(name, credentials=None, progress=FakeProgress())

        assert digest.startswith("sha256:")
        assert f"{name.repository}@{digest}" in image.digests
        assert world.engine.images.inspect(name).id == image.id

    def test_pull_by_digest(self, world: World) -> None:
        name = self._remote(world)
        world.engine.images.tag(world.base_id, reference=name)
        digest = world.engine.registry.push(name, credentials=None, progress=FakeProgress())
        by_digest = replace(name, tag=None, digest=digest)

        assert world.engine.registry.pull(by_digest, credentials=None, progress=FakeProgress()).id

    def test_missing_repository_is_refused(self, world: World) -> None:
        with pytest.raises(PullRefused):
            world.engine.registry.pull(self._remote(world), credentials=None, progress=FakeProgress())

    def test_push_of_a_missing_image_is_refused(self, world: World) -> None:
        with pytest.raises(PushRefused):
            world.engine.registry.push(self._remote(world), credentials=None, progress=FakeProgress())

    def _remote(self, world: World) -> ImageReference:
        if world.registry_host is None:
            pytest.skip("no registry")
        name = replace(world.name(), registry=world.registry_host, namespace=("jobber-test",))
        world.images.append(name)
        return name
