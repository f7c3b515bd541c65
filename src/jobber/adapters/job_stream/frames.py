"""A job's output as engines send it: frames of a kind, three zeros, a length (32 bits, big end first) and bytes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, BinaryIO

from jobber.domain.containers.events import Output, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HEADER = 8
_MOMENT = len("2026-01-01T00:00:00.000000000Z")


class RawOutput:
    """Output of a terminal: bytes as they come."""

    is_broken = False
    """Whether the engine has said in the place of the job that it can't go on with the line."""

    def __init__(self) -> None:
        self._outputs: deque[Output] = deque()

    def feed(self, chunk: bytes) -> None:
        """Take in what has come."""
        if chunk:
            self._outputs.append(Output(Stream.STDOUT, chunk))

    def take(self) -> Output | None:
        """The next piece of output, if a whole one is there."""
        return self._outputs.popleft() if self._outputs else None


class FramedOutput(RawOutput):
    """Output of two pipes in frames; successive frames of one stream are given as one piece.

    What the engine itself says on the second of them, as `is_complaint` tells, breaks the line and is no output.
    """

    def __init__(self, *, is_complaint: Callable[[bytes], bool] | None = None) -> None:
        super().__init__()
        self._received = bytearray()
        self._awaited = _HEADER
        """The size of `_received` at which a frame may be whole."""
        self._is_complaint = is_complaint

    def feed(self, chunk: bytes) -> None:
        """Take in what has come."""
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
        """What of a frame the job has said."""
        return frame

    def _give(self, stream: Stream | None, pieces: list[bytes]) -> None:
        chunk = b"".join(pieces)
        if stream is not None and chunk:
            self._outputs.append(Output(stream, chunk))


class StampedOutput(FramedOutput):
    """The same of a log whose frames begin with the moments of what they hold: what is given again is dropped.

    Docker 20.10, following a log that is limited, reads a piece of it once more when the engine begins a new file.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last = dict.fromkeys(Stream, b"")
        self._of_last = dict.fromkeys(Stream, 0)
        """How many frames had the last moment: the pieces of a long line have one in common."""
        self._again = dict.fromkeys(Stream, 0)
        """How many frames of the last moment are to come once more."""
        self._is_ended = dict.fromkeys(Stream, False)
        """Whether the line of the last moment has ended: no other has that moment."""

    def _content(self, stream: Stream, frame: bytes, /) -> bytes:
        moment, _, said = frame.partition(b" ")
        if len(moment) != _MOMENT:
            return frame  # not the job's, but the engine's: it complains without a moment
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
    """What reads an engine's stream."""
    return FramedOutput(is_complaint=is_complaint) if multiplexed else RawOutput()


def copy_frames(chunks: Iterable[bytes], *, sink: BinaryIO, multiplexed: bool) -> None:
    """Write the bytes of a whole stream, both kinds in the order they came, to `sink`."""
    reader = output_reader(multiplexed=multiplexed)
    for chunk in chunks:
        reader.feed(chunk)
        while output := reader.take():
            sink.write(output.chunk)
