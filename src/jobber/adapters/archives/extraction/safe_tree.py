"""A directory in which files are created, and never outside it.

Every name is looked up in an open directory, and no link on the way to it is followed. Nothing is written outside the
directory, whatever an archive contains: links and files below them, `..`, absolute names, hard links. The same holds if
another process changes the directory meanwhile.

`tarfile`'s extraction filters compare paths instead, which was circumvented more than once. They neither replace a file
atomically nor report the members that they leave out.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

from jobber.domain.display import unambiguous
from jobber.domain.errors import NotWritten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Parts = tuple[str, ...]

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_IN_PROGRESS = 0o700
_PLAIN = 0o755
_SOME = b"\0" * (1 << 16)


class Tree:
    """A local directory. Close it, or use it in a `with` statement."""

    def __init__(self, root: str, *, replaces: bool = True, is_new: bool = False) -> None:
        """Open an existing directory; with `replaces`, files and links in the way are replaced.

        A directory that `is_new` gets its mode and time from the archive. Raises `OSError`.
        """
        self.root = root
        self._is_new = is_new
        self._replaces = replaces
        self._open = [os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
        self._names: list[str] = []
        """The open directories below the root, each inside the previous one."""
        self._made: list[tuple[Parts, int, float]] = []
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the directory."""
        while self._open:
            os.close(self._open.pop())

    def place(self, parts: Parts) -> str:
        """Return a path in printable form for messages."""
        return unambiguous(os.path.join(self.root, *parts))  # noqa: PTH118 - an empty root is the current directory

    def directory(self, parts: Parts, *, mode: int, modified: float) -> bool:
        """Create a directory and return whether it did not exist; `finish` sets its mode and time."""
        if not parts:
            if self._is_new:
                self._made.append((parts, mode, modified))
            return self._is_new
        with self._naming_errors(parts):
            if not self._make_directory(self._walk(parts[:-1]), parts[-1]):
                return False
        self._made.append((parts, mode, modified))
        return True

    def file(self, parts: Parts, chunks: Iterable[memoryview], *, mode: int, modified: float) -> int:
        """Create a file, atomically once it is complete, and return its size in bytes. Zeros become holes."""
        with self._naming_errors(parts):
            folder = self._walk(parts[:-1])
            self._check_room(folder, parts[-1])
            temporary = self._temporary()
            descriptor = os.open(temporary, _NEW, 0o600, dir_fd=folder)
            try:
                with _closing(descriptor):
                    size = _write(descriptor, chunks)
                    os.fchmod(descriptor, mode)
                    _set_time(descriptor, modified)
                self._put(folder, temporary, parts[-1])
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise
        return size

    def link(self, parts: Parts, target: str, *, modified: float) -> None:
        """Create a symbolic link with any target: jobber never follows it."""
        with self._naming_errors(parts):
            folder = self._walk(parts[:-1])
            self._check_room(folder, parts[-1])
            temporary = self._temporary()
            os.symlink(_encoded(target), temporary, dir_fd=folder)
            self._put(folder, temporary, parts[-1])
            with suppress(OSError, OverflowError, NotImplementedError):
                os.utime(_encoded(parts[-1]), (modified, modified), dir_fd=folder, follow_symlinks=False)

    def hard_link(self, parts: Parts, other: Parts) -> bool:
        """Create a hard link to a file in the tree; return False if there is no such file."""
        with self._naming_errors(parts):
            try:
                there = os.dup(self._walk(other[:-1], makes=False))
            except OSError:
                return False
            with _closing(there):
                folder = self._walk(parts[:-1])
                self._check_room(folder, parts[-1])
                temporary = self._temporary()
                try:
                    os.link(_encoded(other[-1]), temporary, src_dir_fd=there, dst_dir_fd=folder, follow_symlinks=False)
                except FileNotFoundError:
                    return False
                self._put(folder, temporary, parts[-1])
                with suppress(FileNotFoundError):  # `rename` leaves two names of the same file as they are
                    os.unlink(temporary, dir_fd=folder)
        return True

    def pipe(self, parts: Parts, *, mode: int, modified: float) -> None:
        """Create a named pipe."""
        with self._naming_errors(parts):
            folder = self._walk(parts[:-1])
            self._check_room(folder, parts[-1])
            temporary = self._temporary()
            os.mkfifo(temporary, mode, dir_fd=folder)
            self._put(folder, temporary, parts[-1])
            with suppress(OSError, OverflowError):
                os.utime(_encoded(parts[-1]), (modified, modified), dir_fd=folder, follow_symlinks=False)

    def finish(self) -> None:
        """Set the modes and times of the created directories, inner ones first."""
        for parts, mode, modified in reversed(self._made):
            with self._naming_errors(parts, is_directory=True):
                folder = self._walk(parts, makes=False)
                os.fchmod(folder, mode)
                _set_time(folder, modified)
        self._made.clear()

    def _walk(self, parts: Parts, *, makes: bool = True) -> int:
        """Return the descriptor of a directory, which the tree owns; missing directories on the way are created."""
        common = 0
        while common < min(len(parts), len(self._names)) and parts[common] == self._names[common]:
            common += 1
        while len(self._names) > common:
            os.close(self._open.pop())
            self._names.pop()
        for name in parts[common:]:
            if makes:
                self._make_directory(self._open[-1], name, mode=_PLAIN)
            self._open.append(os.open(_encoded(name), _DIRECTORY, dir_fd=self._open[-1]))
            self._names.append(name)
        return self._open[-1]

    def _make_directory(self, folder: int, name: str, *, mode: int = _IN_PROGRESS) -> bool:
        try:
            os.mkdir(_encoded(name), mode, dir_fd=folder)
        except FileExistsError:
            found = os.stat(_encoded(name), dir_fd=folder, follow_symlinks=False).st_mode
            if not stat.S_ISDIR(found):
                kind = "a link" if stat.S_ISLNK(found) else "something"
                raise _Blocked(f"{kind} exists in place of a directory") from None
            return False
        return True

    def _check_room(self, folder: int, name: str) -> None:
        """Raise `_Blocked` for a directory in the place of another kind of file, and `FileExistsError`."""
        try:
            found = os.stat(_encoded(name), dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return
        if stat.S_ISDIR(found.st_mode):
            raise _Blocked("a directory exists with that name")
        if not self._replaces:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)

    def _put(self, folder: int, temporary: str, name: str) -> None:
        os.replace(temporary, _encoded(name), src_dir_fd=folder, dst_dir_fd=folder)

    def _temporary(self) -> str:
        """Return an unused name for an incomplete file."""
        self._number += 1
        return f".jobber-{os.getpid()}-{self._number}"

    @contextmanager
    def _naming_errors(self, parts: Parts, *, is_directory: bool = False) -> Iterator[None]:
        """Raise `NotWritten` for the system's errors, and if the root is to be anything but a directory."""
        if not parts and not is_directory:
            raise NotWritten(self.place(parts), why="a directory exists with that name")
        if any(part in ("", ".", "..") or "\0" in part for part in parts):
            raise NotWritten(self.place(parts), why="it would be outside the destination")
        try:
            yield
        except _Blocked as error:
            raise NotWritten(self.place(parts), why=error.why) from None
        except FileExistsError:
            raise
        except OSError as error:
            in_the_way = error.errno in (errno.ELOOP, errno.ENOTDIR)
            why = "a parent directory does not exist" if in_the_way else (error.strerror or str(error)).lower()
            raise NotWritten(self.place(parts), why=why) from None


class _Blocked(Exception):
    """A file in the way that can't be replaced."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@contextmanager
def _closing(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)


def _write(descriptor: int, chunks: Iterable[memoryview]) -> int:
    size = 0
    ends_in_hole = False
    for chunk in chunks:
        size += len(chunk)
        ends_in_hole = _is_zero(chunk)
        if ends_in_hole:
            os.lseek(descriptor, len(chunk), os.SEEK_CUR)
            continue
        rest = chunk
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    if ends_in_hole:
        os.ftruncate(descriptor, size)
    return size


def _is_zero(chunk: memoryview) -> bool:
    if chunk[0] or chunk[-1]:
        return False
    return all(_SOME.startswith(bytes(chunk[at : at + len(_SOME)])) for at in range(0, len(chunk), len(_SOME)))


def _set_time(descriptor: int, modified: float) -> None:
    with suppress(OSError, OverflowError):
        os.utime(descriptor, (modified, modified))


def _encoded(name: str) -> bytes:
    """Return a name in the bytes of the archive, regardless of the local locale."""
    return name.encode("utf-8", "surrogateescape")
