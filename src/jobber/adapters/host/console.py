"""The three standard streams as the job sees them, and a place for output that is kept."""

from __future__ import annotations

import io
import os
import select
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, cast

from jobber.adapters.host.terminal import ScreenModes, is_ours, make_raw, raw, size_of
from jobber.domain.containers.events import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber.domain.containers.container import Terminal
    from jobber.domain.containers.events import Output

_IN_MEMORY = 1 << 20


class StandardInput:
    """File descriptor 0, unbuffered."""

    def __init__(self) -> None:
        self._is_terminal = os.isatty(0)

    def fileno(self) -> int:
        """The descriptor to wait on; -1 while we are in the background of a terminal, where reading would stop us."""
        return -1 if self._is_terminal and not is_ours(0) else 0

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes that are there now; empty at the end, or where there is nothing to read from."""
        try:
            return os.read(0, size)
        except OSError:  # a terminal that has gone, a directory, …
            return b""


class Spool(io.BytesIO):
    """Output of any size: in memory while it is small, in a file without a name when it is not."""

    def __init__(self) -> None:
        super().__init__()
        self._file: BinaryIO | None = None

    def write(self, chunk: bytes, /) -> int:  # type: ignore[override]
        """Append."""
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
        """Read on from where we are."""
        return super().read(size) if self._file is None else self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go somewhere."""
        return super().seek(offset, whence) if self._file is None else self._file.seek(offset, whence)

    def tell(self) -> int:
        """Where we are."""
        return super().tell() if self._file is None else self._file.tell()

    def close(self) -> None:
        """Give the place back."""
        if self._file is not None:
            self._file.close()
        super().close()


class StandardStreams:
    """The console of a run in a shell."""

    def __init__(
        self,
        *,
        before_output: Callable[[], None] = lambda: None,
        on_refused: Callable[[str, str], None] = lambda _stream, _why: None,
        attaches: bool = False,
    ) -> None:
        """Make a console that calls `before_output` ahead of each piece, to clear a progress line.

        `on_refused` hears the name of a stream that takes no more output, and why; not where its reader has left.
        With `attaches` the job has started, and whether it has a terminal is settled: then stderr may go elsewhere.
        """
        self._before_output = before_output
        self._on_refused = on_refused
        self._descriptors = {Stream.STDOUT: 1, Stream.STDERR: 2}
        self._is_interactive = is_ours(0) and os.isatty(1) and (attaches or os.isatty(2))
        self._stdin = StandardInput() if _is_open(0) and (is_ours(0) or not os.isatty(0)) else None
        self._modes: ScreenModes | None = None

    @property
    def stdin(self) -> StandardInput | None:
        """The job's standard input; None where jobber has none, or is in the background of a terminal."""
        return self._stdin

    @property
    def terminal(self) -> Terminal | None:
        """The size of our terminal as it is now; None unless all our streams are one, with us in front of it.

        On a terminal of the job's own its stderr could not be told from its stdout.
        """
        if not self._is_interactive:
            return None
        if self._modes is not None and is_ours(0):  # whoever stopped us may have given it other modes
            make_raw(0)
        return size_of(1)

    @contextmanager
    def raw(self) -> Iterator[None]:
        """Inside, keys go to the job as they are; afterwards the terminal is as it was, whatever happened."""
        if not self._is_interactive:
            yield
            return
        self._before_output()
        modes = self._modes = ScreenModes()
        try:
            with raw(0):
                yield
        finally:
            self._modes = None
            if undo := modes.undo():
                with suppress(OSError):
                    _write_all(1, undo)

    def write(self, output: Output) -> None:
        """Pass a piece of output on; a reader that has gone away is no error: the run goes on for its result."""
        descriptor = self._descriptors.get(output.stream)
        if descriptor is None:
            return
        self._before_output()
        if self._modes is not None:
            self._modes.see(output.chunk)
        try:
            _write_all(descriptor, output.chunk)
        except OSError as error:
            del self._descriptors[output.stream]
            if not isinstance(error, BrokenPipeError):
                self._on_refused(output.stream.name.lower(), (error.strerror or str(error)).lower())

    def spool(self) -> BinaryIO:
        """A new empty place for output of any size."""
        return Spool()


def _write_all(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:  # somebody made our stdout non-blocking
            select.select([], [descriptor], [])


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
