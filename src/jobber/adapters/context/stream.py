"""A directory as a tar archive that is sent as it is made; nothing is written to disk first."""

from __future__ import annotations

import os
import secrets
import stat
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.context.ignore import Ignore, parse_ignore
from jobber.domain.errors import BuildFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 18
_BLOCK = 512
_BATCH = 1 << 18
_MODE = 0o7777
_LONGEST_PLAIN_NAME = 99
_LARGEST_PLAIN_NUMBER = 1 << 33
_IGNORE_FILE = ".dockerignore"
DOCKER_IGNORE_FILES = (_IGNORE_FILE,)
PODMAN_IGNORE_FILES = (".containerignore", _IGNORE_FILE)


@dataclass(slots=True)
class ContextStream:
    """The context of one build."""

    root: Path
    dockerfile: Path
    ignore_files: tuple[str, ...] = DOCKER_IGNORE_FILES
    """Names to look for in the context; the first that is there counts."""
    name: str = field(init=False)
    """What the Dockerfile is called in the archive."""
    ignore: Ignore = field(init=False)
    """What the ignore file leaves out; the builder itself gets the Dockerfile and that file all the same."""
    _ignore: Ignore = field(init=False)
    _extra: dict[str, bytes] = field(init=False, default_factory=dict)
    _links: dict[tuple[int, int], str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Look at the Dockerfile and the ignore file. Raises `UsageError`."""
        inside = self._inside_context()
        ignore_file, text = self._read_ignore_file(inside)
        self.ignore = ignore = parse_ignore(text, name=ignore_file)
        if inside is not None:
            self.name = inside
            self._ignore = ignore.sparing(ignore_file, inside)
            if len(self.ignore_files) > 1 and ignore_file not in self.ignore_files:
                self._send_ignore_file(text, is_users=False)  # Podman 5 would go by the context's instead
            return
        # A Dockerfile from elsewhere goes under a name that nobody has, and that nothing copies.
        self.name = f".dockerfile.{secrets.token_hex(10)}"
        self._ignore = ignore.sparing(ignore_file)
        self._extra[self.name] = self._read(self.dockerfile)
        is_users = ignore_file == self.ignore_files[0] and (self.root / ignore_file).is_file()
        self._send_ignore_file(f"{text}\n{self.name}", is_users=is_users)

    def _send_ignore_file(self, text: str, *, is_users: bool) -> None:
        """Have the engine go by this text; a file that is not the user's ignores itself."""
        sent = self.ignore_files[0]
        text = f"{text}\n" if is_users else f"{text}\n{sent}\n"
        self._extra[sent] = text.encode("utf-8", "surrogateescape")

    def chunks(self) -> Iterator[bytes]:
        """The archive. Raises `BuildFailed` for what can't be read, or changes while it is."""
        batch = bytearray()
        for piece in self._members():
            batch += piece
            if len(batch) >= _BATCH:
                yield bytes(batch)
                batch.clear()
        yield bytes(batch) + bytes(2 * _BLOCK)

    def _members(self) -> Iterator[bytes]:
        for name, contents in self._extra.items():
            member = tarfile.TarInfo(name)
            member.size = len(contents)
            yield member.tobuf(tarfile.PAX_FORMAT) + contents + bytes(-len(contents) % _BLOCK)
        yield from self._directory("", str(self.root))

    def _directory(self, prefix: str, path: str) -> Iterator[bytes]:
        try:
            entries = sorted(os.scandir(path), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            raise _unreadable(path, error) from None
        for entry in entries:
            name = prefix + entry.name
            if name in self._extra:
                continue
            is_directory = entry.is_dir(follow_symlinks=False)
            if self._ignore.patterns and self._ignore.ignores(name):
                if is_directory and self._ignore.may_except_below(name):
                    yield from self._directory(name + "/", entry.path)
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # gone since the directory was read
            if is_directory:
                yield _header(name + "/", status, b"5")
                yield from self._directory(name + "/", entry.path)
            else:
                yield from self._file(name, entry.path, status)

    def _file(self, name: str, path: str, status: os.stat_result) -> Iterator[bytes]:
        mode = status.st_mode
        if stat.S_ISLNK(mode):
            yield _header(name, status, b"2", target=os.readlink(path))  # noqa: PTH115 - Path tidies it up
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
        # sockets mean nothing in an image, and devices are not for builds to bring along

    def _read_ignore_file(self, inside: str | None) -> tuple[str, str]:
        """Name in the archive and text of the ignore file: the Dockerfile's own, else the context's."""
        own = self.dockerfile.with_name(f"{self.dockerfile.name}.dockerignore")
        candidates = [(self.root / name, name) for name in self.ignore_files]
        candidates.insert(0, (own, f"{inside}.dockerignore" if inside else self.ignore_files[0]))
        for path, name in candidates:
            if path.is_file():
                return name, self._read(path).decode("utf-8", "surrogateescape")
        return _IGNORE_FILE, ""

    def _inside_context(self) -> str | None:
        """The Dockerfile's path in the context; None where it lies elsewhere. A link is followed only up to it."""
        file = Path(os.path.abspath(self.dockerfile))  # noqa: PTH100 - must not follow the last link
        try:
            relative = (file.parent.resolve() / file.name).relative_to(self.root.resolve())
        except ValueError:
            return None
        if file.is_symlink() and not file.resolve().is_relative_to(self.root.resolve()):
            return None
        return relative.as_posix()

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path} can't be read: {(error.strerror or str(error)).lower()}") from None


def _contents(path: str, size: int) -> Iterator[bytes]:
    """The bytes of a file, exactly as many as its header says, filled up to whole blocks."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(path, error) from None
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
    """A member's header, owned by root as `docker build` sends it; by hand, for it is made 20,000 times."""
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


def _unreadable(path: str, error: OSError) -> BuildFailed:
    failed = BuildFailed(why=f"{path} can't be read: {(error.strerror or str(error)).lower()}")
    failed.hint = "make it readable, or leave it out by .dockerignore"
    return failed
