"""Directories read out of archives."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Generator
from hashlib import sha256

import pytest

from jobber.adapters.archives.file_tree import read_tree
from jobber.domain.errors import EngineLost
from jobber.domain.files.file_tree import Entry, Kind


def _member(name: str, **facts: object) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    for fact, value in facts.items():
        setattr(member, fact, value)
    return member


def _archive(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return octets.getvalue()


def _pieces(octets: bytes, *, size: int) -> Generator[bytes]:
    yield from (octets[start : start + size] for start in range(0, len(octets), size))


@pytest.mark.parametrize("size", [1, 700, 1 << 20])
@pytest.mark.parametrize("root", ["model", "./model/", "/"])
def test_everything_in_a_directory_is_read(root: str, size: int) -> None:
    def below(name: str) -> str:
        return f"{root.rstrip('/')}/{name}"

    octets = _archive(
        (_member(root, type=tarfile.DIRTYPE, mode=0o755), b""),
        (_member(below("a b"), mode=0o4640, mtime=5, uid=7), b"text"),
        (_member(below("second"), type=tarfile.LNKTYPE, linkname=below("a b")), b""),
        (_member(below("link"), type=tarfile.SYMTYPE, linkname="../x", mode=0o777), b""),
        (_member(below("pipe"), type=tarfile.FIFOTYPE, mode=0o600), b""),
        (_member(below("ü/deep")), b""),
    )
    text = Entry(Kind.FILE, 0o4640, 4, sha256(b"text").hexdigest())

    assert read_tree(_pieces(octets, size=size)) == {
        "": Entry(Kind.DIRECTORY, 0o755),
        "a b": text,
        "second": text,
        "link": Entry(Kind.LINK, content="../x"),
        "pipe": Entry(Kind.SPECIAL, 0o600, content="b'6' 0:0"),
        "ü/deep": Entry(Kind.FILE, 0o644, 0, sha256(b"").hexdigest()),
    }


def test_a_file_is_a_tree_of_itself() -> None:
    assert [*read_tree(_pieces(_archive((_member("x"), b"X")), size=512))] == [""]


def test_an_archive_that_is_cut_short_is_told() -> None:
    octets = _archive((_member("x"), b"X" * 5000))
    with pytest.raises(EngineLost):
        read_tree(_pieces(octets[:2000], size=512))
