"""The console of an API call: shows the job's output as it arrives, and stores it."""

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
    """A console that writes the job's output to the current `sys.stdout` and `sys.stderr`.

    It writes text, because the streams of a notebook do not accept bytes.
    """

    stdin = None
    """The job's standard input: none."""

    def __init__(self, *, quiet: bool, progress: Progress) -> None:
        self._quiet = quiet
        self._clear = getattr(progress, "clear", lambda: None)
        decoder = codecs.getincrementaldecoder("utf-8")
        self._decoders = {stream: decoder(errors="replace") for stream in Stream}
        self._kept: BinaryIO | None = None

    terminal = None
    """The job's terminal: none."""

    def raw(self) -> AbstractContextManager[None]:
        """Return a context manager that does nothing, because there is no terminal to change."""
        return nullcontext()

    def write(self, output: Output) -> None:
        """Show a piece of output; a closed stream is not an error."""
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
        """Return a spool for the output that stays open after the run."""
        from jobber.adapters.host.console import Spool

        class KeptSpool(Spool):
            """A spool that is closed when it is garbage-collected, not at the end of the run."""

            def __exit__(self, *_: object) -> None:
                pass

        self._kept = KeptSpool()
        return self._kept

    def said(self, *, last: int | None = None) -> bytes:
        """Return the job's output, or its last `last` bytes."""
        if self._kept is None:
            return b""
        size = self._kept.seek(0, os.SEEK_END)
        self._kept.seek(0 if last is None else max(0, size - last))
        return self._kept.read()
