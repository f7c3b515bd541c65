"""The three standard streams of a job, and storage for its output."""

from __future__ import annotations

import io
import os
import select
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from jobber.adapters.host.terminal import is_ours, make_raw, raw, size_of
from jobber.domain.containers.events import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber.domain.containers.container import Terminal
    from jobber.domain.containers.events import Output

_IN_MEMORY = 1 << 20


class StandardInput:
    """The standard input of jobber (file descriptor 0), unbuffered."""

    def __init__(self) -> None:
        self._is_terminal = os.isatty(0)

    def fileno(self) -> int:
        """Return the descriptor to wait on; -1 in the background of a terminal, where a read would stop jobber."""
        return -1 if self._is_terminal and not is_ours(0) else 0

    def read(self, size: int, /) -> bytes:
        """Return up to `size` available bytes; empty at the end of the input, or if it cannot be read."""
        try:
            return os.read(0, size)
        except OSError:  # a closed terminal, a directory, …
            return b""


class Spool(io.BytesIO):
    """A store for output of any size: in memory up to 1 MiB, in an unnamed temporary file beyond that."""

    def __init__(self) -> None:
        super().__init__()
        self._file: BinaryIO | None = None

    def write(self, chunk: bytes, /) -> int:  # type: ignore[override]
        """Append bytes."""
        if self._file is None:
            if super().tell() + len(chunk) <= _IN_MEMORY:
                return super().write(chunk)
            import tempfile

            self._file = cast("BinaryIO", tempfile.TemporaryFile(buffering=0))
            _write_all(self._file.fileno(), super().getvalue())
            super().seek(0)
            super().truncate()
        _write_all(self._file.fileno(), chunk)
        return len(chunk)

    def read(self, size: int | None = -1, /) -> bytes:
        """Read from the current position."""
        return super().read(size) if self._file is None else self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Change the current position."""
        return super().seek(offset, whence) if self._file is None else self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the current position."""
        return super().tell() if self._file is None else self._file.tell()

    def close(self) -> None:
        """Release the memory or the temporary file."""
        if self._file is not None:
            self._file.close()
        super().close()


class StandardStreams:
    """The console of a run that was started in a shell."""

    def __init__(
        self,
        *,
        before_output: Callable[[], None] = lambda: None,
        on_refused: Callable[[str, str], None] = lambda _stream, _why: None,
        attaches: bool = False,
    ) -> None:
        """Create a console.

        Args:
            before_output: Function to call before each piece of output, for example to clear a progress line.
            on_refused: Function to call with a stream's name and the reason if a stream accepts no more output.
                jobber does not call it if the reader of the stream has ended.
            attaches: Whether the job is already running, so that its terminal setting is fixed. stderr need not be a
                terminal then. Default: False.

        """
        self._before_output = before_output
        self._on_refused = on_refused
        self._descriptors = {Stream.STDOUT: 1, Stream.STDERR: 2}
        self._is_interactive = is_ours(0) and os.isatty(1) and (attaches or os.isatty(2))
        self._stdin = StandardInput() if _is_open(0) and (is_ours(0) or not os.isatty(0)) else None
        self._is_raw = False

    @property
    def stdin(self) -> StandardInput | None:
        """The job's standard input; None if jobber has none, or runs in the background of a terminal."""
        return self._stdin

    @property
    def terminal(self) -> Terminal | None:
        """The current size of jobber's terminal.

        None unless all streams are terminals and jobber runs in the foreground: with a terminal of its own, a job's
        stderr could not be separated from its stdout.
        """
        if not self._is_interactive:
            return None
        if self._is_raw and is_ours(0):  # its modes may have changed while jobber was stopped
            make_raw(0)
        return size_of(1)

    @contextmanager
    def raw(self) -> Iterator[None]:
        """Send keys to the job unchanged inside this context; always restore the terminal afterwards."""
        if not self._is_interactive:
            yield
            return
        self._before_output()
        with raw(0):
            self._is_raw = True
            try:
                yield
            finally:
                self._is_raw = False

    def write(self, output: Output) -> None:
        """Forward a piece of output. If the reader has ended, the run continues for its result."""
        descriptor = self._descriptors.get(output.stream)
        if descriptor is None:
            return
        self._before_output()
        try:
            _write_all(descriptor, output.chunk)
        except OSError as error:
            del self._descriptors[output.stream]
            if not isinstance(error, BrokenPipeError):
                self._on_refused(output.stream.name.lower(), (error.strerror or str(error)).lower())

    def spool(self) -> BinaryIO:
        """Return a new empty store for output of any size."""
        return Spool()


def _write_all(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:  # another program made standard output non-blocking
            select.select([], [descriptor], [])


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
