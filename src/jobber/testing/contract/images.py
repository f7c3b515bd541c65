"""The contract of images: names, tags, claims."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from jobber.domain.errors import EngineFailed, ImageNotFound, PathNotFound, PathNotUtf8, TagTaken
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.domain.runs.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.testing.contract.world import World


def _committed(world: World, *words: str) -> ImageId:
    """Return an image committed from a finished job."""
    container = world.create(*words)
    world.watch(container)
    configuration = world.engine.images.inspect(world.base_id).configuration
    return world.keep(
        world.engine.containers.commit(container, snapshot=Snapshot(configuration, {}), log=io.BytesIO(b"said\n"))
    )


def _members(world: World, image: ImageId, path: str) -> dict[str, bytes | str | None]:
    """Return the contents of an archive: files with content, links with target, directories with None.

    The name of the first member is empty in the result.
    """
    content = io.BytesIO(b"".join(world.engine.images.archive(image, path=path)))
    found: dict[str, bytes | str | None] = {}
    with tarfile.open(fileobj=content) as archive:
        members = archive.getmembers()
        for member in members:
            file = archive.extractfile(member) if member.isreg() else None
            name = member.name.removeprefix(members[0].name)
            found[name] = file.read() if file else member.linkname if member.issym() else None
    return found


class ImageContract:
    """The required behaviour of an image store."""

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
        assert {str(one), str(other)} <= set(world.engine.images.references(seconds=60))

    def test_images_are_listed_by_label_with_or_without_tag(self, world: World, tmp_path: Path) -> None:
        mark = f"test.{world.name().name}"
        (tmp_path / "x").write_text("X")
        one = world.build(tmp_path, f"FROM {world.base}\nCOPY x /x\nLABEL {mark}=one\n")
        other = world.build(tmp_path, f"FROM {world.base}\nLABEL {mark}=other\n")
        name = world.name()
        world.engine.images.tag(one, reference=name)
        everything = world.engine.images.list(labels={mark: None})
        (listed,) = world.engine.images.list(labels={mark: "one"})

        assert {image.id for image in everything} == {one, other}
        assert (listed.id, listed.references, listed.labels[mark]) == (one, (str(name),), "one")
        assert int(listed.created) == int(world.moment(world.engine.images.inspect(one).created).timestamp())
        assert listed.size > 0

    def test_all_images_are_listed_without_labels(self, world: World) -> None:
        assert world.base_id in {image.id for image in world.engine.images.list(labels={})}

    @pytest.mark.parametrize(
        ("path", "names"),
        [
            ("/data", ["data", "data/deep", "data/deep/y", "data/x"]),
            ("/data/deep", ["deep", "deep/y"]),
            ("/data/x", ["x"]),
            ("/links/directory", ["data", "data/deep", "data/deep/y", "data/x"]),
            ("/links/file", ["x"]),
            ("/links", ["links", "links/directory", "links/file", "links/nowhere", "links/ring"]),
        ],
    )
    def test_names_in_an_archive_begin_with_that_of_what_was_asked_for(
        self, world: World, tmp_path: Path, path: str, names: list[str]
    ) -> None:
        """Expect Docker's names, even for a declared volume: never absolute ones."""
        image = self._image_with_links(world, tmp_path)
        content = io.BytesIO(b"".join(world.engine.images.archive(image, path=path)))
        with tarfile.open(fileobj=content) as archive:
            assert sorted(archive.getnames()) == names

    def test_root_of_an_image_with_volumes_is_whole(self, world: World, tmp_path: Path) -> None:
        """Cover Podman 4.3, which unmounts the file system of the container whose volumes were copied."""
        image = self._image_with_links(world, tmp_path)
        found = _members(world, image, "/")

        assert {"data/deep/y", "data/x", "links/nowhere"} <= {name.strip("/") for name in found}

    def test_link_that_leads_nowhere_is_told_with_where_it_leads(self, world: World, tmp_path: Path) -> None:
        image = self._image_with_links(world, tmp_path)
        targets = {"/links/nowhere": "/data/none", "/links/ring": None, "/links/none": None, "/links/nowhere/x": None}
        found = {}
        for path in targets:
            with pytest.raises(PathNotFound) as caught:
                b"".join(world.engine.images.archive(image, path=path))
            found[path] = caught.value.target

        assert found == targets

    def _image_with_links(self, world: World, tmp_path: Path) -> ImageId:
        """Return an image with links, and with a volume that contains files."""
        made = _committed(
            world,
            *("write", "/data/x", "X", "write", "/data/deep/y", "Y", "mkdir", "/links"),
            *("link", "/links/directory", "../data", "link", "/links/file", "/data/x"),
            *("link", "/links/nowhere", "../data/none", "link", "/links/ring", "ring"),
        )
        name = world.name()
        world.engine.images.tag(made, reference=name)
        return world.build(tmp_path, f"FROM {name}\nVOLUME /data\n")

    def test_few_images_are_listed_and_more_are_not(self, world: World) -> None:
        everything = {image.id for image in world.engine.images.list(labels={})}

        assert everything & {image.id for image in world.engine.images.list_few(limit=1 << 20)}
        assert not world.engine.images.list_few(limit=0)

    def test_layers_of_an_image_begin_with_those_of_its_base(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("X")
        image = world.engine.images.inspect(world.build(tmp_path, f"FROM {world.base}\nCOPY x /x\n"))
        base = world.engine.images.inspect(world.base)

        assert image.layers[: len(base.layers)] == base.layers
        assert len(image.layers) == len(base.layers) + 1
        assert image.chain != base.chain

    def test_local_image_is_found_by_its_whole_name(self, world: World) -> None:
        """Look up `docker.io/library` names on Docker and `localhost` names on Podman."""
        prefixes = {"docker": ("docker.io/library/", "library/"), "podman": ("localhost/",)}
        name = world.name()
        world.engine.images.tag(world.base_id, reference=name)
        for prefix in prefixes[world.engine.describe().name]:
            whole = parse_reference(f"{prefix}{name}")

            assert world.engine.images.inspect(whole).id == world.base_id
            assert str(whole) not in world.engine.images.inspect(whole).references

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

    def test_remove_by_id_takes_all_tags_away(self, world: World, tmp_path: Path) -> None:
        image = self._tagged(world, tmp_path)
        world.engine.images.remove(image)
        with pytest.raises(ImageNotFound):
            world.engine.images.inspect(image)

    def test_image_that_does_not_say_when_it_was_created_has_no_time_of_long_ago(self, world: World) -> None:
        if world.reload_without_time is None:
            pytest.skip("not on this engine")
        name = world.name()
        world.reload_without_time(world.base_id, name)
        image = world.engine.images.inspect(name)
        listed = next(each for each in world.engine.images.list(labels={}) if each.id == image.id)
        is_now = listed.created > world.clock.now().timestamp() - 3600  # Podman: the time of loading

        assert image.created == ""
        assert image.listed.created == 0.0
        assert (listed.created, is_now) == ((listed.created, True) if world.is_podman else (0.0, False))

    def test_image_that_a_container_uses_is_not_removed_and_keeps_its_tags(self, world: World, tmp_path: Path) -> None:
        image = self._tagged(world, tmp_path)
        tags = set(world.engine.images.inspect(image).references)
        world.create("exit", "0", image=image)
        with pytest.raises(EngineFailed) as caught:
            world.engine.images.remove(image)

        assert caught.value.is_conflict
        assert set(world.engine.images.inspect(image).references) == tags

    def _tagged(self, world: World, folder: Path) -> ImageId:
        """Return an image with several tags in two repositories."""
        image = world.build(folder, f"FROM {world.base}\n", labels={"jobber-test": world.name().name})
        first = world.name()
        for reference in (first, first.tagged("latest-run"), first.tagged("other"), world.name()):
            world.engine.images.tag(image, reference=reference)
            world.images.append(reference)
        return image

    def test_remove_of_missing_image_is_told(self, world: World) -> None:
        with pytest.raises(ImageNotFound):
            world.engine.images.remove(parse_reference("jobber-test-nobody-has-this"))

    def test_archive_of_a_file(self, world: World, tmp_path: Path) -> None:
        assert _members(world, self._files(world, tmp_path), "/data/x") == {"": b"X"}

    def test_archive_of_a_directory(self, world: World, tmp_path: Path) -> None:
        expected = {"": None, "/deep": None, "/deep/y": b"Y", "/x": b"X"}

        assert _members(world, self._files(world, tmp_path), "/data") == expected

    def test_directory_that_was_emptied_is_still_there(self, world: World) -> None:
        emptied = _committed(world, "write", "/made/deep/x", "X", "remove", "/made/deep/x")

        assert _members(world, emptied, "/made") == {"": None, "/deep": None}

    def test_archive_of_a_directory_that_is_a_volume(self, world: World, tmp_path: Path) -> None:
        image = self._files(world, tmp_path, more="VOLUME /data\n")

        assert _members(world, image, "/data/deep") == {"": None, "/y": b"Y"}

    def test_archive_of_what_a_link_leads_to(self, world: World) -> None:
        image = _committed(world, "write", "/real/x", "X", "link", "/way", "/real", "link", "/real/y", "x")

        assert _members(world, image, "/way/x") == {"": b"X"}
        assert _members(world, image, "/real") == {"": None, "/x": b"X", "/y": "x"}
        assert _members(world, image, "/way") == {"": None, "/x": b"X", "/y": "x"}
        assert _members(world, image, "/run.log") == {"": b"said\n"}

    @pytest.mark.parametrize("path", ["/nowhere", "/data/nowhere", "/data/x/below"])
    def test_path_that_an_image_has_not_is_told(self, world: World, tmp_path: Path, path: str) -> None:
        image = self._files(world, tmp_path)
        with pytest.raises(PathNotFound) as raised:
            next(world.engine.images.archive(image, path=path))

        assert raised.value.path == path

    def test_path_that_is_no_utf_8_can_t_be_asked_for(self, world: World) -> None:
        with pytest.raises(PathNotUtf8) as raised:
            next(world.engine.images.archive(world.base_id, path="/bin/bad\udcff"))

        assert raised.value.path == "/bin/bad\udcff"

    def test_archive_of_a_missing_image_is_told(self, world: World) -> None:
        with pytest.raises(ImageNotFound):
            next(world.engine.images.archive(ImageId("sha256:" + "0" * 64), path="/data"))

    def test_archive_that_is_given_up_leaves_no_container(self, world: World, tmp_path: Path) -> None:
        image = self._files(world, tmp_path)
        pieces = world.engine.images.archive(image, path="/data")
        next(pieces)
        pieces.close()
        left = world.engine.containers.list(labels={})

        assert [container for container in left if container.image == image] == []

    def _files(self, world: World, folder: Path, *, more: str = "") -> ImageId:
        (folder / "in" / "deep").mkdir(parents=True)
        (folder / "in" / "x").write_text("X")
        (folder / "in" / "deep" / "y").write_text("Y")
        return world.build(folder, f"FROM scratch\nCOPY in /data\n{more}", labels={"jobber-test": world.name().name})
