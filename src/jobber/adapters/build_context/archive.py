"""Tar archives of directories, created while they are sent; nothing is written to disk first."""

from __future__ import annotations

import os
import posixpath
import stat
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.errors import BuildFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from jobber.adapters.build_context.ignore import Ignore

_CHUNK = 1 << 18
_BLOCK = 512
_BATCH = 1 << 18
_MODE = 0o7777
_LONGEST_PLAIN_NAME = 99
_LARGEST_PLAIN_NUMBER = 1 << 33


@dataclass(slots=True)
class ContextArchive:
    """An archive of a directory without the ignored files, and with files that jobber adds."""

    root: Path
    ignore: Ignore
    added: Mapping[str, bytes] = field(default_factory=dict)
    """Contents of added files by name in the archive; they replace the directory's files of the same names."""
    _links: dict[tuple[int, int], str] = field(init=False, default_factory=dict)

    def chunks(self) -> Iterator[bytes]:
        """Yield the archive in pieces.

        Raises `BuildFailed` for files that cannot be read, or that change while they are read.
        """
        batch = bytearray()
        for piece in self._members():
            batch += piece
            if len(batch) >= _BATCH:
                yield bytes(batch)
                batch.clear()
        yield bytes(batch) + bytes(2 * _BLOCK)

    def _members(self) -> Iterator[bytes]:
        for name, contents in self.added.items():
            member = tarfile.TarInfo(name)
            member.size = len(contents)
            yield member.tobuf(tarfile.PAX_FORMAT) + contents + bytes(-len(contents) % _BLOCK)
        for name, path, status in self.entries("", str(self.root)):
            if stat.S_ISDIR(status.st_mode):
                yield _header(name + "/", status, b"5")
            else:
                yield from self._file(name, path, status)

    def check_links(self) -> None:
        """Check that no link points outside the directory, for engines that reject such links. Raises `BuildFailed`."""
        for name, path, status in self.entries("", str(self.root)):
            if stat.S_ISLNK(status.st_mode):
                check_link(path, name, os.readlink(path))  # noqa: PTH115 - Path would normalize the target

    def entries(self, prefix: str, path: str) -> Iterator[tuple[str, str, os.stat_result]]:
        """Yield the name in the archive, path and status of each file to send, directories before their content."""
        try:
            entries = sorted(os.scandir(path), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            raise unreadable(path, error) from None
        for entry in entries:
            name = prefix + entry.name
            if name in self.added:
                continue
            is_directory = entry.is_dir(follow_symlinks=False)
            if self.ignore.patterns and self.ignore.ignores(name):
                if is_directory and self.ignore.may_except_below(name):
                    yield from self.entries(name + "/", entry.path)
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # removed since the directory was read
            yield name, entry.path, status
            if is_directory:
                yield from self.entries(name + "/", entry.path)

    def _file(self, name: str, path: str, status: os.stat_result) -> Iterator[bytes]:
        mode = status.st_mode
        if stat.S_ISLNK(mode):
            yield _header(name, status, b"2", target=os.readlink(path))  # noqa: PTH115 - Path would normalize the target
        elif stat.S_ISREG(mode):
            if status.st_nlink > 1:
                first = self._links.setdefault((status.st_dev, status.st_ino), name)
                if first != name:
                    yield _header(name, status, b"1", target=first)
                    return
            yield _header(name, status, b"0", size=status.st_size)
            yield from _contents(path, status.st_size)
        elif stat.S_ISFIFO(mode):
            yield _header(name, status, b"6")
        # sockets are meaningless in an image, and a build context must not contain devices


def _contents(path: str, size: int) -> Iterator[bytes]:
    """Yield exactly the number of bytes given in the header, padded to whole blocks."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise unreadable(path, error) from None
    try:
        left = size
        while left:
            chunk = os.read(descriptor, min(left, _CHUNK))
            if not chunk:
                raise BuildFailed(why=f"{path} became shorter while it was read")
            left -= len(chunk)
            yield chunk
    finally:
        os.close(descriptor)
    if size % _BLOCK:
        yield bytes(-size % _BLOCK)


def _header(name: str, status: os.stat_result, kind: bytes, *, size: int = 0, target: str = "") -> bytes:
    """Return the header of a member, owned by root as with `docker build`.

    It is assembled by hand for speed, because a context may have 20,000 members.
    """
    raw, link = os.fsencode(name), os.fsencode(target)
    mtime = max(0, int(status.st_mtime))
    plain = max(len(raw), len(link)) <= _LONGEST_PLAIN_NAME and max(size, mtime) < _LARGEST_PLAIN_NUMBER
    if not plain or not (raw.isascii() and link.isascii()):
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, mtime, status.st_mode & _MODE
        member.type, member.linkname = kind, target
        return member.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    head = b"%-100b%07o\0%07o\0%07o\0%011o\0%011o\0        %b%b" % (
        raw.ljust(100, b"\0"),
        status.st_mode & _MODE,
        0,
        0,
        size,
        mtime,
        kind,
        link.ljust(100, b"\0"),
    )
    block = bytearray((head + b"ustar\x0000").ljust(_BLOCK, b"\0"))
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def unreadable(path: str, error: OSError) -> BuildFailed:
    """Return the error for a file of the context that cannot be read."""
    failed = BuildFailed(why=f"{path} can't be read: {(error.strerror or str(error)).lower()}")
    failed.hint = "make it readable, or exclude it in .dockerignore"
    return failed


def check_link(path: str, name: str, target: str) -> None:
    """Check that a link in the archive does not point above its root. Raises `BuildFailed`."""
    if leads_out(name, target):
        raise link_out(path, target)


def leads_out(name: str, target: str) -> bool:
    """Return whether a relative link points above the root of the archive, from its text only."""
    place = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    return not target.startswith("/") and place.split("/")[0] == ".."


def link_out(path: str, target: str) -> BuildFailed:
    """Return the error for a link that the engine rejects."""
    failed = BuildFailed(why=f"{path} links to {target} outside the build context, which the engine does not accept")
    failed.hint = "exclude it in .dockerignore, or copy the files that it links to into the context"
    return failed
