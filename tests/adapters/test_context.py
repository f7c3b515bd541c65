"""A directory as a tar archive, sent as it is made."""

from __future__ import annotations

import io
import os
import re
import socket
import tarfile
from typing import TYPE_CHECKING

import pytest

from jobber.adapters.build_context import ContextStream, parse_ignore
from jobber.domain.errors import BuildFailed, UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "context"
    root.mkdir()
    (root / "Dockerfile").write_text("FROM scratch\n")
    return root


def archive_of(root: Path, dockerfile: Path | None = None) -> tarfile.TarFile:
    octets = b"".join(ContextStream(root, dockerfile or root / "Dockerfile").chunks())
    return tarfile.open(fileobj=io.BytesIO(octets), errorlevel=2)


def member_of(root: Path, name: str) -> tarfile.TarInfo:
    return archive_of(root).getmember(name)


def contents_of(root: Path, name: str) -> bytes:
    stored = archive_of(root).extractfile(name)
    assert stored is not None
    return stored.read()


# The content of the archive


def test_all_files_are_sent_each_directory_before_what_is_in_it(root: Path) -> None:
    (root / "b" / "c").mkdir(parents=True)
    (root / "b" / "c" / "d").write_text("")
    (root / "a").write_text("")

    assert archive_of(root).getnames() == ["Dockerfile", "a", "b", "b/c", "b/c/d"]


def test_the_same_tree_gives_the_same_bytes(root: Path) -> None:
    for name in ("c", "a", "b"):
        (root / name).write_text(name)
    one, other = (b"".join(ContextStream(root, root / "Dockerfile").chunks()) for _ in range(2))

    assert one == other


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1_000_000])
def test_a_file_of_any_size_is_sent_whole(root: Path, size: int) -> None:
    octets = bytes(range(256)) * (size // 256 + 1)
    (root / "file").write_bytes(octets[:size])

    assert octets[:size] == contents_of(root, "file")


def test_an_empty_directory_is_sent(root: Path) -> None:
    (root / "empty").mkdir()

    assert member_of(root, "empty").isdir()


def test_an_archive_ends_with_two_empty_blocks(root: Path) -> None:
    octets = b"".join(ContextStream(root, root / "Dockerfile").chunks())

    assert (0, bytes(1024)) == (len(octets) % 512, octets[-1024:])


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o4755, 0o2755, 0o000])
def test_the_mode_of_a_file_is_kept(root: Path, mode: int) -> None:
    (root / "file").write_text("")
    (root / "file").chmod(mode)

    assert mode == member_of(root, "file").mode


def test_the_mode_of_a_directory_is_kept(root: Path) -> None:
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)

    assert member_of(root, "tmp").mode == 0o1777


def test_all_is_owned_by_root(root: Path) -> None:
    (root / "file").write_text("")
    if os.getuid() == 0:
        os.chown(root / "file", 1234, 1234)
    member = member_of(root, "file")

    assert (member.uid, member.gid) == (0, 0)


@pytest.mark.parametrize(("mtime", "expected"), [(0, 0), (-5, 0), (1700000000, 1700000000), (1 << 33, 1 << 33)])
def test_the_time_of_a_file_is_kept_back_to_1970(root: Path, mtime: int, expected: int) -> None:
    (root / "file").write_text("x")
    os.utime(root / "file", (mtime, mtime))

    assert expected == member_of(root, "file").mtime


def test_a_time_far_in_the_future_spoils_nothing_that_follows(root: Path) -> None:
    (root / "a").write_text("x")
    os.utime(root / "a", (1 << 33, 1 << 33))
    (root / "b").write_text("y")

    assert contents_of(root, "b") == b"y"


# Links


@pytest.mark.parametrize(
    "target", ["Dockerfile", "./Dockerfile", "a//b/", "../outside", "/etc/passwd", "no where", "."]
)
def test_a_symbolic_link_is_sent_as_the_link_that_it_is(root: Path, target: str) -> None:
    (root / "link").symlink_to("x")
    (root / "link").unlink()
    os.symlink(target, root / "link")  # noqa: PTH211 - Path would tidy the target up
    member = member_of(root, "link")

    assert (True, target) == (member.issym(), member.linkname)


