"""Plain headers are parsed as `tarfile` parses them; all others are left to it."""

from __future__ import annotations

import io
import tarfile
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.adapters.archives.tar_header import plain_header
from jobber.adapters.archives.tar_reader import members

_NAMES = st.text(st.sampled_from("ab/ .\u00fc\udcff"), min_size=1, max_size=250)
_FACTS = ("name", "mode", "uid", "gid", "size", "mtime", "type", "linkname", "uname", "gname")


@st.composite
def headers(draw: st.DrawFn) -> tarfile.TarInfo:
    member = tarfile.TarInfo(draw(_NAMES))
    member.type = draw(
        st.sampled_from((tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE))
    )
    member.mode, member.uid = draw(st.integers(0, 0o7777)), draw(st.integers(0, 1 << 24))
    member.size, member.mtime = draw(st.integers(0, 1 << 34)), draw(st.integers(0, 1 << 34))
    member.uname = draw(st.sampled_from(("", "root")))
    if member.type in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        member.linkname = draw(_NAMES)
    return member


def facts(header: tarfile.TarInfo) -> list[object]:
    return [getattr(header, name) for name in _FACTS]


@given(headers(), st.sampled_from((tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)))
def test_plain_header_is_as_tarfile_reads_it(header: tarfile.TarInfo, form: Literal[0, 1, 2]) -> None:
    try:
        block = header.tobuf(form, "utf-8", "surrogateescape")
    except (ValueError, UnicodeEncodeError):  # it does not fit into a header of this format
        return
    found = plain_header(block[:512])

    if found is not None and len(block) == 512:
        theirs = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        theirs.name = theirs.name.rstrip("/") if theirs.isdir() else theirs.name
        assert facts(found) == facts(theirs)


@pytest.mark.parametrize(
    "damage", [(0, b"y"), (257, b"USTAR"), (124, b"8"), (124, b"1 2"), (156, b"g"), (148, b"\x80")]
)
def test_damaged_header_is_no_plain_one(damage: tuple[int, bytes]) -> None:
    block = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT))
    at, octets = damage
    assert plain_header(bytes(block)) is not None
    block[at : at + len(octets)] = octets

    assert plain_header(bytes(block)) is None
    assert plain_header(bytes(512)) is None
    assert plain_header(b"") is None


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("size", [1, 100, 511, 512, 1 << 20])
@pytest.mark.parametrize("is_global", [False, True])
def test_plain_and_other_headers_alternate(form: int, size: int, *, is_global: bool) -> None:
    octets = io.BytesIO()
    names = ["out", "out/a", f"out/{'n' * 90}/{'m' * 90}", "out/b", f"out/{'o' * 150}" if form else "out/o", "out/c"]
    given_ = {"comment": "x"} if is_global and form == tarfile.PAX_FORMAT else None
    with tarfile.open(fileobj=octets, mode="w", format=form, pax_headers=given_) as archive:
        for number, name in enumerate(names):
            member = tarfile.TarInfo(name)
            member.size = number * 300
            archive.addfile(member, io.BytesIO(bytes([number]) * member.size))
    whole = octets.getvalue().rstrip(b"\0")
    whole += bytes(-len(whole) % 512 + 1024)  # as Go writes it, without padding to a record
    pieces = (whole[start : start + size] for start in range(0, len(whole), size))
    skipped, found = [], {}
    for entry in members(pieces):
        skipped.append(entry.header.name)
        if len(skipped) % 2:
            found[entry.header.name] = b"".join(bytes(chunk) for chunk in entry.chunks())

    assert skipped == names
    assert found == {name: bytes([n]) * (n * 300) for n, name in enumerate(names) if n % 2 == 0}
