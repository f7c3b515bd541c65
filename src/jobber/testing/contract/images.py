"""Images: names, tags, claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobber.domain.errors import ImageNotFound, TagTaken
from jobber.domain.reference import ImageId, parse_reference

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.testing.contract.world import World


class ImageContract:
    """What an image store does."""

    def test_inspect_finds_by_reference_id_and_short_id(self, world: World) -> None:
        by_reference = world.engine.images.inspect(world.base)
        by_id = world.engine.images.inspect(by_reference.id)
        by_short_id = world.engine.images.inspect(by_reference.id.removeprefix("sha256:")[:12])

        assert by_reference.id == by_id.id == by_short_id.id

    def test_id_has_its_algorithm(self, world: World) -> None:
        assert world.base_id.startswith("sha256:")
        assert len(world.base_id) == len("sha256:") + 64

    def test_references_are_as_the_user_knows_them(self, world: World) -> None:
        name = world.name()
        world.engine.images.tag(world.base_id, reference=name)

        assert str(name) in world.engine.images.inspect(name).references

    def test_all_tags_are_listed_as_the_user_knows_them(self, world: World) -> None:
        one, other = world.name(), world.name()
        world.engine.images.tag(world.base_id, reference=one)
        world.engine.images.tag(world.base_id, reference=other)

        assert {str(one), str(other)} <= set(world.engine.images.references())

    @pytest.mark.parametrize("name", ["jobber-test-nobody-has-this", "127.0.0.1:1/jobber-test/none:x"])
    def test_missing_reference_is_told(self, world: World, name: str) -> None:
        with pytest.raises(ImageNotFound):
            world.engine.images.inspect(parse_reference(name))

    def test_missing_id_is_told(self, world: World) -> None:
        with pytest.raises(ImageNotFound):
            world.engine.images.inspect(ImageId("sha256:" + "0" * 64))

    def test_tag_moves(self, world: World, tmp_path: Path) -> None:
        name = world.name()
        other = world.build(tmp_path, f"FROM {world.base}\nENV MARK=1\n")
        world.engine.images.tag(world.base_id, reference=name)
        world.engine.images.tag(other, reference=name)

        assert world.engine.images.inspect(name).id == other

    def test_tag_of_missing_image_is_told(self, world: World) -> None:
        with pytest.raises(ImageNotFound):
            world.engine.images.tag(ImageId("sha256:" + "0" * 64), reference=world.name())

    def test_claimed_tag_never_moves(self, world: World, tmp_path: Path) -> None:
        name = world.name()
        other = world.build(tmp_path, f"FROM {world.base}\nENV MARK=2\n")
        world.engine.images.claim(world.base_id, reference=name)

        with pytest.raises(TagTaken):
            world.engine.images.claim(other, reference=name)
        assert world.engine.images.inspect(name).id == world.base_id

    def test_claiming_twice_for_the_same_image_is_fine(self, world: World) -> None:
        name = world.name()
        world.engine.images.claim(world.base_id, reference=name)
        world.engine.images.claim(world.base_id, reference=name)

        assert world.engine.images.inspect(name).id == world.base_id

    def test_remove_takes_one_tag_away(self, world: World) -> None:
        name = world.name()
        world.engine.images.tag(world.base_id, reference=name)
        world.engine.images.remove(name)

        with pytest.raises(ImageNotFound):
            world.engine.images.inspect(name)
        assert world.engine.images.inspect(world.base).id == world.base_id

    def test_remove_of_missing_image_is_told(self, world: World) -> None:
        with pytest.raises(ImageNotFound):
            world.engine.images.remove(parse_reference("jobber-test-nobody-has-this"))
