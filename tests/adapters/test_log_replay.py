"""Replays of the log: received and replayed output are the job's output, wherever the connection breaks."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobber.adapters.job_stream.engine_job import AttachedJob, LogFormat
from jobber.adapters.job_stream.frames import RawOutput
from jobber.adapters.job_stream.log_replay import LogReplay
from jobber.domain.containers.events import Output, Stream

_OUT, _ERR = Stream
_PIECE = 1 << 14
_START = datetime(2026, 11, 25, 10, 0, 0, tzinfo=UTC)
_REPLACED = "\ufffd".encode()

_PARTS = st.one_of(
    st.binary(max_size=30),
    st.text(max_size=30).map(str.encode),
    st.sampled_from([b"waiting\n", b"\n", b"a line as a job may write it\n", b"\xef\xbf\xbd\xef", b"100 %\r"]),
    st.integers(1, 10**6).map(lambda number: b"epoch %d\n" % number),
)
_CHUNKS = st.one_of(  # with the number of times that they are written
    st.tuples(_PARTS, st.just(1)),
    st.tuples(st.sampled_from([b"a", b"\xff", b"\xc3\xbc"]), st.integers(1, 2 * _PIECE)),
    st.tuples(st.sampled_from([b"b\n", b"waiting\n"]), st.integers(1, 2000)),
)
_WRITES = st.lists(st.tuples(st.sampled_from(Stream), _CHUNKS), max_size=20)
_SEEDS = st.integers(0, 1 << 32)


@dataclass
class _Record:
    stream: Stream
    moment: datetime
    content: bytes


@dataclass
class _Engine:
    """A job whose log an engine keeps in its own way."""

    log_format: LogFormat
    stamp: Callable[[_Record], bytes]
    records: list[_Record] = field(default_factory=list)
    patience = 1.0

    def log(self, *, follow: bool, since: datetime | None, has_stamps: bool) -> _Response:  # noqa: ARG002
        pieces = []
        for record in self.records:
            if since is None or record.moment >= since:
                content = (self.stamp(record) + b" ") * has_stamps + record.content
                head = bytes((record.stream.value, 0, 0, 0)) + len(content).to_bytes(4, "big")
                pieces.append(head * self.log_format.is_framed + content)
        return _Response(pieces)


@dataclass
class _Response:
    pieces: list[bytes]

    def read(self, *, patience: float) -> Iterator[bytes]:  # noqa: ARG002
        yield from self.pieces

    def close(self) -> None:
        pass


def _nine_digits(record: _Record) -> bytes:
    return f"{record.moment:%Y-%m-%dT%H:%M:%S}.{record.moment.microsecond:06}000Z".encode()


def _no_zeros_at_the_end(record: _Record) -> bytes:
    return _nine_digits(record)[:-1].rstrip(b"0").rstrip(b".") + b"Z"


def _seconds_of_another_zone(record: _Record) -> bytes:
    return f"{record.moment + timedelta(hours=2):%Y-%m-%dT%H:%M:%S}+02:00".encode()


def _docker(writes: Iterable[tuple[Stream, bytes]], chance: random.Random, *, is_text: bool) -> Iterator[_Record]:
    """Lines, in pieces: each line has a separate time stamp, and a line that has not ended is not in the log."""
    moment, unfinished = _START, dict.fromkeys(Stream, b"")
    for stream, chunk in writes:
        *lines, unfinished[stream] = (unfinished[stream] + chunk).split(b"\n")
        for line in lines:
            moment += timedelta(microseconds=chance.choice([1, 1000, 8_000_000]))
            yield from _in_pieces(stream, moment, line + b"\n", is_text=is_text)
    for stream, rest in unfinished.items():
        moment += timedelta(microseconds=1)
        yield from _in_pieces(stream, moment, rest, is_text=is_text)


def _in_pieces(stream: Stream, moment: datetime, line: bytes, *, is_text: bool) -> Iterator[_Record]:
    for at in range(0, len(line), _PIECE):
        piece = line[at : at + _PIECE]
        yield _Record(stream, moment, b"".join(_as_text(piece)) if is_text else piece)


def _as_text(piece: bytes) -> Iterator[bytes]:
    """The record of each byte in the log."""
    while piece:
        try:
            yield from (bytes((byte,)) for byte in piece.decode().encode())
        except UnicodeDecodeError as error:
            yield from (bytes((byte,)) for byte in piece[: error.start])
            yield _REPLACED
            piece = piece[error.start + 1 :]
        else:
            return


def _podman(writes: Iterable[tuple[Stream, bytes]], chance: random.Random) -> Iterator[_Record]:
    """Give one time stamp to bytes that are written at once; split them at lines and at a full buffer."""
    moment = _START
    for stream, chunk in writes:
        moment += timedelta(microseconds=chance.choice([0, 1, 1000, 8_000_000]))
        for line in _lines(chunk):
            for at in range(0, len(line), _PIECE // 2):
                yield _Record(stream, moment, line[at : at + _PIECE // 2])


_DOCKER = LogFormat(is_framed=True, has_stamps=True, is_text=False, is_limited=False)
_PODMAN = LogFormat(is_framed=True, has_stamps=True, is_text=False, is_limited=False)
_ENGINES: dict[str, tuple[LogFormat, Callable[[_Record], bytes], Callable[..., Iterator[_Record]]]] = {
    "docker, local": (_DOCKER, _nine_digits, lambda writes, chance: _docker(writes, chance, is_text=False)),
    "docker, local, limited": (
        LogFormat(is_framed=True, has_stamps=True, is_text=False, is_limited=True),
        _nine_digits,
        lambda writes, chance: _docker(writes, chance, is_text=False),
    ),
    "docker, with a terminal": (
        LogFormat(is_framed=False, has_stamps=False, is_text=False, is_limited=False),
        _nine_digits,
        lambda writes, chance: _docker([(_OUT, chunk) for _, chunk in writes], chance, is_text=False),
    ),
    "podman 5": (_PODMAN, _no_zeros_at_the_end, _podman),
    "podman 4": (_PODMAN, _seconds_of_another_zone, _podman),
    "podman, limited": (
        LogFormat(is_framed=True, has_stamps=False, is_text=False, is_limited=True),
        _no_zeros_at_the_end,
        _podman,
    ),
}


def _in_chunks(chunk: bytes, chance: random.Random) -> Iterator[bytes]:
    while chunk:
        size = chance.choice([1, 7, 100, _PIECE, 5 * _PIECE])
        yield chunk[:size]
        chunk = chunk[size:]


def _receive(replay: LogReplay, reader: RawOutput, chunks: Iterable[bytes]) -> Iterator[Output]:
    for chunk in chunks:
        reader.feed(chunk)
        while output := reader.take():
            replay.add(output)
            yield output


def _attach(replay: LogReplay, writes: list[tuple[Stream, bytes]], size: int, chance: random.Random) -> list[Output]:
    """The bytes that arrive over the attach stream until it breaks off."""
    outputs = []
    for stream, chunk in writes:
        for piece in _in_chunks(chunk[:size], chance):
            outputs.append(Output(stream, piece))
            replay.add(outputs[-1])
        size -= min(size, len(chunk))
    return outputs


def _read(replay: LogReplay, chance: random.Random, *, is_whole: bool) -> list[Output]:
    log, reader = replay.open(follow=True)
    received = b"".join(cast("_Response", log).pieces)
    if not is_whole:
        received = received[: chance.randint(0, len(received))]
    return list(_receive(replay, reader, _in_chunks(received, chance)))


def _logged(records: list[_Record], received: Iterable[Output]) -> int:
    """The number of records that an engine has logged at least, of which so much was received."""
    sizes = {stream: len(_of(received, stream)) for stream in Stream}
    logged = 0
    for number, record in enumerate(records, 1):
        sizes[record.stream] -= len(record.content)
        if sizes[record.stream] >= 0:
            logged = number
    return logged


def _of(outputs: Iterable[Output], stream: Stream) -> bytes:
    return b"".join(output.chunk for output in outputs if output.stream is stream)


@pytest.mark.parametrize("engine", _ENGINES)
@settings(max_examples=25)
@given(chunks=_WRITES, part=st.floats(0, 1), breaks=st.integers(0, 3), seed=_SEEDS)
def test_connection_that_breaks_anywhere_loses_and_doubles_no_byte(
    engine: str, chunks: list[tuple[Stream, tuple[bytes, int]]], part: float, breaks: int, seed: int
) -> None:
    chance = random.Random(seed)
    log_format, stamp, log = _ENGINES[engine]
    writes = [(stream if log_format.is_framed else _OUT, chunk * times) for stream, (chunk, times) in chunks]
    job = _Engine(log_format, stamp)
    whole = list(log(writes, random.Random(seed)))
    replay = LogReplay(cast("AttachedJob", job))
    received = _attach(replay, writes, int(part * sum(len(chunk) for _, chunk in writes)), chance)
    for number in range(breaks + 1):
        job.records = whole[: chance.randint(_logged(whole, received), len(whole))] if number < breaks else whole
        received += _read(replay, chance, is_whole=number == breaks)

    assert not replay.take_cut()
    for stream in Stream:
        assert _of(received, stream) == b"".join(chunk for of, chunk in writes if of is stream)


@settings(max_examples=25)
@given(chunks=st.lists(_CHUNKS, max_size=8), part=st.floats(0, 1), is_limited=st.booleans(), seed=_SEEDS)
@example(chunks=[(b"\xc3\xbc", 8193)], part=0.5, is_limited=True, seed=0)  # nothing that is counted, in two records
@example(chunks=[(b"a", 1), (b"\xc3\xbc", 2 * _PIECE)], part=0.4, is_limited=True, seed=0)
@example(chunks=[(b"a", 5 * _PIECE), (b"\xff", 5 * _PIECE)], part=0.95, is_limited=True, seed=0)
@example(chunks=[(b"\xef", 1), (b"\0", 3)], part=0.25, is_limited=False, seed=0)  # as U+FFFD begins
@example(chunks=[(b"\xef\xbf", 1), (b"\0", 2)], part=0.5, is_limited=True, seed=0)
@example(chunks=[(b"\xef\xbf\xbd", 1), (b"\0", 1)], part=0.5, is_limited=True, seed=0)
def test_text_log_continues_at_the_exact_byte(
    chunks: list[tuple[bytes, int]],
    part: float,
    is_limited: bool,  # noqa: FBT001
    seed: int,
) -> None:
    """A byte that is not valid UTF-8 has become three bytes in the log: what is not received yet has its form there."""
    writes = [chunk * times for chunk, times in chunks]
    said = b"".join(writes)
    cut = int(part * len(said))
    chance = random.Random(seed)
    log_format = LogFormat(is_framed=True, has_stamps=True, is_text=True, is_limited=is_limited)
    whole = [(_OUT, chunk) for chunk in writes]
    job = _Engine(log_format, _nine_digits, list(_docker(whole, random.Random(seed), is_text=True)))
    replay = LogReplay(cast("AttachedJob", job))
    received = _attach(replay, whole, cut, chance)
    for number in range(3):
        received += _read(replay, chance, is_whole=number == 2)
    pieces = [line[at : at + _PIECE] for line in _lines(said) for at in range(0, len(line), _PIECE)]
    logged = [byte for piece in pieces for byte in _as_text(piece)]

    assert _of(received, _OUT) in _texts(said[:cut], logged)


def _texts(received: bytes, logged: list[bytes]) -> Iterator[bytes]:
    """The possible continuations of the output.

    If the received bytes end as U+FFFD begins, the rest of it may follow, or they are not valid, and each is U+FFFD in
    the log. The log is the same, and no byte may be lost.
    """
    cut = len(received)
    yield received + b"".join(logged[cut:])
    for size in range(1, len(_REPLACED)):
        if received.endswith(_REPLACED[:size]) and logged[cut - size] == _REPLACED:
            yield received + _REPLACED[size:] + b"".join(logged[cut - size + 1 :])


def _lines(said: bytes) -> list[bytes]:
    return re.findall(rb"(?s)[^\n]*\n|[^\n]+", said)