def test_a_long_target_of_a_symbolic_link_is_kept(root: Path) -> None:
    target = "/".join(["deep"] * 60)
    (root / "link").symlink_to(target)

    assert target == member_of(root, "link").linkname


def test_a_symbolic_link_to_a_directory_is_not_followed(root: Path) -> None:
    (root / "directory").mkdir()
    (root / "directory" / "file").write_text("")
    (root / "link").symlink_to("directory")

    assert "link/file" not in archive_of(root).getnames()


def test_the_second_name_of_a_file_is_sent_as_a_link_to_the_first(root: Path) -> None:
    (root / "first").write_text("x")
    (root / "second").hardlink_to(root / "first")
    member = member_of(root, "second")

    assert (member.islnk(), member.linkname) == (True, "first")


def test_a_file_whose_first_name_is_ignored_is_sent_under_its_second(root: Path) -> None:
    (root / "first").write_text("x")
    (root / "second").hardlink_to(root / "first")
    (root / ".dockerignore").write_text("first")

    assert contents_of(root, "second") == b"x"


def test_a_file_with_another_name_outside_the_context_is_sent_whole(root: Path) -> None:
    (root.parent / "outside").write_text("x")
    (root / "inside").hardlink_to(root.parent / "outside")

    assert contents_of(root, "inside") == b"x"


# Names


@pytest.mark.parametrize(
    "name",
    [
        "with space",
        "new\nline",
        "-dash",
        "été",
        "日本語",
        "x" * 99,
        "x" * 100,
        "x" * 101,
        "x" * 255,
        "é" * 60,
        "back\\slash",
        "'quote\"",
        "~",
        "\x01control",
    ],
)
def test_a_file_of_any_name_is_sent(root: Path, name: str) -> None:
    (root / name).write_text("x")

    assert contents_of(root, name) == b"x"


