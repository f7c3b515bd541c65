"""The framing of a job's output.

Each frame has the number of its stream, three zero bytes, a length (32 bits, big-endian) and its content.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, BinaryIO

from jobber.domain.containers.events import Output, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HEADER = 8
_MOMENT = len("2026-01-01T00:00:00.000000000Z")


class RawOutput:
    """The output of a terminal: bytes without frames."""

    is_broken = False
    """A flag: the engine has reported a stream error on the job's stderr."""

    def __init__(self) -> None:
        self._outputs: deque[Output] = deque()

    def feed(self, chunk: bytes) -> None:
        """Add received bytes."""
        if chunk:
            self._outputs.append(Output(Stream.STDOUT, chunk))

    def take(self) -> Output | None:
        """Return the next complete piece of output, if there is one."""
        return self._outputs.popleft() if self._outputs else None


class FramedOutput(RawOutput):
    """The output of two pipes in frames; successive frames of one stream are returned as one piece.

    An error message of the engine on stderr, as recognised by `is_complaint`, breaks the stream and is not output.
    """

    def __init__(self, *, is_complaint: Callable[[bytes], bool] | None = None) -> None:
        super().__init__()
        self._received = bytearray()
        self._awaited = _HEADER
        """The size of `_received` at which a frame may be whole."""
        self._is_complaint = is_complaint

    def feed(self, chunk: bytes) -> None:
        """Add received bytes."""
        self._received += chunk
        if len(self._received) < self._awaited:  # a large frame is copied once, not at each of its pieces
            return
        self._awaited = _HEADER
        octets, position = bytes(self._received), 0
        pieces: list[bytes] = []
        stream: Stream | None = None
        while len(octets) - position >= _HEADER and not self.is_broken:
            end = position + _HEADER + int.from_bytes(octets[position + 4 : position + _HEADER], "big")
            if end > len(octets):
                self._awaited = end - position
                break
            of = Stream.STDERR if octets[position] == Stream.STDERR.value else Stream.STDOUT
            frame, position = octets[position + _HEADER : end], end
            if self._is_complaint is not None and of is Stream.STDERR and self._is_complaint(frame):
                self.is_broken = True
                break
            if of is not stream:
                self._give(stream, pieces)
                stream, pieces = of, []
            pieces.append(self._content(of, frame))
        self._give(stream, pieces)
        del self._received[:position]

    def _content(self, _stream: Stream, frame: bytes, /) -> bytes:
        """Return the part of a frame that is output of the job."""
        return frame

    def _give(self, stream: Stream | None, pieces: list[bytes]) -> None:
        chunk = b"".join(pieces)
        if stream is not None and chunk:
            self._outputs.append(Output(stream, chunk))


class StampedOutput(FramedOutput):
    """The output in a log whose frames begin with timestamps; repeated frames are dropped.

    When Docker 20.10 follows a limited log, it reads a part of it again as soon as the engine begins a new file.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last = dict.fromkeys(Stream, b"")
        self._of_last = dict.fromkeys(Stream, 0)
        """The number of frames with the last timestamp: the pieces of a long line have the same timestamp."""
        self._again = dict.fromkeys(Stream, 0)
        """The number of frames with the last timestamp that are still to be repeated."""
        self._is_ended = dict.fromkeys(Stream, False)
        """A flag for each stream: the line with the last timestamp has ended, so no other frame has that timestamp."""

    def _content(self, stream: Stream, frame: bytes, /) -> bytes:
        moment, _, said = frame.partition(b" ")
        if len(moment) != _MOMENT:
            return frame  # a message of the engine and not of the job: it has no timestamp
        last = self._last[stream]
        if moment < last:
            self._again[stream] = self._of_last[stream]
            return b""
        if moment > last:
            self._last[stream], self._of_last[stream], self._again[stream] = moment, 1, 0
        elif self._again[stream] or self._is_ended[stream]:
            self._again[stream] = max(0, self._again[stream] - 1)
            return b""
        else:
            self._of_last[stream] += 1
        self._is_ended[stream] = said.endswith(b"\n")
        return said


def output_reader(*, multiplexed: bool, is_complaint: Callable[[bytes], bool] | None = None) -> RawOutput:
    """Return the reader for an engine's stream."""
    return FramedOutput(is_complaint=is_complaint) if multiplexed else RawOutput()


def copy_frames(chunks: Iterable[bytes], *, sink: BinaryIO, multiplexed: bool) -> None:
    """Write the bytes of a whole stream to `sink`, stdout and stderr in the order of arrival."""
    reader = output_reader(multiplexed=multiplexed)
    for chunk in chunks:
        reader.feed(chunk)
        while output := reader.take():
            sink.write(output.chunk)
