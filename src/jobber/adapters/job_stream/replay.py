"""Continuation in a log after the live output broke off: the count of received bytes, and the new part of a replay."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from jobber.adapters.job_stream.log_position import BEGINNING, TAIL, PlaceInLog
from jobber.domain.containers.events import Output, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PIECE = 1 << 14
"""The size, in bytes, of the pieces into which Docker's json-file log splits a line.

Each piece is a string of its own.
"""
_REPLACED = "\ufffd"
_MOST_OF_TAIL = 8 * TAIL
"""The length, in bytes, at which a tail is cut: a cut costs as much as a long piece of output."""


class Tally:
    """The count of received bytes in each stream; with `keeps_tails`, the last of these bytes as well."""

    def __init__(self, *, keeps_tails: bool = False) -> None:
        self._seen = dict.fromkeys(Stream, 0)
        self._open = dict.fromkeys(Stream, b"")
        """The incomplete character at the end of a stream, which the log does not contain yet."""
        self._tails = {stream: bytearray() for stream in Stream} if keeps_tails else None
        self._beginnings = dict.fromkeys(Stream, b"")

    def add(self, output: Output) -> None:
        """Count a piece of output."""
        self._note(output.stream, output.chunk)

    def remainder(self) -> Remainder:
        """Return the remainder that drops all received output from a replay of the complete log.

        An incomplete character is counted with the bytes received.
        """
        return Remainder({stream: seen + len(self._open[stream]) for stream, seen in self._seen.items()})

    def remainder_in(self, replay: Iterable[Output]) -> tuple[Remainder, bool]:
        """Return the remainder for a replay like this one, and whether the replay continues where the output stopped.

        Such a log may have lost its beginning. Only a tally that keeps tails supports this.
        """
        assert self._tails is not None
        if not any(self._tails.values()):
            return Remainder({}), True
        places = {
            stream: PlaceInLog(heard=self._seen[stream], beginning=self._beginnings[stream], tail=bytes(tail[-TAIL:]))
            for stream, tail in self._tails.items()
        }
        for output in replay:
            places[output.stream].read(output.chunk)
        found = {stream: place.found() for stream, place in places.items()}
        left = {stream: end + len(self._open[stream]) for stream, end in found.items() if end is not None}
        return Remainder(left), None not in found.values()

    def _note(self, stream: Stream, logged: bytes) -> None:
        """Count bytes in the form of the log."""
        self._seen[stream] += len(logged)
        if self._tails is not None:
            tail = self._tails[stream]
            tail += logged[-TAIL:]
            if len(tail) > _MOST_OF_TAIL:
                del tail[:-TAIL]
            self._beginnings[stream] += logged[: BEGINNING - len(self._beginnings[stream])]


class TextTally(Tally):
    """The count for a log that stores text: a byte that is not valid UTF-8 comes back as three bytes."""

    def __init__(self, *, keeps_tails: bool = False) -> None:
        super().__init__(keeps_tails=keeps_tails)
        self._column = dict.fromkeys(Stream, 0)

    def add(self, output: Output) -> None:
        """Count a piece of output in the form of the log."""
        stream, chunk = output.stream, output.chunk
        if chunk.isascii() and not self._open[stream]:
            self._note(stream, chunk)
            self._move(stream, chunk)
            return
        for line in _lines(chunk):
            rest = line
            while rest:
                room = _PIECE - self._column[stream] % _PIECE
                piece, rest = rest[:room], rest[room:]
                self._count(stream, piece, ends=len(piece) == room or piece.endswith(b"\n"))
                self._move(stream, piece)

    def _count(self, stream: Stream, piece: bytes, *, ends: bool) -> None:
        whole = self._open[stream] + piece
        kept = 0 if ends else _unfinished(whole)
        self._open[stream] = whole[len(whole) - kept :]
        self._note(stream, whole[: len(whole) - kept].decode(errors=_EACH_BYTE).encode())

    def _move(self, stream: Stream, chunk: bytes) -> None:
        end = chunk.rfind(b"\n")
        self._column[stream] = len(chunk) - end - 1 if end >= 0 else self._column[stream] + len(chunk)


class Remainder:
    """The rest of a replay, without the bytes of each stream that were already received."""

    def __init__(self, seen: Mapping[Stream, int]) -> None:
        self._left = dict(seen)

    def of(self, output: Output) -> Output | None:
        """Return the new part of a piece of output; None if there is none."""
        left = self._left.get(output.stream, 0)
        if not left:
            return output
        self._left[output.stream] = max(0, left - len(output.chunk))
        chunk = output.chunk[left:]
        return Output(output.stream, chunk) if chunk else None


def _lines(chunk: bytes) -> list[bytes]:
    """Split a chunk into lines, only at line feeds."""
    *lines, last = chunk.split(b"\n")
    return [*(line + b"\n" for line in lines), *((last,) if last else ())]


def _unfinished(octets: bytes) -> int:
    """Return the number of bytes at the end that may be the beginning of a character."""
    for length in range(1, min(3, len(octets)) + 1):
        first = octets[-length]
        if first & 0xC0 == 0x80:
            continue
        wanted = 2 if first >> 5 == 0b110 else 3 if first >> 4 == 0b1110 else 4 if first >> 3 == 0b11110 else 1
        return length if wanted > length else 0
    return 0


def _each_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return _REPLACED * (error.end - error.start), error.end


_EACH_BYTE = "jobber-each-byte"
codecs.register_error(_EACH_BYTE, _each_byte)
