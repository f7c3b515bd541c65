"""Logs that an engine limits: what it keeps of them, and what it tells twice."""

from __future__ import annotations

from typing import Any

import pytest

from jobber.adapters.docker.translate import container_of as docker_container
from jobber.adapters.job_stream.log_position import LogPosition, split_record
from jobber.adapters.job_stream.log_search import LogSearch
from jobber.adapters.job_stream.received_output import ExpectedOutput, ReceivedOutput
from jobber.adapters.podman.translate import container_of as podman_container

_STATE = {"Status": "running", "StartedAt": "", "FinishedAt": "", "ExitCode": 0}
_ANSWER = {"Id": "c", "Name": "/c", "Image": "sha256:1", "State": _STATE, "Created": "", "Config": {}}


def _configured(**configuration: object) -> dict[str, Any]:
    return {**_ANSWER, "HostConfig": {"LogConfig": configuration}}


@pytest.mark.parametrize(
    ("driver", "options", "limit"),
    [
        ("json-file", {}, None),
        ("json-file", {"max-size": "10m"}, 0),
        ("json-file", {"max-size": "10m", "max-file": "3"}, 20_000_000),
        ("json-file", {"max-size": "1.5GB", "max-file": "2"}, 1_500_000_000),
        ("json-file", {"max-size": "odd"}, None),
        ("local", {}, 80_000_000),
        ("local", {"max-size": "1k", "max-file": "1"}, 0),
        ("local", None, 80_000_000),
        ("syslog", {}, None),
        ("none", {}, None),
    ],
)
def test_what_docker_keeps_of_a_log(driver: str, options: object, limit: int | None) -> None:
    assert docker_container(_configured(Type=driver, Config=options)).log_limit == limit


@pytest.mark.parametrize(("size", "limit"), [("0B", None), ("", None), (None, None), ("40kB", 0)])
def test_what_podman_keeps_of_a_log(size: object, limit: int | None) -> None:
    assert podman_container(_configured(Type="k8s-file", Size=size)).log_limit == limit


_LINES = [(1, b"one\n"), (2, b"two, "), (2, b"in two pieces\n"), (4, b"three\n")]


def _read(position: LogPosition, *records: tuple[int, bytes]) -> list[bytes]:
    return [position.new_part(b"2026-11-25T10:00:00.%09d" % moment, content) for moment, content in records]


@pytest.mark.parametrize(
    ("record", "moment", "content"),
    [
        (b"2026-11-25T10:00:00.000000001Z said\n", b"2026-11-25T10:00:00.000000001", b"said\n"),
        (b"2026-11-25T10:00:00Z \n", b"2026-11-25T10:00:00", b"\n"),
        (b"2026-11-25T01:30:00.5+02:00 a b", b"2026-11-24T23:30:00.5", b"a b"),
        (b"2026-11-25T10:00:00-01:00 ", b"2026-11-25T11:00:00", b""),
        (b"error from daemon in stream\n", b"", b"error from daemon in stream\n"),
    ],
)
def test_record_is_split_into_its_time_stamp_and_its_content(record: bytes, moment: bytes, content: bytes) -> None:
    assert split_record(record) == (moment, content)


@pytest.mark.parametrize("end", [1, 3, 4])  # after 2, the line has not ended: its first piece may be a new one
@pytest.mark.parametrize("first", range(4))
def test_records_that_docker_sends_again_are_dropped(first: int, end: int) -> None:
    position = LogPosition(repeats=True)
    read = _read(position, *_LINES[:end], *_LINES[min(first, end - 1) :])

    assert b"".join(read) == b"one\ntwo, in two pieces\nthree\n"


def test_piece_of_a_line_is_dropped_again_after_the_line_before_it() -> None:
    pieces = [(1, b"one\n"), (2, b"two, "), (2, b"and ")]

    assert b"".join(_read(LogPosition(repeats=True), *pieces, *pieces, (2, b"end\n"))) == b"one\ntwo, and end\n"


def test_clock_that_is_set_back_costs_no_output() -> None:
    assert _read(LogPosition(repeats=False), (5, b"one\n"), (2, b"two\n"), (2, b"three\n")) == [
        b"one\n",
        b"two\n",
        b"three\n",
    ]


@pytest.mark.parametrize(("first", "is_cut"), [(1, False), (4, False), (5, True)])
def test_log_that_was_cut_after_the_position_is_noticed(first: int, is_cut: bool) -> None:  # noqa: FBT001
    position = LogPosition(repeats=True)
    _read(position, *_LINES)
    position.reopen(since=None)
    moments = [b"2026-11-25T10:00:00.%09d" % moment for moment in range(first, 7)]
    cut = []
    for moment in moments:
        cut.append(position.is_cut_before(moment))
        position.new_part(moment, b"three\n")

    assert any(cut) is is_cut


def _numbered(first: int, last: int) -> bytes:
    return b"".join(b"%09d\n" % number for number in range(first, last))


def _found(received: bytes, log: bytes) -> int | None:
    """The number of bytes of the log that were received already; None if the log contains none of them."""
    output = ReceivedOutput(is_text=False)
    output.add(received)
    search = LogSearch(output.expected())
    for at in range(0, len(log), 9990):
        search.add(b"", log[at : at + 9990])
    if not search.finish():
        return None
    return len(log) - len(search.expected.new_part(log))


@pytest.mark.parametrize(
    ("received", "first", "end", "found"),
    [
        (100, 0, 20_000, 100),
        (100, 0, 90, 90),
        (100, 50, 90, 40),
        (100, 50, 20_500, 50),
        (20_000, 0, 20_000, 20_000),
        (20_000, 0, 19_995, 19_995),
        (20_000, 50, 20_500, 19_950),
        (20_000, 50, 19_990, 19_940),
        (20_000, 19_000, 21_000, 1_000),
    ],
)
def test_search_finds_the_end_of_what_was_received(received: int, first: int, end: int, found: int) -> None:
    assert _found(_numbered(0, received), _numbered(first, end)) == found * 10


@pytest.mark.parametrize(
    ("received", "log"),
    [
        (_numbered(0, 20_000), _numbered(50, 90)),
        (b"a\n" * 9, b""),
        (b"x" * 99, b"y" * 99),
        (b"a\nb\n", b"\nb\n" * 3),
    ],
)
def test_nothing_is_found_in_another_log(received: bytes, log: bytes) -> None:
    assert _found(received, log) is None


def test_line_that_has_not_ended_need_not_be_in_the_log() -> None:
    assert _found(b"one\n 50 %", b"one\n") == 4
    assert _found(b" 50 %", b"") == 0


@pytest.mark.parametrize("kept", [500, 9_500, 200_000])
@pytest.mark.parametrize("received", [1_000, 100_000])
def test_new_output_of_a_job_that_repeats_itself_is_not_dropped(received: int, kept: int) -> None:
    line, new = b"waiting\n", b"done\nand this is the result\n"
    log = line * kept + new
    found = _found(line * received, log) or 0

    assert log[found:].endswith(new)


def test_log_that_goes_on_with_another_line_is_new_from_the_line_on() -> None:
    expected = ExpectedOutput(0, b"line 1\nline 2\n")

    assert [expected.new_part(b"line 1\n"), expected.new_part(b"line 3\n")] == [b"", b"line 3\n"]
