"""A directory with all that is in it, as two runs are compared by: content, names, targets of links, modes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Kind(Enum):
    """What can be in a directory."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    SPECIAL = "special file"
    """A pipe, a socket, a device."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is at a path; who owns it and when it was made is left out."""

    kind: Kind
    mode: int = 0
    """Permissions; 0 for a link, which has none."""
    size: int = 0
    """Bytes of a file."""
    content: str = ""
    """The digest of a file's content, the target of a link, the numbers of a device."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs at a path."""

    path: str
    """Below the directories that were compared; empty for themselves."""
    what: str


Tree = dict[str, Entry]
"""All that is in a directory by its path in it, itself with the empty path."""


def differences(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> tuple[Difference, ...]:
    """What differs between two directories, by path; nothing where they are the same byte for byte."""
    return tuple(
        Difference(path, what) for path in sorted({*old, *new}) for what in _compared(old.get(path), new.get(path))
    )


def size_of(tree: Mapping[str, Entry]) -> int:
    """The bytes of all files of a directory."""
    return sum(entry.size for entry in tree.values())


def files_in(tree: Mapping[str, Entry]) -> int:
    """How many files and links are in a directory."""
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
