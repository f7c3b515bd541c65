"""TLS as `docker` does it: certificates in a folder, checked both ways."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.wire.client import WireUnreachable

if TYPE_CHECKING:
    import socket

    from jobber.adapters.wire.endpoint import Endpoint


def secure(sock: socket.socket, endpoint: Endpoint) -> socket.socket:
    """Put TLS on a connected socket. Raises `WireUnreachable`."""
    assert endpoint.tls is not None
    folder = Path(endpoint.tls.folder)
    try:
        context = ssl.create_default_context()
        if not endpoint.tls.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif (folder / "ca.pem").exists():
            context.load_verify_locations(folder / "ca.pem")
        if (folder / "cert.pem").exists():
            context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        return context.wrap_socket(sock, server_hostname=endpoint.host)
    except OSError as error:  # ssl.SSLError is one
        sock.close()
        raise WireUnreachable(f"TLS: {error}") from None
