"""File trees, compared by names, content, link targets and modes."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Kind(Enum):
    """The kind of a directory entry."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    SPECIAL = "special file"
    """A pipe, a socket or a device."""


@frozen
class Entry:
    """The entry at a path; owner and times are left out."""

    kind: Kind
    mode: int = 0
    """The permissions; 0 for a link, which has none."""
    size: int = 0
    """The size of a file in bytes."""
    content: str = ""
    """The content: the digest of a file, the target of a link, or the numbers of a device."""


@frozen
class Difference:
    """A difference at a path."""

    path: str
    """The path relative to the compared directories; empty for the directories themselves."""
    what: str


Tree = dict[str, Entry]
"""A tree: entries by their path relative to the directory; the directory itself has the empty path."""


def differences(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> tuple[Difference, ...]:
    """Return the differences between two directories, sorted by path; empty if they are identical."""
    return tuple(
        Difference(path, what) for path in sorted({*old, *new}) for what in _compared(old.get(path), new.get(path))
    )


def size_of(tree: Mapping[str, Entry]) -> int:
    """Return the total size of all files in a directory, in bytes."""
    return sum(entry.size for entry in tree.values())


def files_in(tree: Mapping[str, Entry]) -> int:
    """Return the number of entries in a directory that are not directories, such as files and links."""
    return sum(entry.kind is not Kind.DIRECTORY for entry in tree.values())


def _compared(old: Entry | None, new: Entry | None) -> Iterator[str]:
    if old is None and new is not None:
        yield f"is new ({new.kind.value})"
    elif new is None and old is not None:
        yield f"is missing ({old.kind.value})"
    elif old is not None and new is not None and old != new:
        yield from _changed(old, new)


def _changed(old: Entry, new: Entry) -> Iterator[str]:
    if old.kind is not new.kind:
        yield f"was a {old.kind.value}, and is a {new.kind.value}"
        return
    if old.size != new.size:
        yield f"had {old.size} bytes, and has {new.size}"
    elif old.content != new.content:
        if old.kind is Kind.LINK:
            yield f"led to {old.content}, and leads to {new.content}"
        else:
            yield "has the same size and another content" if old.kind is Kind.FILE else "is another device"
    if old.mode != new.mode:
        yield f"had mode {old.mode:04o}, and has {new.mode:04o}"
