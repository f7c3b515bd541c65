"""The contract of pulls and pushes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import (
    BaseUnauthorized,
    ImageNotFound,
    PullRefused,
    PullUnauthorized,
    PushedImageMissing,
    PushRefused,
    PushUnauthorized,
)
from jobber.domain.images.credentials import host_of
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing.environment import FakeProgress

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.testing.contract.world import World


class RegistryContract:
    """The required behaviour of an engine's access to registries."""

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

    def test_id_of_an_image_is_the_same_after_a_way_through_a_registry(self, world: World, tmp_path: Path) -> None:
        name = self._remote(world)
        (tmp_path / "x").write_text(str(name))
        image = world.build(tmp_path, f"FROM {world.base}\nCOPY x /x\n")
        world.engine.images.tag(image, reference=name)
        world.engine.registry.push(name, credentials=None, progress=FakeProgress())
        world.engine.images.remove(image)

        assert world.engine.registry.pull(name, credentials=None, progress=FakeProgress()).id == image

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
        with pytest.raises(PushedImageMissing):
            world.engine.registry.push(self._remote(world), credentials=None, progress=FakeProgress())

    def test_push_can_be_repeated(self, world: World) -> None:
        name = self._remote(world)
        world.engine.images.tag(world.base_id, reference=name)
        digests = {world.engine.registry.push(name, credentials=None, progress=FakeProgress()) for _ in range(2)}

        assert len(digests) == 1

    def test_digest_of_a_push_is_recorded_by_later_runs(self, world: World) -> None:
        name = self._remote(world)
        world.engine.images.tag(world.base_id, reference=name)
        digest = world.engine.registry.push(name, credentials=None, progress=FakeProgress())
        result = self._run_image(world, str(name))
        labels = world.engine.images.inspect(result).labels

        assert f"{name.repository}@{digest}" in json.loads(labels["jobber.run"])["image"]["digests"]
        assert labels["org.opencontainers.image.base.digest"] == digest

    def test_unreachable_registry_refuses_both_ways(self, world: World) -> None:
        name = replace(world.name(), registry="127.0.0.1:1")
        world.images.append(name)
        world.engine.images.tag(world.base_id, reference=name)

        with pytest.raises(PushRefused, match="could not be pushed"):
            world.engine.registry.push(name, credentials=None, progress=FakeProgress())
        with pytest.raises(PullRefused, match="could not be pulled"):
            world.engine.registry.pull(name, credentials=None, progress=FakeProgress())

    def test_guarded_registry_takes_the_right_password(self, world: World) -> None:
        name, credentials = self._guarded(world)
        world.engine.registry.push(name, credentials=credentials, progress=FakeProgress())
        world.engine.images.remove(name)

        assert world.engine.registry.pull(name, credentials=credentials, progress=FakeProgress()).id

    @pytest.mark.parametrize("known", [True, False])
    def test_guarded_registry_refuses_others(self, world: World, known: bool) -> None:
        name, credentials = self._guarded(world)
        world.engine.registry.push(name, credentials=credentials, progress=FakeProgress())
        other = replace(credentials, password=credentials.password[::-1] + "x") if known else None

        with pytest.raises(PushUnauthorized) as push:
            world.engine.registry.push(name, credentials=other, progress=FakeProgress())
        with pytest.raises(PullUnauthorized) as pull:
            world.engine.registry.pull(name, credentials=other, progress=FakeProgress())
        assert credentials.password not in f"{push.value} {pull.value}"
        assert credentials.password[::-1] not in f"{push.value} {pull.value}"
        assert str(pull.value.hint).startswith("check the password" if known else "no credentials for ")

    def test_build_from_a_guarded_base(self, world: World, tmp_path: Path) -> None:
        name, credentials = self._guarded(world)
        world.engine.registry.push(name, credentials=credentials, progress=FakeProgress())
        world.engine.images.remove(name)
        given = {host_of(name): credentials}
        image = world.build(tmp_path, f"FROM {name}\nENV SAID=built\n", bases=(name,), credentials=given)

        assert world.run("variable", "SAID", image=image).stdout == b"built\n"

    def test_build_from_a_guarded_base_needs_the_password(self, world: World, tmp_path: Path) -> None:
        name, credentials = self._guarded(world)
        world.engine.registry.push(name, credentials=credentials, progress=FakeProgress())
        world.engine.images.remove(name)

        with pytest.raises(BaseUnauthorized):
            world.build(tmp_path, f"FROM {name}\nENV SAID=never\n", bases=(name,))

    def test_build_goes_on_as_nobody_where_a_stored_login_can_not_be_used(self, world: World, tmp_path: Path) -> None:
        name, credentials = self._guarded(world)
        world.engine.registry.push(name, credentials=credentials, progress=FakeProgress())
        nobody = {host_of(name): None}
        image = world.build(tmp_path, f"FROM {name}\nENV SAID=built\n", bases=(name,), credentials=nobody)
        world.engine.images.remove(name)
        with pytest.raises(BaseUnauthorized):
            world.build(tmp_path, f"FROM {name}\nENV SAID=no\n", bases=(name,), credentials=nobody, no_cache=True)

        assert world.run("variable", "SAID", image=image).stdout == b"built\n"

    def _guarded(self, world: World) -> tuple[ImageReference, Credentials]:
        if world.guarded is None:
            pytest.skip("no guarded registry")
        name = replace(world.name(), registry=world.guarded.host, namespace=("jobber-test",))
        world.images.append(name)
        world.engine.images.tag(world.base_id, reference=name)
        return name, world.guarded.credentials

    def _run_image(self, world: World, image: str) -> ImageId:
        result = world.job_runner().run(
            RunRequest(image, ContainerOptions(), command=("/bin/job", "exit", "0"), push=False)
        )
        assert result.image is not None
        world.images.extend((*result.tags, result.image))
        return result.image

    def _remote(self, world: World) -> ImageReference:
        if world.registry_host is None:
            pytest.skip("no registry")
        name = replace(world.name(), registry=world.registry_host, namespace=("jobber-test",))
        world.images.append(name)
        return name
