"""The layered file system that programs of the fake see, where the contract does not look."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobber.adapters.fake.filesystem.files import Files, MountPoint
from jobber.adapters.fake.filesystem.indexed_layer import IndexedLayer
from jobber.adapters.fake.filesystem.node import Node, file_node
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.use_cases.run.prepare import RunRequest
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
        "/longer": link("/longer/on"),
        "/deep/back": link("../a/./file"),
    }
    return Files((layer,))


WRONG: list[tuple[str, Callable[[Files], object], type[OSError], int]] = [
    ("a directory is read", lambda files: files.read("/made"), IsADirectoryError, errno.EISDIR),
    ("a directory that only holds something is read", lambda files: files.read("/a"), IsADirectoryError, errno.EISDIR),
    ("nothing is read", lambda files: files.read("/b"), FileNotFoundError, errno.ENOENT),
    ("a long ring of links is read", lambda files: files.read("/longer/x"), OSError, errno.ELOOP),
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


def test_links_lead_from_where_they_are(files: Files) -> None:
    assert files.read("/deep/back") == b"A"


def test_nothing_is_at_a_ring_of_links(files: Files) -> None:
    assert (files.is_directory("/ring"), files.exists("/ring"), list(files.walk("/ring"))) == (False, False, [])


def test_directory_that_only_holds_something_is_there(files: Files) -> None:
    assert (files.exists("/a"), files.exists("/made"), files.exists("/b")) == (True, True, False)


def test_directory_is_looked_through_by_a_link_to_it(files: Files) -> None:
    files.write("/a/deep/x", "x")

    assert sorted(files.walk("/to-directory")) == ["/to-directory/deep/x", "/to-directory/file"]


def test_link_is_removed_and_not_what_it_leads_to(files: Files) -> None:
    files.remove("/to-directory")

    assert (files.exists("/to-directory"), files.read("/a/file")) == (False, b"A")


@pytest.mark.parametrize("content", [5, None, ["x"]])
def test_what_is_no_content_is_refused_at_once(files: Files, content: object) -> None:
    with pytest.raises(TypeError, match="a file holds bytes or a str, not"):
        files.write("/x", content)  # type: ignore[arg-type]

    assert not files.exists("/x")


def test_content_does_not_change_with_the_buffer_it_came_in(files: Files) -> None:
    buffer = bytearray(b"x")
    files.write("/x", buffer)  # type: ignore[arg-type]
    buffer[:] = b"y"

    assert files.read("/x") == b"x"


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
    files = Files(
        ({"/in/hidden": file_node("h")},), places=(MountPoint("/in", {"/x": file_node("X")}, read_only=True),)
    )
    with pytest.raises(OSError, match="Read-only file system"):
        files.write(target, "y")

    assert (files.read("/in/x"), files.exists("/in/hidden"), list(files.walk("/in"))) == (b"X", False, ["/in/x"])


def test_mount_hides_what_the_image_has_there_and_is_no_part_of_it() -> None:
    volume = IndexedLayer({"/x": file_node("X")})
    files = Files(({"/v/hidden": file_node("h")},), places=(MountPoint("/v", volume),))
    files.write("/v/y", "Y")
    files.remove("/v/x")

    assert (volume, files.top) == ({"/y": file_node("Y")}, {})
    assert files.merged() == {"/v/hidden": file_node("h")}


def test_innermost_of_two_mounts_is_seen() -> None:
    outer, inner = MountPoint("/v", {"/in/x": file_node("outer")}), MountPoint("/v/in", {"/x": file_node("inner")})
    files = Files((), places=(outer, inner))

    assert files.read("/v/in/x") == b"inner"
    assert sorted(files.walk("/")) == ["/v/in/x"]


def test_part_of_a_directory_of_the_engines_machine_can_be_mounted() -> None:
    host: dict[str, Node | None] = {
        "/home/me/x": file_node("mine"),
        "/home/you/x": file_node("yours"),
        "/home/mean/x": file_node("nobody's"),
    }
    files = Files((), places=(MountPoint("/in", host, below="/home/me"),))

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


def test_no_operation_looks_through_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    layer: dict[str, Node | None] = {f"/data/d{number % 50}/f{number}": file_node("x") for number in range(500)}
    host = IndexedLayer({f"/home/f{number}": file_node("x") for number in range(500)})
    files = Files((layer,), places=(MountPoint("/in", host, below="/home"),))
    assert len([*files.walk("/data"), *files.walk("/in")]) == 1000

    def refuse(_layer: IndexedLayer) -> None:
        pytest.fail("all files are looked through")

    for name in ("__iter__", "items", "keys", "values"):
        monkeypatch.setattr(IndexedLayer, name, refuse)
    files.link("/here", "/data/d1")
    files.write("/out/new", "1")
    files.write("/in/new", "1")
    files.remove("/data/d1/f1")

    assert (files.read("/here/f51"), files.is_directory("/data/none"), files.exists("/in/none")) == (b"x", False, False)
    assert len(list(files.walk("/here"))) == 9


PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))
NODES = st.sampled_from([file_node("x"), DIRECTORY, None])
CHANGES: list[Callable[[IndexedLayer, str, Node | None], object]] = [
    lambda layer, path, node: layer.__setitem__(path, node),
    lambda layer, path, _: layer.pop(path, None),
    lambda layer, path, _: layer.__delitem__(path) if path in layer else None,
    lambda layer, path, node: layer.setdefault(path, node),
    lambda layer, path, node: layer.update({path: node}),
    lambda layer, path, node: layer.__ior__({path: node}),
    lambda layer, _path, _node: layer.popitem() if layer else None,
    lambda layer, _path, _node: layer.clear(),
]


@example([step for change in CHANGES for step in ((CHANGES[0], "/a/b", DIRECTORY), (change, "/a/b", DIRECTORY))])
@given(st.lists(st.tuples(st.sampled_from(CHANGES[:3]) | st.sampled_from(CHANGES), PATHS, NODES), max_size=30))
def test_index_tells_what_is_in_each_directory_whatever_changes(
    steps: list[tuple[Callable[[IndexedLayer, str, Node | None], object], str, Node | None]],
) -> None:
    layer = IndexedLayer()
    for change, path, node in steps:
        layer.names_in("")
        change(layer, path, node)
        for directory in {"", *(path.rpartition("/")[0] for path in layer), path}:
            expected = {other[len(directory) :].split("/")[1] for other in layer if other.startswith(f"{directory}/")}

            assert set(layer.names_in(directory)) == expected
