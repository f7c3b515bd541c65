"""The replay of the engine's log after a broken connection: the part of it that was not received yet."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from jobber.adapters.job_stream.frames import FramedOutput, RawOutput
from jobber.adapters.job_stream.log_position import LogPosition, split_record, time_of
from jobber.adapters.job_stream.log_search import LogSearch
from jobber.adapters.job_stream.received_output import ExpectedOutput, ReceivedOutput
from jobber.domain.containers.events import Output, Stream

if TYPE_CHECKING:
    from datetime import datetime

    from jobber.adapters.job_stream.engine_job import AttachedJob
    from jobber.adapters.job_stream.frames import Select
    from jobber.adapters.job_stream.streams import ResponseStream

_OVERLAP = timedelta(seconds=10)
"""The time before the latest record from which a log is read again.

With Docker 28, records of the two streams may be in another order than their time stamps.
"""


class LogReplay:
    """The replay of one job's log, which is opened again after each broken connection."""

    def __init__(self, job: AttachedJob, *, since: datetime | None = None) -> None:
        """Replay the log from its beginning, or from `since` on."""
        self._job = job
        self._since = since
        self._format = job.log_format
        self._received = {stream: ReceivedOutput(is_text=self._format.is_text) for stream in Stream}
        self._expected = {stream: ExpectedOutput() for stream in Stream}
        self._positions = {stream: LogPosition(repeats=self._format.is_limited) for stream in Stream}
        self._latest = b""
        """The time stamp of the last record that was read."""
        self._is_cut = False

    def take_cut(self) -> bool:
        """Return, once, whether the log has lost output that follows the part already received."""
        was_cut, self._is_cut = self._is_cut, False
        return was_cut

    def add(self, output: Output) -> None:
        """Count output that was received; the output in a log with time stamps needs no count."""
        if not self._latest:
            self._received[output.stream].add(output.chunk)

    def open(self, *, follow: bool) -> tuple[ResponseStream, RawOutput]:
        """Return the log, and the reader that returns its new part. Raises `LogUnreadable`."""
        since = self._since
        if self._latest:
            again = time_of(self._latest) - _OVERLAP
            since = again if since is None else max(since, again)
        else:
            self._expect_received()
        for position in self._positions.values():
            position.reopen(since=since)
        return self._open(follow=follow, since=since), self._reader(self._new_part)

    def _expect_received(self) -> None:
        self._expected = {stream: received.expected() for stream, received in self._received.items()}
        if not self._format.is_limited or not any(expected.tail for expected in self._expected.values()):
            return
        searches = {stream: LogSearch(expected) for stream, expected in self._expected.items()}

        def add(stream: Stream, record: bytes) -> bytes:
            searches[stream].add(*self._split(record))
            return b""

        reader = self._reader(add)
        with closing(self._open(follow=False, since=self._since)) as log:
            for chunk in log.read(patience=self._job.patience):
                reader.feed(chunk)
        for stream, search in searches.items():
            self._is_cut |= not search.finish()
            if search.place is not None:
                self._positions[stream].moment, self._positions[stream].size = search.place.moment, search.place.size

    def _new_part(self, stream: Stream, record: bytes) -> bytes:
        moment, content = self._split(record)
        if moment:
            self._latest = moment
            position = self._positions[stream]
            self._is_cut |= position.is_cut_before(moment)
            content = position.new_part(moment, content)
        return self._expected[stream].new_part(content)

    def _split(self, record: bytes) -> tuple[bytes, bytes]:
        return split_record(record) if self._format.has_stamps else (b"", record)

    def _open(self, *, follow: bool, since: datetime | None) -> ResponseStream:
        return self._job.log(follow=follow, since=since, has_stamps=self._format.has_stamps)

    def _reader(self, select: Select) -> RawOutput:
        return FramedOutput(select=select) if self._format.is_framed else RawOutput(select=select)
