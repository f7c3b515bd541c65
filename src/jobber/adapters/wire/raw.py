"""Raw streams in both directions after an HTTP upgrade: a job's output and its input."""

from __future__ import annotations

import socket
from typing import Protocol


class Transport(Protocol):
    """The subset of the socket API that the HTTP client uses, so that a socket is a transport."""

    def fileno(self) -> int:
        """Return the descriptor to wait on; -1 once closed."""

    def settimeout(self, seconds: float | None, /) -> None:
        """Set the time to wait, in seconds; None for no limit, 0 to raise `BlockingIOError` instead of waiting."""

    def recv(self, size: int, /) -> bytes:
        """Wait for bytes and return them; empty at the end."""

    def send(self, octets: bytes | memoryview, /) -> int:
        """Send part of the data; after a `BlockingIOError` the same bytes must be offered again."""

    def sendall(self, octets: bytes | memoryview, /) -> None:
        """Send all of the data."""

    def shutdown(self, how: int, /) -> None:
        """Close the sending direction; after a `BlockingIOError` the call must be repeated."""

    def close(self) -> None:
        """Close the transport."""


class RawStream:
    """A non-blocking stream in both directions over any transport: a socket, TLS, or a pipe to `ssh`."""

    def __init__(self, transport: Transport, first: bytes = b"") -> None:
        """Create a stream on which `first` has already arrived."""
        self._transport = transport
        self._first = first
        transport.settimeout(0)

    def fileno(self) -> int:
        """Return the descriptor to wait on; -1 once closed."""
        return self._transport.fileno()

    @property
    def has_pending(self) -> bool:
        """Return whether data may be available that the descriptor does not signal; check before waiting."""
        return bool(self._first) or bool(getattr(self._transport, "has_pending", False))  # TLS reads whole records

    def receive(self, size: int) -> bytes | None:
        """Return the bytes received; None if there are none yet, empty at the end or if the connection broke."""
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
        """Send part of the data and return the number of bytes sent.

        It is 0 if sending is not possible now: then offer the same bytes again. Raises `OSError` if the other end
        accepts no more.
        """
        try:
            return self._transport.send(octets)
        except BlockingIOError:
            return 0

    def end_input(self) -> bool:
        """Close the sending direction; receiving continues. Return False if not possible now: then call again."""
        try:
            self._transport.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            return False
        except OSError:
            pass  # the other end is already closed
        return True

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()
