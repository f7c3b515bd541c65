"""Raw streams in both directions after an HTTP upgrade: a job's output and its input."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class RawStream:
    """A non-blocking stream in both directions over a socket, with TLS or without."""

    def __init__(self, sock: socket.socket, first: bytes = b"", *, closes: Callable[[], None] | None = None) -> None:
        """Create a stream on which `first` has already arrived; `closes` closes what else holds the socket."""
        self._socket = sock
        self._first = first
        self._closes = closes
        sock.settimeout(0)

    def fileno(self) -> int:
        """Return the descriptor to wait on; -1 once closed."""
        return self._socket.fileno()

    @property
    def has_pending(self) -> bool:
        """Return whether data may be available that the descriptor does not signal; check before waiting."""
        return bool(self._first) or bool(getattr(self._socket, "has_pending", False))  # TLS reads whole records

    def receive(self, size: int) -> bytes | None:
        """Return the bytes received; None if there are none yet, empty at the end or if the connection broke."""
        if self._first:
            taken, self._first = self._first[:size], self._first[size:]
            return taken
        try:
            return self._socket.recv(size)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def send(self, content: bytes | memoryview) -> int:
        """Send part of the data and return the number of bytes sent.

        It is 0 if sending is not possible now: then offer the same bytes again. Raises `OSError` if the other end
        accepts no more.
        """
        try:
            return self._socket.send(content)
        except BlockingIOError:
            return 0

    def end_input(self) -> bool:
        """Close the sending direction; receiving continues. Return False if not possible now: then call again."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            return False
        except OSError:
            pass  # the other end is already closed
        return True

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
        if self._closes is not None:
            self._closes()
