"""Raw streams over a socket and over TLS, against Python's own TLS as the other end."""

from __future__ import annotations

import select
import shutil
import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from certificates import make_certificates

from jobber.adapters.docker.client import DockerClient
from jobber.adapters.engine_api.endpoint import TlsFiles, parse_endpoint
from jobber.adapters.engine_api.raw_stream import RawStream
from jobber.adapters.engine_api.sockets import open_socket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Serve = Callable[[socket.socket], None]
    Open = Callable[[Serve], RawStream]

MANY = 4 << 20


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl")
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(params=["tcp", "tls-1.2", "tls-1.3"])
def opened(request: pytest.FixtureRequest, certificates: Path) -> Iterator[Open]:
    """Let something serve one connection, and get a stream to it."""
    streams: list[RawStream] = []
    threads: list[threading.Thread] = []

    def accept(listener: socket.socket, serve: Serve) -> None:
        connection, _ = listener.accept()
        listener.close()
        if request.param != "tcp":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates / "server-cert.pem", certificates / "server-key.pem")
            context.load_verify_locations(certificates / "ca.pem")
            context.verify_mode = ssl.CERT_REQUIRED
            if request.param == "tls-1.2":
                context.maximum_version = ssl.TLSVersion.TLSv1_2
            connection = context.wrap_socket(connection, server_side=True)
        with connection:
            serve(connection)
            if isinstance(connection, ssl.SSLSocket):
                with suppress(OSError):  # the stream says farewell only where it ends its input
                    connection.unwrap()

    def start(serve: Serve) -> RawStream:
        listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=accept, args=(listener, serve))
        thread.start()
        threads.append(thread)
        endpoint = parse_endpoint(f"127.0.0.1:{listener.getsockname()[1]}")
        if request.param != "tcp":
            endpoint = endpoint.secured(TlsFiles(str(certificates)))
        stream = RawStream(open_socket(endpoint, seconds=30))
        streams.append(stream)
        return stream

    yield start
    for stream in streams:
        stream.close()
    for thread in threads:
        thread.join(30)


def receive(stream: RawStream, size: int) -> bytes:
    while True:
        if not stream.has_pending:
            select.select([stream.fileno()], [], [])
        if (chunk := stream.receive(size)) is not None:
            return chunk


def receive_all(stream: RawStream) -> bytes:
    received = bytearray()
    while chunk := receive(stream, 1 << 20):
        received += chunk
    return bytes(received)


def send_all(stream: RawStream, octets: bytes) -> None:
    rest = memoryview(octets)
    while rest:
        select.select([], [stream.fileno()], [])
        rest = rest[stream.send(rest) :]
    while not stream.end_input():
        select.select([], [stream.fileno()], [])


def read_all(connection: socket.socket) -> bytes:
    received = bytearray()
    while chunk := connection.recv(1 << 16):
        received += chunk
    return bytes(received)


def test_input_ends_and_output_goes_on(opened: Open) -> None:
    def echo(connection: socket.socket) -> None:
        connection.sendall(read_all(connection) + b" and more")

    stream = opened(echo)
    send_all(stream, b"x" * MANY)

    assert receive_all(stream) == b"x" * MANY + b" and more"


def test_output_that_came_before_the_end_of_input_is_kept(opened: Open) -> None:
    def speak_first(connection: socket.socket) -> None:
        connection.sendall(b"y" * 100_000)
        connection.sendall(read_all(connection))

    stream = opened(speak_first)
    first = receive(stream, 10)
    send_all(stream, b"z")

    assert first == b"y" * 10
    assert receive_all(stream) == b"y" * 99_990 + b"z"


def test_sending_to_one_who_reads_late_loses_nothing(opened: Open) -> None:
    go = threading.Event()
    read: list[bytes] = []

    def read_late(connection: socket.socket) -> None:
        go.wait(30)
        read.append(read_all(connection))
        connection.sendall(b"ok")

    stream = opened(read_late)
    octets = bytes(range(256)) * (MANY // 256)
    rest = memoryview(octets)
    while sent := stream.send(rest):
        rest = rest[sent:]
    go.set()
    send_all(stream, bytes(rest))

    assert receive_all(stream) == b"ok"
    assert read == [octets]


def test_nothing_as_yet_is_no_end(opened: Open) -> None:
    stream = opened(lambda connection: connection.sendall(read_all(connection)))

    assert stream.receive(10) is None
    send_all(stream, b"")
    assert receive_all(stream) == b""


def test_what_came_with_the_head_is_pending_and_comes_first(opened: Open) -> None:
    stream = opened(lambda connection: connection.sendall(b"second"))
    early = RawStream(stream._socket, b"first")

    assert early.has_pending
    assert early.receive(2) == b"fi"
    assert receive_all(early) == b"rstsecond"


def test_answer_is_not_here_before_it_comes(certificates: Path) -> None:
    go = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "server-cert.pem", certificates / "server-key.pem")
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1 << 16)
            go.wait(30)
            secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n0")
            secured.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    endpoint = parse_endpoint(f"127.0.0.1:{listener.getsockname()[1]}").secured(TlsFiles(str(certificates)))
    client = DockerClient(endpoint, version="1.51")
    pending = client.begin("POST", "/wait")
    select.select([pending.fileno()], [], [])  # the tickets that TLS 1.3 sends after its handshake
    early = pending.is_here()
    go.set()
    while not pending.is_here():
        select.select([pending.fileno()], [], [])
    with pending.answer() as response:
        told = response.read()
    client.close()
    thread.join(30)
    listener.close()

    assert (early, told) == (False, b"0")
