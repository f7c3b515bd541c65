"""The contract of inputs: directories of images, read-only in the run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jobber.domain.containers.container import ImageMount
from jobber.domain.errors import InputGone, SourceNotFound
from jobber.testing.environment import FakeProgress

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.containers.container import VolumeMount
    from jobber.domain.containers.leftovers import InputCopy
    from jobber.domain.images.reference import ImageId
    from jobber.testing.contract.world import World


class InputContract:
    """The required behaviour of an input store."""

    def test_image_from_scratch_is_an_input(self, world: World, tmp_path: Path) -> None:
        mount = self._provide(world, self._data(world, tmp_path))

        assert world.run("show", "/data/x", "show", "/data/deep/y", inputs=(mount,)).stdout == b"XY"

    def test_input_cant_be_written(self, world: World, tmp_path: Path) -> None:
        mount = self._provide(world, self._data(world, tmp_path))

        assert world.run("write", "/data/x", "other", inputs=(mount,)).exit_status == 1
        assert world.run("show", "/data/x", inputs=(mount,)).stdout == b"X"

    def test_another_directory_at_another_place(self, world: World, tmp_path: Path) -> None:
        mount = self._provide(world, self._data(world, tmp_path), source="/data/deep", destination="/in/put")

        assert world.run("show", "/in/put/y", inputs=(mount,)).stdout == b"Y"

    def test_whole_image_is_an_input(self, world: World, tmp_path: Path) -> None:
        mount = self._provide(world, self._data(world, tmp_path), source="/", destination="/all")

        assert world.run("show", "/all/data/x", inputs=(mount,)).stdout == b"X"

    @pytest.mark.parametrize("source", ["/nowhere", "/data/x"])
    def test_missing_directory_is_told(self, world: World, tmp_path: Path, source: str) -> None:
        image = self._data(world, tmp_path)
        with pytest.raises(SourceNotFound) as raised:
            self._provide(world, image, source=source)

        assert raised.value.source == source

    @pytest.mark.parametrize(
        ("source", "shown"), [("/link", "X"), ("/second", "X"), ("/link/deep", "Y"), ("/link/inner", "Y")]
    )
    def test_links_to_a_directory_and_in_its_path_are_followed(
        self, world: World, tmp_path: Path, source: str, shown: str
    ) -> None:
        mount = self._provide(world, self._linked(world, tmp_path), source=source)

        assert world.run("show", f"/data/{shown.lower()}", inputs=(mount,)).stdout == shown.encode()

    @pytest.mark.parametrize("source", ["/file", "/dangling", "/ring", "/file/x"])
    def test_link_that_leads_to_no_directory_is_told(self, world: World, tmp_path: Path, source: str) -> None:
        image = self._linked(world, tmp_path)
        with pytest.raises(SourceNotFound):
            self._provide(world, image, source=source)

    def test_directory_with_a_name_that_is_not_ascii(self, world: World, tmp_path: Path) -> None:
        image = world.build(tmp_path, f'FROM {world.base}\nRUN ["/bin/job", "write", "/ü, b/x", "X"]\n')
        mount = self._provide(world, image, source="/ü, b")

        assert world.run("show", "/data/x", inputs=(mount,)).stdout == b"X"

    def test_one_image_at_several_places(self, world: World, tmp_path: Path) -> None:
        image = self._data(world, tmp_path)
        places = {"/a": "/data", "/b": "/data", "/c": "/data/deep", "/d": "/data/deep"}
        inputs = tuple(self._provide(world, image, source=source, destination=at) for at, source in places.items())

        assert (
            world.run("show", "/a/x", "show", "/b/x", "show", "/c/y", "show", "/d/y", inputs=inputs).stdout == b"XXYY"
        )

    def test_directory_that_is_a_volume_of_the_image(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("X")
        image = world.build(tmp_path, f"FROM {world.base}\nCOPY x /store/\nVOLUME /store\n")
        mount = self._provide(world, image, source="/store")

        assert world.run("show", "/data/x", inputs=(mount,)).stdout == b"X"

    def test_two_inputs_and_two_runs_at_once(self, world: World, tmp_path: Path) -> None:
        image = self._data(world, tmp_path)
        inputs = (
            self._provide(world, image),
            self._provide(world, image, source="/data/deep", destination="/other"),
        )
        first = world.create("show", "/data/x", "show", "/other/y", inputs=inputs)
        second = world.create("show", "/data/x", inputs=inputs)

        assert world.watch(first).stdout == b"XY"
        assert world.watch(second).stdout == b"X"

    def test_providing_again_gives_the_same(self, world: World, tmp_path: Path) -> None:
        image = self._data(world, tmp_path)

        assert self._provide(world, image) == self._provide(world, image)

    def test_link_to_a_directory_gives_the_same_as_the_directory(self, world: World, tmp_path: Path) -> None:
        image = self._data(world, tmp_path)

        assert self._provide(world, image, source="/data/link") == self._provide(world, image, source="/data/deep")

    def test_copy_is_kept_while_a_container_has_it_and_can_be_made_again(self, world: World, tmp_path: Path) -> None:
        image = self._data(world, tmp_path)
        mount = self._provide(world, image)
        if isinstance(mount, ImageMount):
            assert not [copy for copy in world.engine.inputs.copies() if copy.image == image]
            return
        container = world.create("show", "/data/x", inputs=(mount,))
        world.watch(container)
        used = self._copy(world, image)
        kept = world.engine.inputs.discard(used)
        world.engine.containers.remove(container)
        free = self._copy(world, image)

        assert (used.name, used.source, used.is_used, kept) == (mount.volume, "/data", True, False)
        assert not free.is_used
        assert world.engine.inputs.discard(free)
        assert world.engine.inputs.discard(free)  # it is removed
        assert not [copy for copy in world.engine.inputs.copies() if copy.image == image]
        assert world.run("show", "/data/x", inputs=(self._provide(world, image),)).stdout == b"X"

    def test_copy_that_went_before_its_container_was_made_is_told(self, world: World, tmp_path: Path) -> None:
        image = self._data(world, tmp_path)
        mount = self._provide(world, image)
        if isinstance(mount, ImageMount):
            return
        world.engine.inputs.discard(self._copy(world, image))
        with pytest.raises(InputGone):
            world.create("show", "/data/x", inputs=(mount,))

    def _copy(self, world: World, image: ImageId) -> InputCopy:
        (copy,) = (copy for copy in world.engine.inputs.copies() if copy.image == image)
        return copy

    def _data(self, world: World, folder: Path) -> ImageId:
        (folder / "in" / "deep").mkdir(parents=True)
        (folder / "in" / "x").write_text("X")
        (folder / "in" / "deep" / "y").write_text("Y")
        (folder / "in" / "link").symlink_to("deep")
        return world.build(folder, "FROM scratch\nCOPY in /data\n", labels={"jobber-test": world.name().name})

    def _linked(self, world: World, folder: Path) -> ImageId:
        links = {
            "/link": "/data",
            "/second": "link",
            "/data/inner": "/data/deep",
            "/file": "/data/x",
            "/dangling": "/nowhere",
            "/ring": "/ring",
        }
        words = ["/bin/job", "write", "/data/x", "X", "write", "/data/deep/y", "Y"]
        words += [word for name, target in links.items() for word in ("link", name, target)]
        return world.build(folder, f"FROM {world.base}\nRUN {json.dumps(words)}\n")

    def _provide(
        self, world: World, image: ImageId, *, source: str = "/data", destination: str = "/data"
    ) -> ImageMount | VolumeMount:
        found = world.engine.images.inspect(image)
        return world.engine.inputs.provide(found, source=source, destination=destination, progress=FakeProgress())
