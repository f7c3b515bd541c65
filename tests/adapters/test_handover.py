"""Receiving and writing at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.adapters.archives.extraction.writer_thread import write_in_thread
from jobber.domain.errors import EngineLost, Interrupted, NotWritten

_MANY = [bytes([number % 256]) * 100_000 for number in range(400)]
"""More than may wait."""


@given(st.lists(st.binary(max_size=300_000), max_size=5))
def test_all_that_comes_is_handed_over_in_its_order(pieces: list[bytes]) -> None:
    received: list[bytes] = []
    write_in_thread(pieces, received.extend)

    assert b"".join(received) == b"".join(pieces)


def test_work_is_done_beside_the_receiving() -> None:
    threads: set[int] = set()

    def work(pieces: Iterator[bytes]) -> None:
        threads.update(threading.get_ident() for _ in pieces)

    write_in_thread(_MANY, work)

    assert threading.get_ident() not in threads
    assert len(threads) == 1


def test_sender_waits_for_the_one_who_works() -> None:
    sent = 0
    most = 0
    done = 0

    def sending() -> Iterator[bytes]:
        nonlocal sent
        for piece in _MANY:
            sent += len(piece)
            yield piece

    def work(pieces: Iterator[bytes]) -> None:
        nonlocal most, done
        for piece in pieces:
            most = max(most, sent - done)
            done += len(piece)

    write_in_thread(sending(), work)

    assert done == sent == 40_000_000
    assert most < 8_000_000


def test_work_that_fails_ends_the_receiving() -> None:
    received = 0

    def sending() -> Iterator[bytes]:
        nonlocal received
        for piece in _MANY:
            received += 1
            yield piece

    def work(pieces: Iterator[bytes]) -> None:
        next(pieces)
        raise NotWritten("x", why="full")

    with pytest.raises(NotWritten):
        write_in_thread(sending(), work)
    assert received < len(_MANY)


@pytest.mark.parametrize("error", [EngineLost("read", why="gone"), Interrupted("SIGINT"), KeyboardInterrupt()])
def test_work_is_given_up_where_the_receiving_is_cut_short(error: BaseException) -> None:
    tidied = []

    def sending() -> Iterator[bytes]:
        yield from _MANY[:20]
        raise error

    def work(pieces: Iterator[bytes]) -> None:
        try:
            for _ in pieces:
                pass
        except BaseException:
            tidied.append(True)
            raise

    with pytest.raises(type(error)):
        write_in_thread(sending(), work)
    assert tidied == [True]


def test_work_that_wants_no_more_is_done() -> None:
    first: list[bytes] = []
    write_in_thread(_MANY, lambda pieces: first.append(next(pieces)))

    assert first[0].startswith(_MANY[0])
