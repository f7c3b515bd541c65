"""The search for the end of the received output in a log that may have lost its beginning."""

from __future__ import annotations

import re
from collections import deque

from jobber.adapters.job_stream.received_output import ExpectedOutput, common_size, comparable
from jobber.domain.values import frozen

_SAMPLE = 1 << 12
"""The number of bytes to search for; in a repetitive log, their first place is used."""
_LEAST = 32
"""The minimum number of bytes that the log and the output have in common: fewer may be the same by chance."""


@frozen
class LogPlace:
    """The place of a record in one stream of a log."""

    offset: int
    moment: bytes
    size: int
    """The number of bytes in earlier records with the same time stamp."""


class LogSearch:
    """The search in one stream of a log, which is added record by record."""

    def __init__(self, expected: ExpectedOutput) -> None:
        """Search for output that was received."""
        self.expected = expected
        self.place: LogPlace | None = None
        """The record in which the expected output begins."""
        self._sample = comparable(expected.tail, is_text=expected.is_text)[:_SAMPLE]
        self._head = b""
        self._window = bytearray()
        self._start = 0
        """The number of bytes of the log before the window."""
        self._places: deque[LogPlace] = deque([LogPlace(0, b"", 0)])
        """The places of the records in the window."""
        self._size = 0
        """The number of bytes with the time stamp of the last record."""
        self._found: int | None = None

    def add(self, moment: bytes, content: bytes) -> None:
        """Search the next record."""
        self._size = self._size if moment == self._places[-1].moment else 0
        self._places.append(LogPlace(self._start + len(self._window), moment, self._size))
        self._size += len(content)
        self._head += content[: _SAMPLE - len(self._head)]
        self._window += comparable(content, is_text=self.expected.is_text)
        if len(self._window) > 4 * _SAMPLE:
            self._scan()

    def finish(self) -> bool:
        """Let `expected` begin at `place`, or in a log without a place at its beginning; return False if it is lost."""
        self._scan(is_end=True)
        if self._found is not None:
            self.expected.before = self._found - (self.place.offset if self.place else 0)
            return True
        tail = self.expected.tail
        outputs = (tail[line.start() :] for line in re.finditer(rb"(?m)^", tail[:-_LEAST]))
        self.expected.before, self.expected.tail = 0, next(filter(self._continues, outputs), b"")
        return bool(self.expected.tail)

    def _continues(self, output: bytes) -> bool:
        """Return whether the log begins with this output, or with the first of it."""
        known, end = common_size(output[:_SAMPLE], self._head)
        return known >= _LEAST and (known == len(output) or end == len(self._head))

    def _scan(self, *, is_end: bool = False) -> None:
        at = self.expected.before - self._start
        is_here = 0 <= at <= len(self._window) and self._window.startswith(self._sample, at)
        if is_end and 0 <= at <= len(self._window):  # a line that has not ended is not in the log yet
            ended = min(_LEAST, self._sample.rfind(b"\n") + 1)
            is_here |= len(self._window) - at >= ended and self._sample.startswith(self._window[at:])
        if not is_here and self._found is None:
            at = self._window.find(self._sample) if self._sample else -1
        if is_here or (self._found is None and at >= 0):  # a log that has lost nothing has it where it was received
            self._found = self._start + at
            # the place after a byte that is counted, in the record of that byte: the next may have none to count
            earlier = (place for place in reversed(self._places) if place.offset < self._found)
            place = next(earlier, self._places[0])
            self.place = place if place.moment else None
        surplus = max(0, len(self._window) - len(self._sample))
        del self._window[:surplus]
        self._start += surplus
        while len(self._places) > 1 and self._places[1].offset < self._start:
            self._places.popleft()
