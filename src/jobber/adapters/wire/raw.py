"""A connection that an exchange has turned into bytes both ways: what a job says, and what is said to it."""

from __future__ import annotations

import socket
from typing import Protocol


class Transport(Protocol):
    """What carries the bytes: as much of a socket as is used here, so that a socket is one."""

    def fileno(self) -> int:
        """The descriptor to wait on; -1 once closed."""

    def settimeout(self, seconds: float | None, /) -> None:
        """How long to wait; None for ever, 0 not at all (then `BlockingIOError` is raised)."""

    def recv(self, size: int, /) -> bytes:
        """What has come, waited for; empty at the end."""

    def send(self, octets: bytes | memoryview, /) -> int:
        """Send some of it; after a `BlockingIOError` the same bytes must be offered again."""

    def sendall(self, octets: bytes | memoryview, /) -> None:
        """Send all of it."""

    def shutdown(self, how: int, /) -> None:
        """End the sending half; after a `BlockingIOError` it must be asked for again."""

    def close(self) -> None:
        """Let go of it."""


class RawStream:
    """Bytes both ways without waiting, whatever carries them: a socket, TLS, a pipe to `ssh`."""

    def __init__(self, transport: Transport, first: bytes = b"") -> None:
        """Make a stream on which `first` has come already."""
        self._transport = transport
        self._first = first
        transport.settimeout(0)

    def fileno(self) -> int:
        """The descriptor to wait on; -1 once closed."""
        return self._transport.fileno()

    @property
    def has_pending(self) -> bool:
        """Whether something may be there that waiting on the descriptor would not tell of: ask before waiting."""
        return bool(self._first) or bool(getattr(self._transport, "has_pending", False))  # TLS reads whole records

    def receive(self, size: int) -> bytes | None:
        """What has come; None for nothing as yet, empty at the end and where the connection broke."""
        if self._first:
            taken, self._first = self._first[:size], self._first[size:]
            return taken
        try:
            return self._transport.recv(size)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def send(self, octets: bytes | memoryview) -> int:
        """Send some of it, and return how much; 0 for not now: then offer the same bytes again.

        Raises `OSError` where the other end takes no more.
        """
        try:
            return self._transport.send(octets)
        except BlockingIOError:
            return 0

    def end_input(self) -> bool:
        """Tell the other end that nothing more is sent; receiving goes on. False for not now: then ask again."""
        try:
            self._transport.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            return False
        except OSError:
            pass  # there is no other end any more
        return True

    def close(self) -> None:
        """Let go of the connection."""
        self._transport.close()
