"""Archives as files below a directory, and nowhere else."""

from __future__ import annotations

import io
import os
import resource
import signal
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobber.adapters.archives.extraction import HostDestination, Tree, extract, stream_out
from jobber.adapters.archives.tar_reader import ArchiveBroken, first_bytes, members
from jobber.domain.errors import NotAFile, NotWritten
from jobber.domain.files.copy_report import CopyReport
from jobber.domain.images.image_path import SourcePath


def archive(*entries: tuple[str, bytes | str | None, str]) -> bytes:
    """Members of a name, a content or a target, and a kind."""
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w", format=tarfile.PAX_FORMAT) as made:
        for name, content, kind in entries:
            member = tarfile.TarInfo(name)
            member.type = getattr(tarfile, kind)
            member.mode, member.mtime, member.uid = 0o644, 1_000_000_000.5, 12345
            if isinstance(content, str):
                member.linkname = content
            data = content if isinstance(content, bytes) else b""
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    return octets.getvalue()


def file(name: str, content: bytes = b"x") -> tuple[str, bytes, str]:
    return name, content, "REGTYPE"


def directory(name: str) -> tuple[str, None, str]:
    return name, None, "DIRTYPE"


def link(name: str, target: str) -> tuple[str, str, str]:
    return name, target, "SYMTYPE"


def hard_link(name: str, target: str) -> tuple[str, str, str]:
    return name, target, "LNKTYPE"


def in_pieces(octets: bytes, size: int = 1000) -> Iterator[bytes]:
    return (octets[at : at + size] for at in range(0, len(octets), size))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where things may be made, beside something that nobody may touch."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def unpack(octets: bytes, place: Path) -> CopyReport:
    copied = CopyReport("")
    with Tree(str(place)) as tree:
        extract(members(in_pieces(octets)), tree, below=(), copied=copied)
    return copied


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def untouched(place: Path) -> bool:
    outside = place.parent / "outside"
    return names_in(outside) == ["secret"] and (outside / "secret").read_text() == "secret"


def test_files_directories_and_links_are_made(place: Path) -> None:
    copied = unpack(
        archive(
            directory("d"),
            directory("d/in"),
            file("d/in/x", b"content"),
            link("d/l", "/etc/passwd"),
            hard_link("d/other", "d/in/x"),
            ("d/pipe", None, "FIFOTYPE"),
        ),
        place,
    )

    assert (place / "in" / "x").read_bytes() == b"content"
    assert (place / "l").readlink() == Path("/etc/passwd")
    assert (place / "other").samefile(place / "in" / "x")
    assert stat.S_ISFIFO((place / "pipe").stat().st_mode)
    assert {(place / name).stat().st_mtime for name in ("in/x", "in", "pipe")} == {1_000_000_000.5}
    assert copied.facts() == {
        "destination": "",
        "files": 3,
        "directories": 1,
        "links": 1,
        "bytes": 7,
        "skipped": [],
    }
    assert names_in(place) == ["in", "l", "other", "pipe"]


def test_modes_are_kept_but_for_those_that_lend_rights(place: Path) -> None:
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w") as made:
        for name, kind, mode in (("d", tarfile.DIRTYPE, 0o755), ("d/x", tarfile.REGTYPE, 0o6751)):
            member = tarfile.TarInfo(name)
            member.type, member.mode = kind, mode
            made.addfile(member)
        for name, mode in (("d/closed", 0o500), ("d/sticky", 0o3777)):
            member = tarfile.TarInfo(name)
            member.type, member.mode = tarfile.DIRTYPE, mode
            made.addfile(member)
            inner = tarfile.TarInfo(f"{name}/y")
            made.addfile(inner)
    unpack(octets.getvalue(), place)
    modes = {name: stat.S_IMODE((place / name).stat().st_mode) for name in ("x", "closed", "sticky")}

    assert modes == {"x": 0o751, "closed": 0o500, "sticky": 0o1777}
    assert (place / "x").stat().st_uid == os.getuid()
    (place / "closed").chmod(0o700)


@pytest.mark.parametrize(
    "entries",
    [
        (directory("d"), link("d/way", "../outside"), file("d/way/evil")),
        (directory("d"), link("d/way", "/etc"), directory("d/way")),
        (directory("d"), link("d/way", "../outside"), file("d/way/secret", b"evil")),
        (directory("d"), file("d/../../outside/evil")),
        (directory("d"), file("../outside/evil")),
        (directory("d"), file("/../outside/evil")),
        (directory("d"), directory("d/.."), file("d/../../outside/evil")),
        (directory("d"), link("d/a", "b"), link("d/b", "../outside"), file("d/a/evil")),
        (directory("d"), file("d/x"), file("d/x/evil")),
        (directory("d"), file("d")),
        (directory("d"), link("d", "../outside"), file("d/evil")),
    ],
)
def test_member_that_would_be_outside_ends_it(place: Path, entries: tuple[tuple[str, bytes, str], ...]) -> None:
    with pytest.raises(NotWritten):
        unpack(archive(*entries), place)

    assert untouched(place)
    assert not [name for name in names_in(place) if name.startswith(".jobber")]


