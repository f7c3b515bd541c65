"""Logs that an engine limits: what it keeps of them, and what it tells twice."""

from __future__ import annotations

from typing import Any

import pytest

from jobber.adapters.docker.translate import container_of as docker_container
from jobber.adapters.job_stream.frames import StampedOutput
from jobber.adapters.job_stream.log_position import TAIL, PlaceInLog
from jobber.adapters.podman.translate import container_of as podman_container
from jobber.domain.containers.events import Stream

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


def _frame(stream: Stream, moment: int, said: bytes) -> bytes:
    content = b"2026-11-25T10:00:00.%09dZ " % moment + said
    return bytes((stream.value, 0, 0, 0)) + len(content).to_bytes(4, "big") + content


def _read(*frames: bytes) -> list[tuple[Stream, bytes]]:
    reader = StampedOutput()
    for frame in frames:
        reader.feed(frame)
    return [(output.stream, output.chunk) for output in iter(reader.take, None)]


_OUT, _ERR = Stream.STDOUT, Stream.STDERR
_LINES = [
    _frame(_OUT, 1, b"one\n"),
    _frame(_ERR, 3, b"err\n"),
    _frame(_OUT, 2, b"two, "),
    _frame(_OUT, 2, b"in two pieces\n"),
    _frame(_OUT, 4, b"three\n"),
    _frame(_ERR, 4, b"err\n"),
]
_SAID = [
    (_OUT, b"one\n"),
    (_ERR, b"err\n"),
    (_OUT, b"two, "),
    (_OUT, b"in two pieces\n"),
    (_OUT, b"three\n"),
    (_ERR, b"err\n"),
]


def test_moments_are_taken_off() -> None:
    assert _read(*_LINES) == _SAID


@pytest.mark.parametrize("end", [1, 2, 4, 5, 6])  # after 3, a line has not ended: its piece may be a new one
@pytest.mark.parametrize("first", range(6))
def test_what_is_given_again_is_dropped(first: int, end: int) -> None:
    assert _read(*_LINES[:end], *_LINES[min(first, end - 1) :]) == _SAID


def test_piece_of_a_line_is_given_again_after_what_was_before_it() -> None:
    pieces = [_frame(_OUT, 1, b"one\n"), _frame(_OUT, 2, b"two, "), _frame(_OUT, 2, b"and ")]

    assert _read(*pieces, *pieces, _frame(_OUT, 2, b"end\n")) == [
        (_OUT, b"one\n"),
        (_OUT, b"two, "),
        (_OUT, b"and "),
        (_OUT, b"end\n"),
    ]


def test_what_the_engine_complains_of_has_no_moment() -> None:
    complaint = b"error from daemon in stream: Error grabbing logs: EOF\n"
    frame = bytes((_ERR.value, 0, 0, 0)) + len(complaint).to_bytes(4, "big") + complaint

    assert _read(frame, _LINES[1]) == [(_ERR, complaint), (_ERR, b"err\n")]


def _numbered(first: int, last: int) -> bytes:
    return b"".join(b"%09d\n" % number for number in range(first, last))


def _place(heard: bytes, log: bytes) -> int | None:
    place = PlaceInLog(heard=len(heard), beginning=heard[:1024], tail=heard[-TAIL:])
    for at in range(0, len(log), 9999):
        place.read(log[at : at + 9999])
    return place.found()


@pytest.mark.parametrize(
    ("heard", "first", "end", "found"),
    [
        (100, 0, 20_000, 100),
        (100, 0, 90, 100),
        (100, 50, 90, 50),
        (100, 50, 20_500, 50),
        (20_000, 0, 20_000, 20_000),
        (20_000, 0, 90, 20_000),
        (20_000, 50, 20_500, 19_950),
        (20_000, 50, 19_990, 19_950),
        (20_000, 19_000, 21_000, 1_000),
    ],
)
def test_place_is_where_what_was_heard_ends(heard: int, first: int, end: int, found: int) -> None:
    assert _place(_numbered(0, heard), _numbered(first, end)) == found * 10


def test_log_that_is_far_behind_and_cut_tells_no_place() -> None:
    assert _place(_numbered(0, 20_000), _numbered(50, 90)) is None


@pytest.mark.parametrize(("heard", "log"), [(b"a\n" * 9, b""), (b"x" * 99, b"y" * 99), (b"a\nb\n", b"\nb\n" * 3)])
def test_place_is_nowhere_in_another_log(heard: bytes, log: bytes) -> None:
    assert _place(heard, log) is None


def test_who_has_heard_nothing_is_at_the_beginning() -> None:
    assert _place(b"", b"all\n") == 0


def test_the_same_again_and_again_is_rather_given_twice_than_never() -> None:
    found = _place(b"begin\n" + b"beat\n" * 50_000, b"beat\n" * 30_000)

    assert found == TAIL + 4  # the first place where it fits
