"""The position in the engine's log that matches the output already received.

The log may have lost its beginning, or may lag behind the received output.
"""

from __future__ import annotations

TAIL = 1 << 16
"""The number of bytes, at the end of the received output, that determine the position regardless of earlier bytes."""
BEGINNING = 1 << 10
"""The number of bytes, at the start of the received output, that show whether a log still has its beginning."""
_TELLING = 32
"""The minimum length, in bytes, of a match: shorter matches may be accidental."""


class PlaceInLog:
    """The position in one stream of a log at which the received output ends.

    If there is more than one such position, the first is used: repeated output is better than missing output.
    """

    def __init__(self, *, heard: int, beginning: bytes, tail: bytes) -> None:
        """Look for `tail`, the last of `heard` bytes, the first of which are `beginning`."""
        self._heard = heard
        self._beginning = beginning
        self._tail = tail
        self._length = 0
        self._head = b""
        """The part of the log's beginning that the tail may contain."""
        self._counted = b""
        """The bytes at the tail's position in a log that has lost nothing."""
        self._held = b""
        """The last bytes read, at most as many as the tail has."""
        self._end: int | None = None

    def read(self, chunk: bytes) -> None:
        """Process the next bytes of the log."""
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
        """Return the number of the log's bytes that were already received; None if there is no trace of them.

        The number includes bytes that are missing in the log if the log lags behind.
        """
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
        """Return whether the log may be complete: a job that repeats the same output has many matching positions."""
        begins = self._beginning.startswith(self._head[: len(self._beginning)])
        return bool(self._head) and begins and self._tail.startswith(self._counted)

    def _behind(self) -> int | None:
        """Return the position for a log that ends within the tail."""
        common = _overlap(self._held, self._tail)
        return self._length - common + len(self._tail) if common >= _TELLING else None

    def _within(self) -> int | None:
        """Return the position for a log that begins within the tail."""
        size = len(self._tail)
        if _TELLING <= self._length <= size and (at := self._tail.rfind(self._head)) >= 0:
            return size - at
        common = _overlap(self._tail, self._head)
        return common if common >= _TELLING else None


def _overlap(first: bytes, second: bytes) -> int:
    """Return the number of bytes at the end of `first` that are the beginning of `second` (Knuth, Morris, Pratt)."""
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