def test_a_name_that_is_not_utf8_is_sent_byte_for_byte(root: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    (root / name).write_text("x")
    octets = b"".join(ContextStream(root, root / "Dockerfile").chunks())

    assert octets.count(b"caf\xe9\0") == 1


def test_a_long_name_that_is_not_utf8_is_sent_byte_for_byte(root: Path) -> None:
    name = os.fsdecode(b"\xff" * 150)
    (root / name).write_text("x")
    octets = b"".join(ContextStream(root, root / "Dockerfile").chunks())

    assert b"\xff" * 150 + b"\0" in octets


@pytest.mark.parametrize("length", [97, 98, 99, 100])
def test_a_directory_with_a_name_of_any_length_is_sent(root: Path, length: int) -> None:
    (root / ("d" * length)).mkdir()
    (root / ("d" * length) / "file").write_text("x")

    assert contents_of(root, f"{'d' * length}/file") == b"x"


def test_a_deep_path_is_sent(root: Path) -> None:
    deep = root.joinpath(*["directory"] * 40)
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")

    assert contents_of(root, f"{'directory/' * 40}file") == b"x"


# Things that are no files


def test_a_socket_is_left_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")

        assert archive_of(root).getnames() == ["Dockerfile"]


def test_a_fifo_is_sent_as_one_and_nobody_waits_for_it(root: Path) -> None:
    os.mkfifo(root / "fifo")

    assert member_of(root, "fifo").isfifo()


# Files that change


SIZE = (3 << 18) - 100


def changed_while_sent(root: Path, octets: bytes) -> bytes:
    """The archive, where `b` is rewritten when its directory has been read and `a` is being sent."""
    (root / "a").write_bytes(bytes(1 << 19))
    (root / "b").write_bytes(b"x" * SIZE)
    chunks = ContextStream(root, root / "Dockerfile").chunks()
    sent = []
    for chunk in chunks:
        sent.append(chunk)
        if b"xxxx" in chunk:
            with (root / "b").open("r+b") as file:
                file.truncate(0)
                file.write(octets)
    return b"".join(sent)


def test_a_file_that_grows_is_sent_as_long_as_its_header_says(root: Path) -> None:
    octets = changed_while_sent(root, b"x" * (4 << 18))

    with tarfile.open(fileobj=io.BytesIO(octets), errorlevel=2) as archive:
        assert [(m.name, m.size) for m in archive] == [("Dockerfile", 13), ("a", 1 << 19), ("b", SIZE)]


def test_a_file_that_shrinks_ends_the_build_with_its_name(root: Path) -> None:
    with pytest.raises(BuildFailed, match=re.escape(f"{root}/b became shorter")):
        changed_while_sent(root, b"x")


def test_a_file_that_is_gone_when_its_turn_comes_ends_the_build_with_its_name(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "file").write_text("x")
    stream = ContextStream(root, root / "Dockerfile")
    opened = os.open

    def gone(path: str, *words: int) -> int:
        if path.endswith("/file"):
            (root / "file").unlink()
        return opened(path, *words)

    monkeypatch.setattr(os, "open", gone)

    with pytest.raises(BuildFailed, match=f"{re.escape(str(root))}/file can't be read: no such file"):
        b"".join(stream.chunks())


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
@pytest.mark.parametrize("mode", [0o000, 0o200])
def test_a_file_that_can_not_be_read_ends_the_build_with_a_way_out(root: Path, mode: int) -> None:
    (root / "secret").write_text("x")
    (root / "secret").chmod(mode)

    with pytest.raises(BuildFailed) as caught:
        archive_of(root)

    assert ".dockerignore" in str(caught.value.hint)


def test_memory_does_not_grow_with_a_file(root: Path) -> None:
    with (root / "big").open("wb") as file:
        file.truncate(64 << 20)

    assert max(map(len, ContextStream(root, root / "Dockerfile").chunks())) < 1 << 20


# The Dockerfile


@pytest.mark.parametrize("name", ["Dockerfile", "docker/gpu.Dockerfile", "with space"])
def test_a_dockerfile_in_the_context_keeps_its_name(root: Path, name: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("FROM scratch")

    assert name == ContextStream(root, root / name).name


def test_a_dockerfile_is_found_in_the_context_by_way_of_its_parent(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    monkeypatch.chdir(root)

    assert ContextStream(Path("../context"), Path("Dockerfile")).name == "Dockerfile"


def test_a_dockerfile_from_elsewhere_is_sent_under_a_name_of_its_own(root: Path) -> None:
    (root.parent / "Other").write_text("FROM other")
    stream = ContextStream(root, root.parent / "Other")

    with tarfile.open(fileobj=io.BytesIO(b"".join(stream.chunks()))) as archive:
        stored = archive.extractfile(stream.name)
        assert stored is not None
        assert stored.read() == b"FROM other"


def test_a_dockerfile_from_elsewhere_is_not_part_of_what_is_copied(root: Path) -> None:
    (root.parent / "Other").write_text("FROM other")
    stream = ContextStream(root, root.parent / "Other")

    with tarfile.open(fileobj=io.BytesIO(b"".join(stream.chunks()))) as archive:
        stored = archive.extractfile(".dockerignore")
        assert stored is not None
        assert parse_ignore(stored.read().decode()).ignores(stream.name)


def test_a_dockerfile_that_links_out_of_the_context_is_sent_by_its_contents(root: Path) -> None:
    (root.parent / "Other").write_text("FROM other")
    (root / "Link").symlink_to("../Other")

    assert ContextStream(root, root / "Link").name != "Link"


def test_a_dockerfile_that_can_not_be_read_is_a_usage_error(root: Path) -> None:
    with pytest.raises(UsageError, match="can't be read"):
        ContextStream(root, root.parent / "nothing")