@pytest.mark.parametrize("name", ["/etc/evil", "//evil", "other/./evil"])
def test_absolute_name_is_one_below(place: Path, name: str) -> None:
    unpack(archive(directory("d"), file(name)), place)

    assert [path.read_bytes() for path in place.rglob("evil")] == [b"x"]


@pytest.mark.parametrize("target", ["../outside/secret", "d/../../outside/secret", "/outside/secret", "d/way/secret"])
def test_hard_link_to_what_is_outside_is_left_out(place: Path, target: str) -> None:
    octets = archive(directory("d"), link("d/way", "../outside"), hard_link("d/evil", target), file("d/evil2"))
    copied = unpack(octets, place)

    assert copied.skipped == [("evil", "it is a hard link to a file that is not copied")]
    assert names_in(place) == ["evil2", "way"]
    assert untouched(place)


def test_hard_link_to_a_link_is_a_link_and_nothing_is_written_through_it(place: Path) -> None:
    entries = (
        directory("d"),
        link("d/way", "../outside/secret"),
        hard_link("d/evil", "d/way"),
        file("d/evil", b"evil"),
        file("d/way", b"evil"),
    )
    unpack(archive(*entries), place)

    assert untouched(place)
    assert (place / "way").read_bytes() == b"evil"


def test_devices_are_left_out(place: Path) -> None:
    copied = unpack(archive(directory("d"), ("d/null", None, "CHRTYPE"), ("d/disk", None, "BLKTYPE")), place)

    assert copied.skipped == [("null", "it is a device"), ("disk", "it is a device")]
    assert names_in(place) == []


def test_device_alone_is_an_error_with_its_name(place: Path) -> None:
    with pytest.raises(NotWritten) as raised:
        receive(place / "new", ("null", None, "CHRTYPE"), path="/dev/null")

    assert raised.value.what == f"can't copy to {place}/new: null is a device"
    assert names_in(place) == []


@pytest.mark.parametrize("name", ["new\nline", "tab\t", "ü", "-rf", " ", "\udcffbad", "é" * 120, "*", "\x1b[31m"])
def test_unusual_names(place: Path, name: str) -> None:
    unpack(archive(directory("d"), file(f"d/{name}"), link(f"d/{name}2", name)), place)

    assert names_in(place) == sorted([name, f"{name}2"])


def test_name_that_is_too_long_is_told(place: Path) -> None:
    with pytest.raises(NotWritten) as raised:
        unpack(archive(directory("d"), file(f"d/{'x' * 300}")), place)

    assert raised.value.why == "file name too long"


def test_existing_files_and_links_give_way_and_nothing_is_written_through_them(place: Path) -> None:
    (place / "linked").symlink_to("../outside/secret")
    os.link(place.parent / "outside" / "secret", place / "hard")
    unpack(archive(directory("d"), file("d/linked"), link("d/hard", "linked")), place)

    assert (place / "linked").read_text() == "x"
    assert (place / "hard").is_symlink()
    assert untouched(place)


@pytest.mark.parametrize(
    ("there", "entry", "why"),
    [
        ("d", file("d/there"), "a directory exists with that name"),
        ("l", directory("d/there"), "a link exists in place of a directory"),
        ("f", directory("d/there"), "something exists in place of a directory"),
        ("l", file("d/there/x"), "a link exists in place of a directory"),
    ],
)
def test_what_does_not_give_way(place: Path, there: str, entry: tuple[str, bytes | None, str], why: str) -> None:
    match there:
        case "d":
            (place / "there").mkdir()
        case "l":
            (place / "there").symlink_to("../outside")
        case _:
            (place / "there").touch()
    with pytest.raises(NotWritten) as raised:
        unpack(archive(directory("d"), entry), place)

    assert raised.value.why == why
    assert untouched(place)


def test_holes_take_no_room(place: Path) -> None:
    size = 64 << 20
    octets = archive(directory("d"), file("d/hole", bytes(size)), file("d/half", bytes(1 << 20) + b"x"))
    unpack(octets, place)

    assert (place / "hole").stat().st_size == size
    assert (place / "hole").stat().st_blocks < 1000
    assert (place / "half").read_bytes() == bytes(1 << 20) + b"x"


