"""The contract of file trees of containers, and of images that differ in their labels alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from jobber.adapters.archives.file_tree import read_tree
from jobber.domain.containers.container import ContainerId
from jobber.domain.containers.options import ContainerOptions, Mount
from jobber.domain.errors import ContainerNotFound, ImageNotFound, PathNotFound, PathNotUtf8
from jobber.domain.files.file_tree import Kind
from jobber.domain.files.tree_digest import tree_digest
from jobber.domain.history.engine_files import own_files
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.derived import EMPTY_LAYER
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.images.image import Image
    from jobber.testing.contract.world import World

_WORDS = (
    *("mkdir", "/out/empty", "write", "/out/a b", "1", "write", "/out/deep/er/\u00fc", "2\n", "write", "/out/a.b", ""),
    *("link", "/out/link", "deep/none", "write", f"/out/{'n' * 200}/{'m' * 200}", "long"),
)
_DIGEST = "sha256:ccc6f7204b30ab5622a3b4952a9f7371ced4f58d592cf1232b9dd93e89fb3db8"


class FileTreeContract:
    """The required behaviour of reading file trees, and of labels added to an image."""

    def test_tree_of_a_container_has_the_same_digest_on_every_engine(self, world: World) -> None:
        container = world.create(*_WORDS)
        world.watch(container)
        tree = world.engine.containers.tree(container, path="/out")

        assert tree["link"].kind is Kind.LINK
        assert tree_digest(tree) == _DIGEST

    def test_result_has_the_digest_of_its_container(self, world: World) -> None:
        container = world.create(*_WORDS)
        world.watch(container)
        before = tree_digest(world.engine.containers.tree(container, path="/out"))
        result = _commit(world, container)

        assert tree_digest(read_tree(world.engine.images.archive(result, path="/out"))) == before

    def test_mounted_files_are_not_the_containers_own(self, world: World) -> None:
        options = ContainerOptions(mounts=(Mount(kind="volume", destination="/out/deep/cache"),))
        container = world.create("write", "/out/deep/cache/x", "1", "write", "/out/y", "2", options=options)
        world.watch(container)
        mounted = frozenset(mount.destination for mount in world.engine.containers.inspect(container).mounts)
        tree = own_files(world.engine.containers.tree(container, path="/out"), place="/out", mounted=mounted)

        assert {*tree} == {"", "y"}

    def test_tree_of_a_file_and_behind_a_link(self, world: World) -> None:
        container = world.create("write", "/out/x", "1", "link", "/way", "out")
        world.watch(container)

        assert [*world.engine.containers.tree(container, path="/out/x")] == [""]
        assert {*world.engine.containers.tree(container, path="/way")} == {"", "x"}

    def test_missing_path_raises_an_error(self, world: World) -> None:
        container = world.create("exit", "0")
        world.watch(container)

        with pytest.raises(PathNotFound):
            world.engine.containers.tree(container, path="/none")
        with pytest.raises(PathNotUtf8):
            world.engine.containers.tree(container, path="/\udcff")
        with pytest.raises(ContainerNotFound):
            world.engine.containers.tree(ContainerId("0" * 64), path="/out")

    def test_image_with_other_labels_has_the_same_files_and_configuration(self, world: World, tmp_path: Path) -> None:
        image = world.build(
            tmp_path,
            f"FROM {world.base}\nLABEL kept=yes changed=no\nENV A=1\nWORKDIR /bin\nUSER 0:0\nEXPOSE 80\nVOLUME /store\n"
            'STOPSIGNAL SIGINT\nENTRYPOINT ["/bin/job"]\nCMD ["show", "/x"]\n',
        )
        container = world.create(image=image, command=("write", "/x", "X"))
        world.watch(container)
        old = world.engine.images.inspect(_commit(world, container, image=image))
        new = world.engine.images.inspect(
            world.keep(world.engine.images.relabel(old.id, labels={"changed": 'a=b $x\n"q"', "new": ""}))
        )

        assert new.id != old.id
        assert _files_of(new) == _files_of(old)
        assert new.configuration == old.configuration
        assert dict(new.labels) == {**old.labels, "changed": 'a=b $x\n"q"', "new": ""}
        assert new.references == ()
        assert world.run(image=new.id, command=("show", "/x")).stdout == b"X"

    def test_relabelled_image_stays_without_the_old_one(self, world: World) -> None:
        container = world.create("write", "/x", "X")
        world.watch(container)
        old = _commit(world, container)
        new = world.keep(world.engine.images.relabel(old, labels={Label.RECIPE_KEY: "1"}))
        world.engine.images.remove(old)
        again = world.keep(world.engine.images.relabel(new, labels={Label.RECIPE_KEY: "2"}))

        assert [image.id for image in world.engine.images.list(labels={Label.RECIPE_KEY: "2"})] == [again]
        assert world.run("show", "/x", image=again).stdout == b"X"

    def test_relabelling_a_missing_image_raises_an_error(self, world: World) -> None:
        with pytest.raises(ImageNotFound):
            world.engine.images.relabel(ImageId(f"sha256:{'0' * 64}"), labels={"a": "b"})


def _commit(world: World, container: ContainerId, *, image: ImageId | None = None) -> ImageId:
    code = world.engine.images.inspect(image or world.base_id)
    snapshot = Snapshot(configuration=code.configuration, labels={Label.RUN: "{}"})
    return world.keep(world.engine.containers.commit(container, snapshot=snapshot, log=io.BytesIO(b"log")))


def _files_of(image: Image) -> list[str]:
    """Return the layers with files: containerd's image store adds an empty one."""
    return [layer for layer in image.layers if layer != EMPTY_LAYER]
