"""Where a replay of the log goes on after what was seen live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobber.adapters.job_stream.replay import Tally, TextTally
from jobber.domain.containers.events import Output, Stream

_PIECE = 1 << 14
_SIZES = st.integers(0, 2 * _PIECE)
_RUNS = st.builds(lambda octet, times: octet * times, st.binary(min_size=1, max_size=3), _SIZES)
_BYTES = st.lists(st.one_of(st.binary(max_size=30), _RUNS), max_size=4).map(b"".join)
_CHUNKS = st.lists(st.integers(1, 2 * _PIECE), max_size=5)
_SMALL = st.lists(st.integers(1, 9), max_size=50)


def logged(said: bytes) -> bytes:
    """Return a log as Docker replays its json-file: in pieces, with three bytes for each byte that is not UTF-8."""
    pieces = (line[at : at + _PIECE] for line in _lines(said) for at in range(0, len(line), _PIECE))
    return b"".join(_as_text(piece) for piece in pieces)


def _as_text(piece: bytes) -> bytes:
    text = b""
    while piece:
        try:
            return text + piece.decode().encode()
        except UnicodeDecodeError as error:
            text += piece[: error.start] + "\ufffd".encode()
            piece = piece[error.start + 1 :]
    return text


def _lines(said: bytes) -> Iterator[bytes]:
    while said:
        line, end, said = said.partition(b"\n")
        yield line + end


def _in_chunks(octets: bytes, sizes: Iterable[int], stream: Stream = Stream.STDOUT) -> Iterator[Output]:
    for size in sizes:
        if octets:
            yield Output(stream, octets[:size])
            octets = octets[size:]
    if octets:
        yield Output(stream, octets)


def _rest(tally: Tally, seen: Iterable[Output], replayed: Iterable[Output]) -> bytes:
    """Return the bytes of a replay that jobber forwards."""
    for output in seen:
        tally.add(output)
    remainder = tally.remainder()
    return b"".join(fresh.chunk for output in replayed if (fresh := remainder.of(output)) is not None)


@settings(max_examples=40)
@given(said=_BYTES, cut=st.floats(0, 1), seen=_CHUNKS, replayed=_CHUNKS)
def test_a_log_of_bytes_goes_on_at_the_very_byte(said: bytes, cut: float, seen: list[int], replayed: list[int]) -> None:
    at = int(len(said) * cut)
    rest = _rest(Tally(), _in_chunks(said[:at], seen), _in_chunks(said, replayed))

    assert said[:at] + rest == said


@given(text=st.text(max_size=300), cut=st.floats(0, 1), seen=_SMALL, replayed=_SMALL)
def test_a_log_of_texts_goes_on_at_the_very_byte_in_the_middle_of_a_character_too(
    text: str, cut: float, seen: list[int], replayed: list[int]
) -> None:
    said = text.encode()
    at = int(len(said) * cut)
    rest = _rest(TextTally(), _in_chunks(said[:at], seen), _in_chunks(said, replayed))

    assert said[:at] + rest == said


@settings(max_examples=40)
@given(lines=st.lists(_BYTES, max_size=5), seen=_CHUNKS, replayed=_CHUNKS, data=st.data())
def test_what_is_no_text_comes_back_longer_and_is_counted_so(
    lines: list[bytes], seen: list[int], replayed: list[int], data: st.DataObject
) -> None:
    whole = [line + b"\n" for line in lines]
    number = data.draw(st.integers(0, len(whole)))
    before, after = b"".join(whole[:number]), b"".join(whole[number:])
    rest = _rest(TextTally(), _in_chunks(before, seen), _in_chunks(logged(before + after), replayed))

    assert rest == logged(after)


@pytest.mark.parametrize("tally", [Tally, TextTally])
def test_the_two_outputs_are_counted_each_by_itself(tally: type[Tally]) -> None:
    seen = [Output(Stream.STDOUT, b"one\n"), Output(Stream.STDERR, b"two"), Output(Stream.STDOUT, b"thr")]
    replayed = [Output(Stream.STDERR, b"two and"), Output(Stream.STDOUT, b"one\n"), Output(Stream.STDOUT, b"three\n")]

    assert _rest(tally(), seen, replayed) == b" andee\n"


def test_a_tally_goes_on_after_a_replay() -> None:
    tally = Tally()
    first = _rest(tally, [Output(Stream.STDOUT, b"one")], [Output(Stream.STDOUT, b"one two")])
    second = _rest(tally, [Output(Stream.STDOUT, first)], [Output(Stream.STDOUT, b"one two three")])

    assert (first, second) == (b" two", b" three")


def _numbered(first: int, last: int) -> bytes:
    return b"".join(b"line %d of many, and all of them are long enough\n" % number for number in range(first, last))


def _rest_of_limited_log(tally: Tally, seen: Iterable[Output], log: bytes, sizes: Iterable[int]) -> tuple[bytes, bool]:
    """Return the forwarded bytes of a log that may lack its first part, and if they continue the earlier output."""
    for output in seen:
        tally.add(output)
    sizes = list(sizes)
    remainder, goes_on = tally.remainder_in(_in_chunks(log, sizes))
    fresh = [piece.chunk for output in _in_chunks(log, sizes) if (piece := remainder.of(output)) is not None]
    return b"".join(fresh), goes_on


@pytest.mark.parametrize("counting", [Tally, TextTally])
@pytest.mark.parametrize(
    ("lost", "goes_on"), [(0, True), (1, True), (4000, True), (4990, True), (5000, False), (5003, False)]
)
def test_limited_log_is_followed_from_where_we_were(counting: type[Tally], lost: int, goes_on: bool) -> None:  # noqa: FBT001
    seen, log = _numbered(0, 5000), _numbered(lost, 6000)
    tally = counting(keeps_tails=True)

    assert _rest_of_limited_log(tally, _in_chunks(seen, [7, 100_000, 3, 5]), log, [70_000, 1, 70_000]) == (
        _numbered(max(5000, lost), 6000),
        goes_on,
    )


@given(said=_BYTES, seen=st.integers(0, 200_000), seen_in=_CHUNKS, read_in=_CHUNKS)
def test_log_that_has_lost_nothing_is_followed_to_the_byte_whatever_is_in_it(
    said: bytes, seen: int, seen_in: list[int], read_in: list[int]
) -> None:
    tally = Tally(keeps_tails=True)

    assert _rest_of_limited_log(tally, _in_chunks(said[:seen], seen_in), said, read_in) == (said[seen:], True)


@given(before=_BYTES, after=_BYTES, lost=st.integers(0, 300_000), read_in=_CHUNKS)
@example(before=bytes(1279), after=b"\0", lost=256, read_in=[])
def test_nothing_new_is_dropped_where_what_was_seen_is_in_the_log_once(
    before: bytes, after: bytes, lost: int, read_in: list[int]
) -> None:
    mark = bytes(range(256)) * 300  # more than a tail, so that it alone says where we are
    log = (before + mark + after)[min(lost, len(before)) :]
    rest, goes_on = _rest_of_limited_log(Tally(keeps_tails=True), _in_chunks(before + mark, [9, 99_999]), log, read_in)

    assert goes_on
    assert rest.endswith(after)


@pytest.mark.parametrize("heard", [1_000, 100_000])
@pytest.mark.parametrize("kept", [500, 9_500])
def test_nothing_new_is_dropped_of_a_job_that_said_the_same_again_and_again(heard: int, kept: int) -> None:
    line, new = b"waiting\n", b"done\nand this is the result\n"
    log = line * min(kept, heard - 1) + new
    rest, _ = _rest_of_limited_log(Tally(keeps_tails=True), [Output(Stream.STDOUT, line * heard)], log, [])

    assert rest.endswith(new)


@pytest.mark.parametrize("read_in", [[], [1, 2, 3]])
def test_character_of_which_the_beginning_was_seen_is_not_given_twice(read_in: list[int]) -> None:
    said = "ein Wort: überall\n".encode()
    cut = said.index("ü".encode()) + 1
    tally = TextTally(keeps_tails=True)

    assert _rest_of_limited_log(tally, [Output(Stream.STDOUT, said[:cut])], said, read_in) == (said[cut:], True)


def test_limited_log_of_a_job_of_which_nothing_was_heard_is_all_new() -> None:
    assert _rest_of_limited_log(Tally(keeps_tails=True), [], b"all\n", []) == (b"all\n", True)


def test_limited_log_that_is_empty_has_lost_what_was_heard() -> None:
    assert _rest_of_limited_log(Tally(keeps_tails=True), [Output(Stream.STDOUT, b"a")], b"", []) == (b"", False)