@pytest.mark.parametrize("form", ["gnu", "pax"])
def test_sparse_members_are_whole(tmp_path: Path, form: str) -> None:
    source = tmp_path / "source"
    with source.open("wb") as made:
        made.write(b"begin")
        made.seek(1 << 20)
        made.write(b"middle")
        made.truncate(3 << 20)
    packed = tmp_path / "packed.tar"
    subprocess.run(["tar", "-S", f"--format={form}", "-C", tmp_path, "-cf", packed, "source"], check=True)
    read = first_bytes(in_pieces(packed.read_bytes()), path="/x", of="it", limit=1 << 30)

    assert packed.stat().st_size < 1 << 20
    assert read == source.read_bytes()


@pytest.mark.parametrize("cut", [1, 511, 512, 1000, 1536, 2048])
def test_archive_that_ends_too_early_is_no_whole_one(place: Path, cut: int) -> None:
    octets = archive(directory("d"), file("d/x", b"x" * 600))[: 512 + 512 + 1024]
    with pytest.raises(ArchiveBroken):
        unpack(octets[:cut], place)

    assert names_in(place) in ([], ["x"])


@pytest.mark.parametrize("octets", [b"", b"no archive at all" * 100, bytes(100)])
def test_what_is_no_archive(place: Path, octets: bytes) -> None:
    with pytest.raises(ArchiveBroken):
        unpack(octets, place)


def test_header_without_end_takes_no_memory(place: Path) -> None:
    member = tarfile.TarInfo("x")
    member.type, member.size = tarfile.XHDTYPE, 1 << 40
    with pytest.raises(ArchiveBroken):
        unpack(member.tobuf() + bytes(4096), place)


def test_first_bytes_are_of_a_file_alone() -> None:
    assert first_bytes(in_pieces(archive(file("x", b"abc"))), path="/x", of="it", limit=2) == b"ab"
    with pytest.raises(NotAFile):
        first_bytes(in_pieces(archive(directory("x"))), path="/x", of="it", limit=2)


