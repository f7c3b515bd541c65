"""A job's output in frames, however the connection cuts them."""

from __future__ import annotations

import io
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.adapters.archives.tar_writer import log_archive
from jobber.adapters.job_stream.frames import FramedOutput, copy_frames
from jobber.domain.containers.events import Output, Stream

outputs = st.lists(st.tuples(st.sampled_from(Stream), st.binary(max_size=20)), max_size=8)


def framed(frames: list[tuple[Stream, bytes]]) -> bytes:
    return b"".join(bytes((stream.value, 0, 0, 0)) + len(chunk).to_bytes(4, "big") + chunk for stream, chunk in frames)


def cut(octets: bytes, places: list[int]) -> list[bytes]:
    bounds = sorted({0, len(octets), *(place % (len(octets) + 1) for place in places)})
    return [octets[start:end] for start, end in pairwise(bounds)]


def taken(reader: FramedOutput) -> list[Output]:
    return list(iter(reader.take, None))


@given(outputs, st.lists(st.integers(0, 500), max_size=10))
def test_each_stream_is_the_same_wherever_the_connection_cuts(
    frames: list[tuple[Stream, bytes]], places: list[int]
) -> None:
    reader = FramedOutput()
    for chunk in cut(framed(frames), places):
        reader.feed(chunk)
    read = taken(reader)

    assert [b"".join(chunk for of, chunk in frames if of is stream) for stream in Stream] == [
        b"".join(output.chunk for output in read if output.stream is stream) for stream in Stream
    ]


@given(outputs, st.lists(st.integers(0, 500), max_size=10))
def test_a_log_has_both_streams_in_the_order_they_came(frames: list[tuple[Stream, bytes]], places: list[int]) -> None:
    sink = io.BytesIO()

    copy_frames(cut(framed(frames), places), sink=sink, multiplexed=True)

    assert b"".join(chunk for _, chunk in frames) == sink.getvalue()


@given(st.lists(st.binary(max_size=20), max_size=6))
def test_a_terminals_output_is_passed_on_as_it_comes(chunks: list[bytes]) -> None:
    sink = io.BytesIO()

    copy_frames(chunks, sink=sink, multiplexed=False)

    assert b"".join(chunks) == sink.getvalue()


@pytest.mark.parametrize("missing", [1, 5, 8, 12])
def test_a_frame_that_is_not_all_there_is_waited_for(missing: int) -> None:
    reader = FramedOutput()

    reader.feed(framed([(Stream.STDOUT, b"hello")])[:-missing])

    assert reader.take() is None


def test_large_frame_in_many_pieces_is_not_copied_at_each() -> None:
    size, piece = 1 << 24, 1 << 12
    octets = framed([(Stream.STDOUT, bytes(size))])
    reader = FramedOutput()
    before = time.process_time()
    for start in range(0, len(octets), piece):
        reader.feed(octets[start : start + piece])

    assert time.process_time() - before < 1
    assert [len(output.chunk) for output in taken(reader)] == [size]


def test_no_piece_of_output_is_empty() -> None:
    reader = FramedOutput()

    reader.feed(framed([(Stream.STDOUT, b""), (Stream.STDERR, b"")]))

    assert reader.take() is None


@given(st.binary(max_size=1200), st.integers(0, 2000))
def test_a_log_is_archived_whole_wherever_it_was_read_last(octets: bytes, position: int) -> None:
    import tarfile

    log = io.BytesIO(octets)
    log.seek(position)
    with tarfile.open(fileobj=io.BytesIO(b"".join(log_archive(log)))) as archive:
        stored = archive.extractfile("run.log")
        assert stored is not None
        assert octets == stored.read()


def test_what_the_engine_says_in_the_place_of_the_job_breaks_the_line_and_is_no_output() -> None:
    reader = FramedOutput(is_error_message=lambda frame: frame == b"Error: no more\n")
    said = [(Stream.STDERR, b"Error: "), (Stream.STDERR, b"mine\n"), (Stream.STDOUT, b"Error: no more\n")]
    reader.feed(framed([*said, (Stream.STDERR, b"Error: no more\n"), (Stream.STDOUT, b"late")]))

    assert taken(reader) == [Output(Stream.STDERR, b"Error: mine\n"), Output(Stream.STDOUT, b"Error: no more\n")]
    assert reader.is_broken
