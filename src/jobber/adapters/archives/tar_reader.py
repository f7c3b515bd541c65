"""The members of a tar archive that arrives in pieces, one after the other, in constant memory."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

from jobber.adapters.archives.tar_header import plain_header
from jobber.domain.errors import EngineLost, NotAFile
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PIECE = 1 << 20
_HOLE = bytes(_PIECE)
_END = bytes(tarfile.BLOCKSIZE)
_LONGEST_HEADER = 1 << 24
"""The limit in bytes: a longer header is an attack on jobber's memory."""


class ArchiveBroken(EngineLost):
    """An archive that ends too early, or that is not an archive."""

    def __init__(self, why: str) -> None:
        super().__init__("the reading of an archive", why=why)


class _Source:
    """A forward-only file over pieces of bytes, with the methods that `tarfile` needs to find the members."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")
        self._returned = memoryview(b"")
        self._position = 0
        self.last_read = b""
        """The block that was read last."""

    def tell(self) -> int:
        return self._position

    def seek(self, position: int) -> None:
        while self._position < position and self.take(position - self._position):
            pass

    def read(self, size: int) -> bytes:
        if size > _LONGEST_HEADER:
            raise ArchiveBroken(f"a header of {size} bytes")
        if len(self._rest) >= size and not self._returned:  # nearly always
            self._position += size
            self.last_read = bytes(self._rest[:size])
            self._rest = self._rest[size:]
            return self.last_read
        found = b""
        while len(found) < size and (piece := self.take(size - len(found))):
            found += piece
        self.last_read = found
        return found

    def unread(self, block: bytes) -> None:
        """Return a block that was just read, so that it is read again."""
        self._returned = memoryview(block)
        self._position -= len(block)

    def take(self, size: int) -> memoryview:
        """Return at most `size` bytes of the current piece; empty at the end."""
        if self._returned:
            taken, self._returned = self._returned[:size], self._returned[size:]
            self._position += len(taken)
            return taken
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return self._rest
            self._rest = memoryview(piece)
        taken, self._rest = self._rest[:size], self._rest[size:]
        self._position += len(taken)
        return taken


class _Archive(tarfile.TarFile):
    """A reader of headers, with attributes that the type stubs do not declare."""

    firstmember: tarfile.TarInfo | None
    """The member that `open` has read."""
    members: list[tarfile.TarInfo]


@frozen
class Member:
    """A member; its content can be read until the next member is requested."""

    path: str
    """The path below the first member, whose path is empty; bytes that are not UTF-8 are as in `os.fsdecode`."""
    header: tarfile.TarInfo
    _source: _Source
    _root: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The names in the member's path, including `..`, which no engine sends."""
        return parts_of(self.path)

    def below(self, name: str) -> str:
        """Return another name in the archive in the form of `path`."""
        return _below(self._root, name)

    def chunks(self) -> Iterator[memoryview]:
        """Yield a file's content; use each piece before the next. Raises `ArchiveBroken`."""
        if not self.header.isreg():
            return
        if not self.header.issparse():
            yield from self._take(self.header.size)
            return
        position = 0
        for start, size in [*(self.header.sparse or ()), (self.header.size, 0)]:
            while position < start:
                hole = memoryview(_HOLE)[: start - position]
                position += len(hole)
                yield hole
            yield from self._take(size)
            position = max(position, start + size)  # GNU's list ends with zeros

    def _take(self, size: int) -> Iterator[memoryview]:
        while size > 0:
            chunk = self._source.take(min(size, _PIECE))
            if not chunk:
                raise ArchiveBroken(f"it ends in the middle of {self.header.name}")
            size -= len(chunk)
            yield chunk


def members(pieces: Iterable[bytes]) -> Iterator[Member]:
    """Yield the members of an archive. Raises `ArchiveBroken`, and the errors of the pieces."""
    source = _Source(pieces)
    root = None
    try:
        for header in _headers(source):
            root = header.name.rstrip("/") if root is None else root
            yield Member(_below(root, header.name), header, source, root)
        if source.last_read != _END:  # `tarfile` also treats any other block as the end
            raise ArchiveBroken("it is truncated")
        while source.take(_PIECE):
            pass  # the rest of the last record
    except tarfile.TarError as error:
        raise ArchiveBroken(str(error)) from None


def _headers(source: _Source) -> Iterator[tarfile.TarInfo]:
    """Yield the headers; the content of a member may be read before the next header is requested.

    `tarfile` takes five times as long for a plain header, and archives may have 100,000 of them. It parses all others,
    and the end.
    """
    archive: _Archive | None = None
    following = 0
    while True:
        source.seek(following)
        block = source.read(tarfile.BLOCKSIZE)
        header = None if archive is not None and archive.pax_headers else plain_header(block)
        if header is not None:
            size = header.size if header.isreg() else 0
            following = source.tell() + size + -size % tarfile.BLOCKSIZE
            yield header
            continue
        source.unread(block)
        if archive is None:
            # Not `r|`, which copies each byte twice more; mode `r:` never seeks backwards if read in order.
            archive = _Archive.open(fileobj=source, mode="r:", encoding="utf-8", errors="surrogateescape")  # type: ignore[call-overload]
            header = archive.next() if archive.firstmember is not None else None  # it has read a header
        else:
            archive.offset = source.tell()
            header = archive.next()
        if header is None:
            return
        archive.members.clear()  # otherwise it would keep every member in memory
        following = archive.offset
        yield header


def content_of(pieces: Iterable[bytes], *, path: str, of: str) -> Iterator[memoryview]:
    """Yield the content of the file in an archive; use each piece before the next.

    Raises `NotAFile`, `ArchiveBroken`, and the errors of the pieces.
    """
    for member in members(pieces):
        if not member.header.isreg():
            break
        yield from member.chunks()
        return
    raise NotAFile(of, path=path)


def first_bytes(pieces: Iterable[bytes], *, path: str, of: str, limit: int) -> bytes:
    """Return the first `limit` bytes of the content. Raises the errors of `content_of`."""
    data = bytearray()
    for chunk in content_of(pieces, path=path, of=of):
        data += chunk[: limit - len(data)]
        if len(data) == limit:
            break
    return bytes(data)


def parts_of(path: str) -> tuple[str, ...]:
    """Return the names in a path, without empty ones and `.`."""
    return tuple(part for part in path.split("/") if part not in ("", "."))


def _below(root: str, name: str) -> str:
    if name == root:
        return ""
    return "/".join(parts_of(name.removeprefix(f"{root}/")))
