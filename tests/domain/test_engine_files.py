"""Files that engines make for themselves, told from the job's own by their paths and by their content."""

from __future__ import annotations

from dataclasses import replace

import pytest
from records import RECORD

from jobber.domain.files.file_tree import Entry, Kind
from jobber.domain.history.engine_files import engine_files, mount_points_of, own_files, without_engine_files
from jobber.domain.images.image import Image, ImageConfiguration
from jobber.domain.images.reference import ImageId

EMPTY = Entry(Kind.FILE, 0o700)
FULL = Entry(Kind.FILE, 0o644, 9, "d1")
DIRECTORY = Entry(Kind.DIRECTORY, 0o755)
MTAB = Entry(Kind.LINK, content="/proc/mounts")
IMAGE = Image(ImageId("sha256:" + "a" * 64), configuration=ImageConfiguration(volumes=("/cache/",)))


def mounted(*words: str) -> frozenset[str]:
    return mount_points_of(IMAGE, replace(RECORD, docker_args=words))


def test_image_that_no_run_has_made_has_no_files_of_an_engine() -> None:
    nothing = mount_points_of(IMAGE, None)

    assert engine_files({"etc/hosts": EMPTY}, place="/", mounted=nothing) == frozenset()


def test_mount_points_are_those_of_inputs_options_and_volumes() -> None:
    words = ("-e", "A=1", "-v", "/x:/from/host", "--mount", "type=bind,src=/y,dst=/there", "--tmpfs", "/quick:size=1m")

    assert {"/cache", "/from/host", "/there", "/quick", RECORD.inputs[0].destination} <= mounted(*words)


def test_options_that_cannot_be_read_have_no_mount_points() -> None:
    assert mounted("--newer-than-we-are", "x") == mounted()


@pytest.mark.parametrize(
    ("tree", "engines"),
    [
        ({"": DIRECTORY, "etc": DIRECTORY, "etc/hosts": EMPTY, "etc/mtab": MTAB}, {"", "etc", "etc/hosts", "etc/mtab"}),
        ({"etc": DIRECTORY, "etc/hosts": EMPTY, "etc/passwd": FULL}, {"etc/hosts"}),
        ({"etc": DIRECTORY, "etc/hosts": FULL}, set()),
        ({"etc": DIRECTORY, "etc/mtab": Entry(Kind.LINK, content="/elsewhere")}, set()),
        ({"etc": DIRECTORY, "etc/empty": EMPTY}, set()),
        ({"run/.containerenv": EMPTY, "proc": DIRECTORY, "made": DIRECTORY}, {"run/.containerenv", "proc"}),
        ({"dev": DIRECTORY, "dev/own": EMPTY}, set()),
        ({"mnt": DIRECTORY, "mnt/deep": DIRECTORY, "mnt/deep/x": DIRECTORY}, {"mnt", "mnt/deep", "mnt/deep/x"}),
        (
            {"mnt": DIRECTORY, "mnt/deep": DIRECTORY, "mnt/deep/x": DIRECTORY, "mnt/y": EMPTY},
            {"mnt/deep", "mnt/deep/x"},
        ),
        ({"dev": Entry(Kind.SPECIAL, content="p")}, set()),
    ],
)
def test_files_are_the_engines_that_are_as_it_makes_them(tree: dict[str, Entry], engines: set[str]) -> None:
    assert engine_files(tree, place="/", mounted=mounted("-v", "/x:/mnt/deep/x")) == engines


def test_paths_are_those_below_the_directory_that_was_read() -> None:
    tree = {"": DIRECTORY, "x": DIRECTORY}

    assert engine_files(tree, place="/mnt/deep", mounted=mounted("-v", "/x:/mnt/deep/x")) == {"", "x"}


def test_files_of_the_engine_are_dropped_where_the_other_side_has_no_other() -> None:
    a = {"both": EMPTY, "ours": EMPTY, "theirs": FULL, "same": FULL}
    b = {"both": replace(EMPTY, mode=0o755), "theirs": EMPTY, "new": DIRECTORY, "same": FULL}
    one, other = without_engine_files(a, b, {"both", "ours"}, {"both", "theirs", "new"})

    assert one == {"theirs": FULL, "same": FULL}
    assert other == {"theirs": EMPTY, "same": FULL}


def test_mounted_files_are_not_the_runs_own() -> None:
    tree = {"": DIRECTORY, "own": FULL, "mnt": DIRECTORY, "mnt/x": DIRECTORY, "mnt/x/theirs": FULL, "file": FULL}

    assert own_files(tree, place="/out", mounted=frozenset(("/out/mnt/x", "/out/file", "/out/none"))) == {
        "": DIRECTORY,
        "own": FULL,
    }
    assert own_files(tree, place="/elsewhere", mounted=frozenset(("/out/mnt/x",))) == tree
