"""Two at work on one stream: we receive it, and a thread does with it what is slow, writing for example.

The engine that sends can go on while we write, and the connection stays with the thread that signals interrupt.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_PIECE = 1 << 18
"""Bytes that are handed over at once: less would cost more than it brings."""
_WAITING = 16
"""Pieces that may wait for the other; the sender waits for more room."""


class _CutShort(Exception):
    """In the thread: there will be no more, and what there was is not all."""


class _Handover:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pieces: list[bytes] = []
        self._ended = self._cut = self._unwanted = False

    def give(self, piece: bytes) -> bool:
        """Hand a piece over, when there is room for it; False where nobody wants more."""
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
        """The pieces, as they come. Raises `_CutShort`."""
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

    Raises what the work raises, or else what the pieces raise: then, or when a signal interrupts us, the work is
    given up at its next piece, and has come to its end when this ends.
    """
    handover = _Handover()
    failures: list[BaseException] = []

    def work_on() -> None:
        try:
            work(handover.take())
        except BaseException as error:  # it is raised where somebody hears of it
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
