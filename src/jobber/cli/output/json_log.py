"""The output of a job as one JSON object, written incrementally in constant memory."""

from __future__ import annotations

import codecs
import io
import json
from typing import TYPE_CHECKING

from jobber.cli.output.json_text import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from _typeshed import ReadableBuffer


class JsonLog(io.RawIOBase):
    """A binary stream that writes `{"log": "…", …}`; bytes that are not UTF-8 are replaced."""

    def __init__(self, sink: BinaryIO) -> None:
        """Store the sink; writing starts with the first bytes or with `finish`."""
        self._sink = sink
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._has_begun = False

    def writable(self) -> bool:
        """Return True always."""
        return True

    def write(self, chunk: ReadableBuffer, /) -> int:
        """Write a piece of the log. Raises the errors of the sink."""
        data = bytes(chunk)
        self._put(data, is_last=False)
        return len(data)

    def finish(self, facts: Mapping[str, object]) -> None:
        """Write the end of the object: the facts about the complete log."""
        self._put(b"", is_last=True)
        self._sink.write(f'", {as_json(facts, indent=None)[1:]}\n'.encode())

    def _put(self, data: bytes, *, is_last: bool) -> None:
        text = json.dumps(self._decoder.decode(data, final=is_last), ensure_ascii=False)[1:-1]
        head = "" if self._has_begun else '{"log": "'
        self._has_begun = True
        self._sink.write(f"{head}{text}".encode())
