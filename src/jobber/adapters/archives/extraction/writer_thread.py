"""Reception of a stream in one thread, and its processing in another, for slow work such as writing.

The engine can continue to send while jobber writes. The connection stays in the thread that signals interrupt.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_PIECE = 1 << 18
"""The minimum number of bytes per handover: smaller pieces would cost more than they gain."""
_WAITING = 16
"""The number of pieces that may be queued; the sender waits while the queue is full."""


class _CutShort(Exception):
    """An incomplete stream, raised in the worker thread: there will be no more pieces."""


class _Handover:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pieces: list[bytes] = []
        self._ended = self._cut = self._unwanted = False

    def give(self, piece: bytes) -> bool:
        """Queue a piece once there is room for it; return False if no more pieces are wanted."""
        with self._changed:
            while len(self._pieces) >= _WAITING and not self._unwanted:
                self._changed.wait()
            self._pieces.append(piece)
            self._changed.notify_all()
            return not self._unwanted

    def end(self, *, cut: bool) -> None:
        with self._changed:
            self._ended, self._cut = True, cut
            self._changed.notify_all()

    def want_no_more(self) -> None:
        with self._changed:
            self._unwanted = True
            self._changed.notify_all()

    def take(self) -> Iterator[bytes]:
        """Yield the pieces as they arrive. Raises `_CutShort`."""
        while True:
            with self._changed:
                while not self._pieces and not self._ended:
                    self._changed.wait()
                if self._cut:
                    raise _CutShort
                if not self._pieces:
                    return
                piece = self._pieces.pop(0)
                self._changed.notify_all()
            yield piece


def write_in_thread(pieces: Iterable[bytes], work: Callable[[Iterator[bytes]], None]) -> None:
    """Receive the pieces, and let a thread do the work with them.

    Raises the work's error, or else the error of the pieces. After that error, or an interrupting signal, the work is
    given up at its next piece. The work has always ended when this function returns.
    """
    handover = _Handover()
    failures: list[BaseException] = []

    def work_on() -> None:
        try:
            work(handover.take())
        except BaseException as error:  # raised again in the calling thread
            failures.append(error)
        finally:
            handover.want_no_more()

    thread = threading.Thread(target=work_on, name="jobber-work")
    thread.start()
    whole = False
    try:
        _give_all(pieces, handover)
        whole = True
    finally:
        handover.end(cut=not whole)
        thread.join()
    for failure in failures:
        raise failure


def _give_all(pieces: Iterable[bytes], handover: _Handover) -> None:
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= _PIECE:
            if not handover.give(b"".join(gathered)):
                return
            gathered, size = [], 0
    handover.give(b"".join(gathered))
