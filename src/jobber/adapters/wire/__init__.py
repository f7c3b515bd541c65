"""The wire to an engine: HTTP/1.1 over a Unix socket, TCP or TLS, with upgrades to a raw stream.

Why not an SDK or a library: a trivial run makes a dozen short calls, and importing `docker` or `podman` costs as
much as all of them together (180 to 250 ms); podman-py has no attach at all; and both buffer what must stream.
This knows HTTP and sockets, and nothing of any engine.
"""

from jobber.adapters.wire.answer import Pending, Response
from jobber.adapters.wire.client import Wire
from jobber.adapters.wire.connection import patience
from jobber.adapters.wire.endpoint import Endpoint, Scheme, TlsFiles, parse_endpoint
from jobber.adapters.wire.errors import WireBroken, WireUnreachable
from jobber.adapters.wire.raw import RawStream, Transport

__all__ = [
    "Endpoint",
    "Pending",
    "RawStream",
    "Response",
    "Scheme",
    "TlsFiles",
    "Transport",
    "Wire",
    "WireBroken",
    "WireUnreachable",
    "parse_endpoint",
    "patience",
]
