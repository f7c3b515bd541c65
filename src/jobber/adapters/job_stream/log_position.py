"""The position in the engine's log, by the time stamps of its records.

Measured on Docker 20.10 and 28, and on Podman 4.3 and 5.8: the time stamps of each stream ascend. Each line on Docker
has a separate time stamp, which all pieces of a long line share. On Podman all that the job wrote at once has the
same time stamp, and with 4.3 all that it wrote within a second. So a position is a time stamp and a number of bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d) ").match


def split_record(record: bytes) -> tuple[bytes, bytes]:
    """Return the time stamp of a record, in a form to compare, and its content.

    A message of the engine about the log has no time stamp: then it is empty.
    """
    if (stamp := _STAMP(record)) is None:
        return b"", record
    moment, zone = stamp.groups()
    return moment if zone == b"Z" else _in_utc(moment, zone), record[stamp.end() :]


@lru_cache(maxsize=1)
def _in_utc(moment: bytes, zone: bytes) -> bytes:
    seconds, _, fraction = moment.partition(b".")
    utc = datetime.fromisoformat((seconds + zone).decode()).astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}".encode() + (b"." + fraction if fraction else b"")


def time_of(moment: bytes) -> datetime:
    """Return the time of a time stamp, to the microsecond."""
    return datetime.fromisoformat(f"{moment.decode()}+00:00")


@dataclass(slots=True)
class LogPosition:
    """The end of the part of one stream of a log that has been read."""

    repeats: bool
    """A flag: the engine may send records again while it follows the log.

    Docker 20.10 reads a part of a limited log again when it begins a new file.
    """
    moment: bytes = b""
    """The time stamp of the last record."""
    size: int = 0
    """The number of bytes that have been read of the records with that time stamp."""
    left: int | None = None
    """The number of these bytes that come again, in a log that is read again; None once its new part has begun."""
    ends_line: bool = False

    def reopen(self, *, since: datetime | None) -> None:
        """Expect records that have been read already, in a log that is read from `since` on."""
        if self.moment and (since is None or time_of(self.moment) >= since):
            self.left = self.size

    def is_cut_before(self, moment: bytes) -> bool:
        """Return whether a log that is read again starts with this record and lacks the last one that was read."""
        return moment > self.moment and bool(self.left) and self.left == self.size

    def new_part(self, moment: bytes, content: bytes) -> bytes:
        """Return the part of a record that has not been read before."""
        if self.left is None and self.repeats and self._is_repeated(moment):
            self.left = self.size
        if self.left is not None and moment < self.moment:
            return b""
        if moment != self.moment:
            self.moment, self.size, self.left = moment, 0, None
        known = min(self.left or 0, len(content))
        self.left = (self.left or 0) - known or None
        self.size += len(content) - known
        self.ends_line = content.endswith(b"\n")
        return content[known:]

    def _is_repeated(self, moment: bytes) -> bool:
        return moment < self.moment or (moment == self.moment and self.ends_line)
