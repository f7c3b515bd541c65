"""Find where in an engine's log we are: the log may have lost its beginning, and may be behind what we have heard."""

from __future__ import annotations

TAIL = 1 << 16
"""So many bytes, the last that were heard, say where we are, whatever was before them."""
BEGINNING = 1 << 10
"""So many bytes, the first that were heard, say whether a log still has its beginning."""
_TELLING = 32
"""Fewer bytes than these may be alike by chance."""


class PlaceInLog:
    """Where in one stream of a log that ends which was heard.

    Where that can be in more than one place, the first counts: better twice than never.
    """

    def __init__(self, *, heard: int, beginning: bytes, tail: bytes) -> None:
        """Look for `tail`, the last of so many bytes, of which `beginning` are the first."""
        self._heard = heard
        self._beginning = beginning
        self._tail = tail
        self._length = 0
        self._head = b""
        """As much of the log's beginning as may be in our tail."""
        self._counted = b""
        """What is where the tail is in a log that has lost nothing."""
        self._held = b""
        """The last that was read: as much as may be in our tail."""
        self._end: int | None = None

    def read(self, chunk: bytes) -> None:
        """Look at the next bytes of the log."""
        size, start = len(self._tail), self._length
        self._length += len(chunk)
        self._head += chunk[: max(0, max(size, len(self._beginning)) - len(self._head))]
        first = max(0, self._heard - size - start)
        self._counted += chunk[first : max(first, self._heard - start)]
        held = self._held + chunk
        if self._end is None and size and (at := held.find(self._tail)) >= 0:
            self._end = self._length - len(held) + at + size
        self._held = held[max(0, len(held) - size) :]

    def found(self) -> int | None:
        """How many of the log's bytes were heard, or will have been when the log has caught up; None for no trace."""
        if not self._tail:
            return 0
        is_whole = self._may_be_whole()
        if is_whole and self._counted == self._tail:
            return self._heard
        if self._end is not None:
            return self._end
        if is_whole and self._counted:
            return self._heard
        return self._behind() or self._within() or (self._heard if is_whole else None)

    def _may_be_whole(self) -> bool:
        """Whether the log may have lost nothing: a job that says the same again and again has many such places."""
        begins = self._beginning.startswith(self._head[: len(self._beginning)])
        return bool(self._head) and begins and self._tail.startswith(self._counted)

    def _behind(self) -> int | None:
        """For a log that ends in our tail."""
        common = _overlap(self._held, self._tail)
        return self._length - common + len(self._tail) if common >= _TELLING else None

    def _within(self) -> int | None:
        """For a log that begins in our tail."""
        size = len(self._tail)
        if _TELLING <= self._length <= size and (at := self._tail.rfind(self._head)) >= 0:
            return size - at
        common = _overlap(self._tail, self._head)
        return common if common >= _TELLING else None


def _overlap(first: bytes, second: bytes) -> int:
    """How many bytes at the end of the one are the beginning of the other; by Knuth, Morris and Pratt."""
    borders = [0] * len(second)
    length = 0
    for at in range(1, len(second)):
        while length and second[at] != second[length]:
            length = borders[length - 1]
        length += second[at] == second[length]
        borders[at] = length
    length = 0
    for octet in first[max(0, len(first) - len(second)) :]:
        while length and (length == len(second) or octet != second[length]):
            length = borders[length - 1]
        length += bool(second) and octet == second[length]
    return length
