"""The framing of a job's output.

Each frame has the number of its stream, three zero bytes, a length (32 bits, big-endian) and its content.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, BinaryIO

from jobber.domain.containers.events import Output, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Select = Callable[[Stream, bytes], bytes]
    """A function that returns the part of a record's content that is output to pass on."""

_HEADER = 8


class RawOutput:
    """The output of a terminal: bytes without frames."""

    is_broken = False
    """A flag: the engine has reported a stream error on the job's stderr."""

    def __init__(self, *, select: Select | None = None) -> None:
        """Read all output, or only the parts that `select` returns."""
        self._outputs: deque[Output] = deque()
        self._select = select

    def feed(self, chunk: bytes) -> None:
        """Add received bytes."""
        self._give(Stream.STDOUT, [chunk if self._select is None else self._select(Stream.STDOUT, chunk)])

    def take(self) -> Output | None:
        """Return the next complete piece of output, if there is one."""
        return self._outputs.popleft() if self._outputs else None

    def _give(self, stream: Stream | None, pieces: list[bytes]) -> None:
        chunk = b"".join(pieces)
        if stream is not None and chunk:
            self._outputs.append(Output(stream, chunk))


class FramedOutput(RawOutput):
    """The output of two pipes in frames; successive frames of one stream are returned as one piece.

    An error message of the engine on stderr, as recognised by `is_error_message`, breaks the stream and is not output.
    """

    def __init__(
        self, *, is_error_message: Callable[[bytes], bool] | None = None, select: Select | None = None
    ) -> None:
        super().__init__(select=select)
        self._received = bytearray()
        self._awaited = _HEADER
        """The size of `_received` at which a frame may be whole."""
        self._is_error_message = is_error_message

    def feed(self, chunk: bytes) -> None:
        """Add received bytes."""
        self._received += chunk
        if len(self._received) < self._awaited:  # a large frame is copied once, not at each of its pieces
            return
        self._awaited = _HEADER
        received, position = bytes(self._received), 0
        pieces: list[bytes] = []
        stream: Stream | None = None
        while len(received) - position >= _HEADER and not self.is_broken:
            end = position + _HEADER + int.from_bytes(received[position + 4 : position + _HEADER], "big")
            if end > len(received):
                self._awaited = end - position
                break
            of = Stream.STDERR if received[position] == Stream.STDERR.value else Stream.STDOUT
            frame, position = received[position + _HEADER : end], end
            if self._is_error_message is not None and of is Stream.STDERR and self._is_error_message(frame):
                self.is_broken = True
                break
            if of is not stream:
                self._give(stream, pieces)
                stream, pieces = of, []
            pieces.append(frame if self._select is None else self._select(of, frame))
        self._give(stream, pieces)
        del self._received[:position]


def copy_frames(chunks: Iterable[bytes], *, sink: BinaryIO, multiplexed: bool) -> None:
    """Write the bytes of a whole stream to `sink`, stdout and stderr in the order of arrival."""
    reader = FramedOutput() if multiplexed else RawOutput()
    for chunk in chunks:
        reader.feed(chunk)
        while output := reader.take():
            sink.write(output.chunk)
