"""The contract of the build cache, and of pulls of base images."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from jobber.domain.errors import BuildFailed
from jobber.domain.images.credentials import host_of
from jobber.domain.images.reference import parse_reference
from jobber.testing.environment import FakeProgress

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.testing.contract.world import World

_A_SECOND = 1.1
"""The delay after which a file that is written again has another time, and its layer another digest."""


class BuildCacheContract:
    """The required behaviour of a builder's cache."""

    def test_second_build_changes_nothing(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("F")
        first = world.build(tmp_path, _steps(world))
        world.clock.sleep(_A_SECOND)

        assert _chain(world, world.build(tmp_path, _steps(world))) == _chain(world, first)

    def test_labels_of_a_build_change_no_layer_and_leave_no_steps_behind(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("F")
        mark = {"jobber-test.mark": uuid.uuid4().hex}
        dockerfile = f"{_steps(world)}LABEL jobber-test.mark={mark['jobber-test.mark']}\nENV LAST=1\n"

        def build(moment: str) -> tuple[ImageId, int]:
            labels = {"jobber.build-tags": f"x:{moment}", "jobber.version": "1"}
            image = world.build(tmp_path, dockerfile, labels=labels)
            return image, len(world.engine.images.list(labels=mark))

        (first, before), (second, between), (third, after) = build("1"), build("2"), build("2")

        assert _chain(world, first) == _chain(world, second) == _chain(world, third)
        assert 1 <= between - before <= 2  # Docker's own builder makes one per label, removed with the last one
        assert after - between == (third != second)  # containerd's store has another ID each time

    def test_steps_before_a_file_that_has_changed_are_kept(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("one")
        first = world.engine.images.inspect(world.build(tmp_path, _steps(world)))
        (tmp_path / "file").write_text("other")
        world.clock.sleep(_A_SECOND)
        second = world.engine.images.inspect(world.build(tmp_path, _steps(world)))

        assert second.layers[:-1] == first.layers[:-1]
        assert second.layers[-1] != first.layers[-1]

    def test_without_the_cache_every_step_is_made_anew(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("F")
        dockerfile = _steps(world)
        first = world.build(tmp_path, dockerfile)
        world.clock.sleep(_A_SECOND)
        anew = world.build(tmp_path, dockerfile, no_cache=True)

        chains = [_chain(world, image) for image in (first, anew)]
        is_podman = world.engine.describe().name == "podman"  # Podman may use any step it made, even an older one

        assert anew != first
        assert _chain(world, world.build(tmp_path, dockerfile)) in (chains if is_podman else chains[1:])

    def test_values_of_arguments_are_part_of_a_step(self, world: World, tmp_path: Path) -> None:
        dockerfile = f'FROM {world.base}\nARG WORD\nRUN /bin/job write /made "$WORD"\n'
        images = [world.build(tmp_path, dockerfile, arguments={"WORD": word}) for word in ("one", "other")]

        assert [world.run("show", "/made", image=image).stdout for image in images] == [b"one", b"other"]

    def test_base_that_has_moved_in_its_registry_is_pulled_where_that_is_asked_for(
        self, world: World, tmp_path: Path
    ) -> None:
        if world.registry_host is None:
            pytest.skip("no registry")
        self._moved_base(world, tmp_path, _name(world, world.registry_host), credentials=None)

    def test_private_base_that_has_moved_is_pulled_with_credentials(self, world: World, tmp_path: Path) -> None:
        if world.guarded is None:
            pytest.skip("no registry with users")
        self._moved_base(world, tmp_path, _name(world, world.guarded.host), credentials=world.guarded.credentials)

    def test_base_that_no_registry_has_is_an_error_where_a_pull_is_asked_for(
        self, world: World, tmp_path: Path
    ) -> None:
        if world.registry_host is None:
            pytest.skip("no registry")
        name = _name(world, world.registry_host)
        world.engine.images.tag(world.base_id, reference=name)
        world.build(tmp_path, f"FROM {name}\nENV A=1\n")
        with pytest.raises(BuildFailed):
            world.build(tmp_path, f"FROM {name}\nENV A=1\n", pull=True)

    def _moved_base(self, world: World, folder: Path, name: ImageReference, *, credentials: Credentials | None) -> None:
        known = {} if credentials is None else {host_of(name): credentials}
        new, old = (
            world.build(folder, f"FROM {world.base}\nENV IS={word} OF={name.name}\n") for word in ("new", "old")
        )
        world.engine.images.tag(new, reference=name)
        world.engine.registry.push(name, credentials=credentials, progress=FakeProgress())
        world.engine.images.tag(old, reference=name)

        def build(*, pull: bool) -> ImageId:
            return world.build(folder, f"FROM {name}\nENV LAST=1\n", pull=pull, credentials=known)

        found = [world.run("variable", "IS", image=build(pull=pull)).stdout for pull in (False, True)]

        assert found == [b"old\n", b"new\n"]


def _name(world: World, host: str) -> ImageReference:
    reference = parse_reference(f"{host}/jobber-test/{uuid.uuid4().hex[:12]}:x")
    world.images.append(reference)
    return reference


def _steps(world: World) -> str:
    return f'FROM {world.base}\nRUN ["/bin/job", "write", "/made", "{id(world)}"]\nCOPY file /file\n'


def _chain(world: World, image: ImageId) -> str:
    return world.engine.images.inspect(image).chain
