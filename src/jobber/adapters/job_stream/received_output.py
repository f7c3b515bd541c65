"""The output that was received over the attach stream, which has no time stamps: its end in the engine's log.

jobber counts the bytes. The last of them are compared with the log, which may not contain them yet: Docker logs a line
when it has ended.
"""

from __future__ import annotations

from collections import deque
from itertools import accumulate

TAIL = 1 << 16
"""The number of bytes, at the end of the received output, that are kept at least."""
_LONGEST_TAIL = 1 << 20
"""The number of bytes that are kept at most, if the output has no byte to count for so long."""
_SMALL = 1 << 12
_STEPS = (1 << 12, 1 << 8, 1 << 4)
_NOT_ASCII = bytes(range(128, 256))
_REPLACED = "\ufffd".encode()


class ReceivedOutput:
    """The received output of one stream: its size, and its last bytes."""

    def __init__(self, *, is_text: bool) -> None:
        """Count output as the engine's log will contain it.

        With `is_text`, the log contains three bytes in place of a byte that is not valid UTF-8: only ASCII is counted.
        """
        self._is_text = is_text
        self._size = 0
        self._recent: deque[bytes] = deque()
        self._kept = 0
        self._since_counted = 0
        """The number of last bytes that contain one that is counted, or all."""
        self._is_whole = True
        """A flag: all of the output is kept."""

    def add(self, chunk: bytes) -> None:
        """Count a piece of output."""
        size = len(comparable(chunk, is_text=self._is_text))
        self._size += size
        self._kept += len(chunk)
        self._since_counted = len(chunk) + (0 if size else self._since_counted)
        tail = min(max(TAIL, self._since_counted), _LONGEST_TAIL)
        if self._recent and len(self._recent[-1]) < _SMALL:
            self._recent[-1] += chunk
        else:
            self._recent.append(chunk)
        while self._kept - len(self._recent[0]) >= tail:
            self._kept -= len(self._recent.popleft())
            self._is_whole = False

    def expected(self) -> ExpectedOutput:
        """Return the received output as it is expected in a log."""
        recent = b"".join(self._recent)
        tail = recent[-TAIL:]
        if self._is_text and not (self._is_whole and len(recent) <= TAIL):
            tail = self._after_counted(recent, tail)
        before = self._size - len(comparable(tail, is_text=self._is_text))
        return ExpectedOutput(before, tail, is_text=self._is_text)

    def _after_counted(self, recent: bytes, tail: bytes) -> bytes:
        """Return the output after the first counted byte of the tail, or after the last counted byte before it."""
        counted = next((at for at, byte in enumerate(tail, 1) if byte < _NOT_ASCII[0]), None)
        if counted is not None:
            return tail[counted:]
        counted = len(recent.rstrip(_NOT_ASCII))
        return recent[counted:] if counted or self._is_whole else b""


class ExpectedOutput:
    """The output of one stream that is expected in a log since it has been received.

    It is a number of bytes, which are dropped, and further bytes, which are dropped as long as they are the same.
    """

    def __init__(self, before: int = 0, tail: bytes = b"", *, is_text: bool = False) -> None:
        self.before = before
        self.tail = tail
        self.is_text = is_text

    def new_part(self, chunk: bytes) -> bytes:
        """Return the part of a chunk of the log that was not received before."""
        if self.before:
            size = len(comparable(chunk, is_text=self.is_text))
            if size < self.before:
                self.before -= size
                return b""
            chunk = chunk[_end_of(chunk, self.before, is_text=self.is_text) :]
            self.before = 0
        if not self.tail or not chunk:
            return chunk
        known, end = common_size(self.tail, chunk)
        if end < len(chunk) and known < len(self.tail):  # the log continues with another line
            end = chunk.rfind(b"\n", 0, end) + 1
            known = len(self.tail)
        self.tail = self.tail[known:]
        return chunk[end:]


def comparable(chunk: bytes, *, is_text: bool) -> bytes:
    """Return the bytes of a chunk that are the same in the output and in the log."""
    return chunk if not is_text or chunk.isascii() else chunk.translate(None, _NOT_ASCII)


def common_size(output: bytes, logged: bytes) -> tuple[int, int]:
    """Return the size of the beginning that both have in common, in the output and in its form in the log."""
    size = min(len(output), len(logged))
    if output[:size] == logged[:size]:
        return size, size
    at = 0
    for step in _STEPS:
        while (
            at + step <= size and output[at : at + step].isascii() and output[at : at + step] == logged[at : at + step]
        ):
            at += step
    end = at
    while at < len(output) and end < len(logged):
        if logged.startswith(_REPLACED, end) and not _REPLACED.startswith(output[at : at + len(_REPLACED)]):
            end += len(_REPLACED)
        elif output[at] == logged[end]:
            end += 1
        elif output[at : at + 1] != b"\n":  # Docker 20.10's `local` log loses the line feed of a line in pieces
            break
        at += 1
    return at, end


def _end_of(chunk: bytes, size: int, *, is_text: bool) -> int:
    """Return the end of the first `size` comparable bytes of a chunk."""
    if not is_text or chunk.isascii():
        return size
    counts = accumulate(byte < _NOT_ASCII[0] for byte in chunk)
    return next(at for at, count in enumerate(counts, 1) if count == size)
