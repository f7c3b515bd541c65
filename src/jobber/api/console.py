"""The job's streams in somebody else's process: shown as they come, and kept."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from jobber.domain.containers.events import Stream

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from jobber.domain.containers.events import Output
    from jobber.domain.ports.progress import Progress


class GuestConsole:
    """What a job says goes to `sys.stdout` and `sys.stderr`, whatever they are now: a notebook's have no bytes."""

    stdin = None
    """The job has no standard input."""

    def __init__(self, *, quiet: bool, progress: Progress) -> None:
        self._quiet = quiet
        self._clear = getattr(progress, "clear", lambda: None)
        decoder = codecs.getincrementaldecoder("utf-8")
        self._decoders = {stream: decoder(errors="replace") for stream in Stream}
        self._kept: BinaryIO | None = None

    terminal = None
    """The job has no terminal."""

    def raw(self) -> AbstractContextManager[None]:
        """There is no terminal to change."""
        return nullcontext()

    def write(self, output: Output) -> None:
        """Show a piece of output; a stream that is closed is no error."""
        if self._quiet:
            return
        self._clear()
        stream = sys.stdout if output.stream is Stream.STDOUT else sys.stderr
        try:
            stream.write(self._decoders[output.stream].decode(output.chunk))
            stream.flush()
        except (OSError, ValueError):
            self._quiet = True

    def spool(self) -> BinaryIO:
        """A place for the output, which stays when the run is over."""
        from jobber.adapters.host.console import Spool

        class KeptSpool(Spool):
            """A spool that is closed when nobody has it any more, and not when the run is over."""

            def __exit__(self, *_: object) -> None:
                pass

        self._kept = KeptSpool()
        return self._kept

    def said(self, *, last: int | None = None) -> bytes:
        """What the job said, or the last so many bytes of it."""
        if self._kept is None:
            return b""
        size = self._kept.seek(0, os.SEEK_END)
        self._kept.seek(0 if last is None else max(0, size - last))
        return self._kept.read()
