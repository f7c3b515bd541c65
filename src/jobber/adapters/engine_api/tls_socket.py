"""TLS in the manner of `docker`: certificates in a folder, verified in both directions."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.engine_api.connection_errors import EngineUnreachable

if TYPE_CHECKING:
    from jobber.adapters.engine_api.endpoint import Endpoint

_RECEIVE = 1 << 18
_SEND = 1 << 16


class TlsSocket(socket.socket):
    """TLS over a socket whose sending direction can be closed while it still receives.

    `ssl.SSLSocket` does not support this. Its `shutdown` leaves encrypted bytes to the reader, and its `unwrap` breaks
    the connection if the other end still sends.
    """

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, *, host: str) -> None:
        """Perform the handshake over a connected socket. Raises `OSError`, including its subclass `ssl.SSLError`."""
        seconds = sock.gettimeout()
        super().__init__(fileno=sock.detach())
        self.settimeout(seconds)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._decrypted = b""
        self._unsent = b""
        self._offered = 0
        """The number of bytes offered to `send` that are already encrypted."""
        self._input_ended = False
        self._output_ended = False
        try:
            self._shake_hands()
        except BaseException:
            self.close()
            raise

    @property
    def has_pending(self) -> bool:
        """Return whether bytes, or the end of the stream, have been read from the socket and not returned yet."""
        taken = bool(self._decrypted) or self._tls.pending() > 0 or self._incoming.pending > 0
        return taken or self._output_ended

    def receives_now(self) -> bool:
        """Return whether bytes or the end have arrived, without waiting; an incomplete record does not count."""
        if self.has_pending:
            return True
        seconds = self.gettimeout()
        self.settimeout(0)
        try:
            self._decrypted += self.recv(_RECEIVE)
        except BlockingIOError:
            return self.has_pending
        except OSError:
            pass  # reading reports the broken connection
        finally:
            self.settimeout(seconds)
        return True

    def recv_into(self, buffer: bytearray | memoryview, size: int = 0, flags: int = 0, /) -> int:  # type: ignore[override]
        """Receive into a buffer, as the file objects over a socket do."""
        received = self.recv(size or len(buffer), flags)
        buffer[: len(received)] = received
        return len(received)

    def recv(self, size: int, _flags: int = 0, /) -> bytes:
        """Return the bytes received, as many as are available; empty at the end."""
        while not (found := self._take(size)):
            if found is not None:
                return b""
            with suppress(OSError):
                self._flush()  # a response that the TLS protocol itself requires
            self._fill()
        return found

    def send(self, content: bytes | memoryview, _flags: int = 0, /) -> int:  # type: ignore[override]
        """Send part of the data."""
        if not self._offered:
            self._offered = self._tls.write(memoryview(content)[:_SEND])
        self._flush()
        sent, self._offered = self._offered, 0
        return sent

    def sendall(self, content: bytes | memoryview, _flags: int = 0, /) -> None:  # type: ignore[override]
        """Send all of the data."""
        rest = memoryview(content)
        while rest:
            rest = rest[self.send(rest) :]

    def shutdown(self, _how: int, /) -> None:
        """Close the sending direction."""
        self._flush()
        if not self._input_ended:
            self._input_ended = True
            while piece := self._decrypt(_RECEIVE):  # OpenSSL treats unread data as a protocol violation
                self._decrypted += piece
            with suppress(ssl.SSLError):  # it expects the other end's close alert, which comes at the end of its data
                self._tls.unwrap()
        self._flush()

    def _shake_hands(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError:
                with suppress(OSError):
                    self._flush()  # send the alert with the reason to the other end
                raise
            else:
                return self._flush()

    def _take(self, size: int) -> bytes | None:
        """Return bytes that are already available; None if there are none yet, empty at the end."""
        if self._decrypted:
            taken, self._decrypted = self._decrypted[:size], self._decrypted[size:]
            return taken
        return self._decrypt(size)

    def _decrypt(self, size: int) -> bytes | None:
        pieces: list[bytes] = []
        room = size
        while room:
            try:
                piece = self._tls.read(room)
            except ssl.SSLWantReadError:
                return b"".join(pieces) if pieces else None
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):  # with or without a close alert
                piece = b""
            if not piece:
                self._output_ended = True
                break
            pieces.append(piece)
            room -= len(piece)
        return b"".join(pieces)

    def _fill(self) -> None:
        content = super().recv(_RECEIVE)
        if content:
            self._incoming.write(content)
        else:
            self._incoming.write_eof()

    def _flush(self) -> None:
        while self._unsent or self._outgoing.pending:
            self._unsent = self._unsent or self._outgoing.read()
            self._unsent = self._unsent[super().send(self._unsent) :]


def secure(sock: socket.socket, endpoint: Endpoint) -> TlsSocket:
    """Start TLS on a connected socket. Raises `EngineUnreachable`."""
    assert endpoint.tls is not None
    tls, folder = endpoint.tls, Path(endpoint.tls.folder)
    try:
        context = ssl.create_default_context()
        if not tls.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif (folder / tls.authority).exists():
            context.load_verify_locations(folder / tls.authority)
        if (folder / tls.certificate).exists():
            context.load_cert_chain(folder / tls.certificate, folder / tls.key)
        return TlsSocket(sock, context, host=endpoint.host)
    except OSError as error:  # includes ssl.SSLError
        sock.close()
        raise EngineUnreachable(f"TLS: {_told(error, folder / tls.authority)}") from None


def _told(error: OSError, authority: Path) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        lacks = "" if authority.exists() else f"; there is no {authority}"
        return f"certificate verify failed: {error.verify_message}{lacks}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return (error.strerror or str(error)).lower()
