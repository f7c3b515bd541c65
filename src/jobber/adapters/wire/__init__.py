"""The HTTP client for engines: HTTP/1.1 over a Unix socket, TCP or TLS, with upgrades to a raw stream.

jobber does not use an SDK or a library for three reasons. A trivial run makes a dozen short calls, and importing
`docker` or `podman` costs as much as all of them together (180 to 250 ms). podman-py does not support attaching. Both
buffer data that must be streamed. This package handles HTTP and sockets, and nothing specific to an engine.
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
