"""The layered file system that programs of the fake see, where the contract does not look."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from jobber.adapters.fake.files import Files, Node, Place, file_node
from jobber.domain.options import ContainerOptions
from jobber.domain.use_cases.prepare import RunRequest
from jobber.testing import FakeEngine, Job, fake_runner

DIRECTORY = Node(kind="directory")


def link(target: str) -> Node:
    return Node(kind="link", target=target)


@pytest.fixture
def files() -> Files:
    layer: dict[str, Node | None] = {
        "/a/file": file_node("A"),
        "/made": DIRECTORY,
        "/to-file": link("a/file"),
        "/to-directory": link("/a"),
        "/ring": link("/ring"),
    }
    return Files((layer,))


WRONG: list[tuple[str, Callable[[Files], object], type[OSError], int]] = [
    ("a directory is read", lambda files: files.read("/made"), IsADirectoryError, errno.EISDIR),
    ("a directory that only holds something is read", lambda files: files.read("/a"), IsADirectoryError, errno.EISDIR),
    ("nothing is read", lambda files: files.read("/b"), FileNotFoundError, errno.ENOENT),
    ("a ring of links is read", lambda files: files.read("/ring"), OSError, errno.ELOOP),
    ("a directory is written", lambda files: files.write("/a", "x"), IsADirectoryError, errno.EISDIR),
    ("below a file it is written", lambda files: files.write("/a/file/x", "x"), NotADirectoryError, errno.ENOTDIR),
    ("nothing is removed", lambda files: files.remove("/b"), FileNotFoundError, errno.ENOENT),
    ("a directory is made of a file", lambda files: files.make_directory("/a/file"), FileExistsError, errno.EEXIST),
    (
        "a directory is made below a file",
        lambda files: files.make_directory("/a/file/x"),
        NotADirectoryError,
        errno.ENOTDIR,
    ),
    ("a link is made of a file", lambda files: files.link("/a/file", "x"), FileExistsError, errno.EEXIST),
    ("a link is made of a directory", lambda files: files.link("/a", "x"), FileExistsError, errno.EEXIST),
    ("a link is made in no directory", lambda files: files.link("/b/x", "x"), FileNotFoundError, errno.ENOENT),
]


@pytest.mark.parametrize(("call", "kind", "number"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_error_is_the_one_of_a_real_file_system_where(
    files: Files, call: Callable[[Files], object], kind: type[OSError], number: int
) -> None:
    with pytest.raises(kind) as caught:
        call(files)

    assert caught.value.errno == number


def test_links_are_followed(files: Files) -> None:
    files.write("/to-directory/new", "N")
    files.write("/to-file", "B")

    assert (files.read("/a/new"), files.read("/a/file"), files.read("/to-directory/file")) == (b"N", b"B", b"B")
    assert files.is_directory("/to-directory")


def test_ring_of_links_is_no_directory(files: Files) -> None:
    assert not files.is_directory("/ring")


def test_directory_that_is_made_again_stays_as_it_is(files: Files) -> None:
    files.make_directory("/a")

    assert (files.read("/a/file"), files.top) == (b"A", {})


def test_directory_is_removed_with_all_that_is_in_it(files: Files) -> None:
    files.write("/a/deep/x", "x")
    files.remove("/a")

    assert (list(files.walk("/a")), files.exists("/a/file"), files.is_directory("/a")) == ([], False, False)


def test_root_is_a_directory(files: Files) -> None:
    assert files.is_directory("/")


@pytest.mark.parametrize("target", ["/in/x", "/in/new"])
def test_what_is_mounted_read_only_can_not_be_written(target: str) -> None:
    files = Files(({"/in/hidden": file_node("h")},), places=(Place("/in", {"/x": file_node("X")}, read_only=True),))
    with pytest.raises(OSError, match="Read-only file system"):
        files.write(target, "y")

    assert (files.read("/in/x"), files.exists("/in/hidden"), list(files.walk("/in"))) == (b"X", False, ["/in/x"])


def test_mount_hides_what_the_image_has_there_and_is_no_part_of_it() -> None:
    volume: dict[str, Node | None] = {"/x": file_node("X")}
    files = Files(({"/v/hidden": file_node("h")},), places=(Place("/v", volume),))
    files.write("/v/y", "Y")
    files.remove("/v/x")

    assert (volume, files.top) == ({"/y": file_node("Y")}, {})
    assert files.merged() == {"/v/hidden": file_node("h")}


def test_innermost_of_two_mounts_is_seen() -> None:
    outer, inner = Place("/v", {"/in/x": file_node("outer")}), Place("/v/in", {"/x": file_node("inner")})
    files = Files((), places=(outer, inner))

    assert files.read("/v/in/x") == b"inner"


def test_part_of_a_directory_of_the_engines_machine_can_be_mounted() -> None:
    host: dict[str, Node | None] = {"/home/me/x": file_node("mine"), "/home/you/x": file_node("yours")}
    files = Files((), places=(Place("/in", host, below="/home/me"),))

    assert (files.read("/in/x"), list(files.walk("/in"))) == (b"mine", ["/in/x"])


def test_mode_of_a_file_stays_when_it_is_written() -> None:
    files = Files(({"/x": Node(content=b"1", mode=0o600)},))
    files.write("/x", "2")
    written = files.node("/x")

    assert written is not None
    assert (written.content, written.mode) == (b"2", 0o600)


def test_program_can_ask_what_it_may_not_do() -> None:
    seen: list[str] = []

    def program(job: Job) -> int:
        for path in ("/bin/program/x", "/nothing/x"):
            try:
                job.files.link(path, "y")
            except OSError as error:
                seen.append(type(error).__name__)
        return 0

    engine = FakeEngine()
    engine.image("work", run=program)
    fake_runner(engine).run(RunRequest("work", ContainerOptions()))

    assert seen == ["NotADirectoryError", "FileNotFoundError"]


def test_directory_stays_when_all_that_was_in_it_is_removed(files: Files) -> None:
    files.write("/x/y/z", "1")
    files.remove("/x/y/z")
    kept = files.is_directory("/x/y")
    files.remove("/x/y")

    assert kept
    assert (files.is_directory("/x/y"), files.is_directory("/x")) == (False, True)