def test_full_disk_is_one_error_and_leaves_no_half_of_a_file(place: Path) -> None:
    (place / "big").write_text("before")
    octets = archive(directory("d"), file("d/small"), file("d/big", b"x" * 500_000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(NotWritten) as raised:
            unpack(octets, place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)

    assert (raised.value.place, raised.value.why) == (f"{place}/big", "file too large")
    assert (place / "big").read_text() == "before"
    assert names_in(place) == ["big", "small"]


def receive(text: str | Path, *entries: tuple[str, bytes | str | None, str], path: str, **facts: bool) -> CopyReport:
    copied = CopyReport("")
    source = SourcePath(path, **facts)
    HostDestination(str(text)).receive(in_pieces(archive(*entries)), source=source, copied=copied, on_file=lambda: None)
    return copied


DIRECTORY = (directory("d"), file("d/x"))


def test_directory_with_a_new_name(place: Path) -> None:
    copied = receive(place / "new", *DIRECTORY, path="/a/d")
    receive(f"{place}/other/", *DIRECTORY, path="/a/d")

    assert (place / "new" / "x").exists()
    assert (place / "other" / "x").exists()
    assert stat.S_IMODE((place / "new").stat().st_mode) == 0o644  # as the archive has it
    assert (place / "new").stat().st_mtime == 1_000_000_000.5
    assert copied.directories == 1
    assert copied.destination == f"{place}/new"


def test_directory_into_one_that_is_there(place: Path) -> None:
    receive(place, *DIRECTORY, path="/a/named")
    receive(place, *DIRECTORY, path="/a/named")

    assert sorted(path.relative_to(place).as_posix() for path in place.rglob("*")) == ["named", "named/x"]


def test_what_is_in_a_directory_into_one_that_is_there(place: Path) -> None:
    place.chmod(0o711)
    receive(place, *DIRECTORY, path="/a/d", contents_only=True, must_be_directory=True)

    assert names_in(place) == ["x"]
    assert stat.S_IMODE(place.stat().st_mode) == 0o711


def test_file_with_a_new_name_over_one_that_is_there_and_into_a_directory(place: Path) -> None:
    receive(place / "new", file("x"), path="/a/x")
    (place / "old").write_text("old")
    receive(place / "old", file("x"), path="/a/x")
    (place / "in").mkdir()
    copied = receive(place / "in", file("real"), path="/a/x")

    assert [(place / name).read_text() for name in ("new", "old", "in/x")] == ["x", "x", "x"]
    assert copied.destination == f"{place}/in/x"


def test_link_that_the_user_names_is_followed(place: Path) -> None:
    (place / "link").symlink_to("../outside")
    (place / "target").write_text("old")
    (place / "file-link").symlink_to("target")
    (place / "dangling").symlink_to("later")
    receive(place / "link", file("x"), path="/a/x")
    receive(place / "file-link", file("x"), path="/a/x")
    receive(place / "dangling", file("x"), path="/a/x")

    assert (place.parent / "outside" / "x").read_text() == "x"
    assert (place / "file-link").is_symlink()
    assert (place / "target").read_text() == (place / "later").read_text() == "x"


def test_destination_in_the_current_directory(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    receive("new", file("x"), path="/a/x")
    receive("folder", *DIRECTORY, path="/a/x")
    receive(".", file("x"), path="/a/y")

    assert names_in(Path()) == ["folder", "new", "y"]


@pytest.mark.parametrize(
    ("text", "entries", "why"),
    [
        ("nowhere/x", (file("x"),), "there is no directory "),
        ("nowhere/x", DIRECTORY, "there is no directory "),
        ("nowhere/", (file("x"),), "there is no such directory"),
        ("file", DIRECTORY, "it is a file, but the source is a directory"),
        ("file/x", (file("x"),), "not a directory"),
        ("pipe", (file("x"),), "it is neither a file nor a directory"),
        ("full", (file("x"),), "a directory exists with that name"),
    ],
)
def test_destinations_that_are_none(
    place: Path, text: str, entries: tuple[tuple[str, bytes | None, str], ...], why: str
) -> None:
    (place / "file").touch()
    os.mkfifo(place / "pipe")
    (place / "full" / "x").mkdir(parents=True)
    with pytest.raises(NotWritten) as raised:
        receive(f"{place}/{text}", *entries, path="/a/x")

    assert raised.value.why.startswith(why)


def test_file_where_a_directory_is_meant(place: Path) -> None:
    with pytest.raises(NotWritten) as raised:
        receive(place / "new", file("x"), path="/a/x", must_be_directory=True)

    assert raised.value.why == "/a/x of the image is not a directory"


def send(octets: bytes, *, path: str, contents_only: bool, must_be_directory: bool = True) -> bytes:
    source = SourcePath(path, contents_only=contents_only, must_be_directory=must_be_directory)
    return b"".join(stream_out(in_pieces(octets), source=source))


@pytest.mark.parametrize(
    ("contents_only", "names"),
    [(True, [".", "./in", "./in/x", "./l", "./other", "./bad\udcff"]), (False, "d d/in d/in/x d/l d/other".split())],
)
@pytest.mark.parametrize("root", ["real", "/"])
def test_archive_is_sent_without_the_name_of_the_directory(root: str, *, contents_only: bool, names: list[str]) -> None:
    inner = root.rstrip("/")
    octets = archive(
        directory(root),
        directory(f"{inner}/in"),
        file(f"{inner}/in/x", b"content"),
        link(f"{inner}/l", "in/x"),
        hard_link(f"{inner}/other", f"{inner}/in/x"),
        file(f"{inner}/bad\udcff"),
    )
    made = send(octets, path="/a/d", contents_only=contents_only)
    with tarfile.open(fileobj=io.BytesIO(made), encoding="utf-8") as opened:
        found = {member.name: member for member in opened}
        content = opened.extractfile(found[names[4]])
        assert content is not None

        assert list(found)[:5] == names[:5]
        assert content.read() == b"content"
    assert (found[names[3]].linkname, found[names[2]].mtime, found[names[2]].uid) == ("in/x", 1_000_000_000.5, 12345)


def test_archive_is_sent_as_it_is_where_nothing_else_is_asked_for() -> None:
    octets = archive(file("real"))

    assert send(octets, path="/a/x", contents_only=False, must_be_directory=False) == octets


def test_sparse_member_is_sent_with_its_holes(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    with (tmp_path / "d" / "x").open("wb") as made:
        made.write(b"begin")
        made.truncate(3 << 20)
    packed = subprocess.run(["tar", "-S", "--format=gnu", "-C", tmp_path, "-c", "d"], check=True, capture_output=True)
    again = send(packed.stdout, path="/d", contents_only=True)
    subprocess.run(["tar", "-x", "-C", tmp_path], input=again, check=True)

    assert (tmp_path / "x").read_bytes() == (tmp_path / "d" / "x").read_bytes()


def test_file_is_not_sent_where_a_directory_is_meant() -> None:
    with pytest.raises(NotWritten, match=r"/a/x of the image is not a directory"):
        send(archive(file("x")), path="/a/x", contents_only=True)


def test_archive_of_nothing(place: Path) -> None:
    with pytest.raises(ArchiveBroken):
        receive(place / "new", path="/a/x")

    assert not (place / "new").exists()


def test_tree_that_replaces_nothing(place: Path) -> None:
    (place / "x").write_text("old")
    with Tree(str(place), replaces=False) as tree, pytest.raises(FileExistsError):
        extract(members([archive(directory("d"), file("d/x"))]), tree, below=(), copied=CopyReport(""))

    assert (place / "x").read_text() == "old"


def test_links_are_left_out_where_nobody_wants_them(place: Path) -> None:
    with Tree(str(place)) as tree:
        extract(
            members([archive(directory("d"), link("d/l", "x"))]), tree, below=(), copied=CopyReport(""), links=False
        )

    assert names_in(place) == []
