"""Hosts on the network that are asked who they are."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from jobber.adapters.discovery import connect as connecting
from jobber.adapters.discovery.connect import connect
from jobber.domain.errors import EngineUnavailable
from jobber.testing import FakeProgress

PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.47\r\nServer: Docker/28.5.1 (linux)\r\nContent-Length: 2\r\n\r\nOK"


@contextmanager
def listening(address: str, *, answer: bytes | None, family: socket.AddressFamily = socket.AF_INET) -> Iterator[int]:
    """A server that gives one answer to all requests; with None it listens and never responds."""
    listener = socket.create_server((address, 0), family=family)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                if connection.recv(1 << 16) and answer is not None:
                    connection.sendall(answer)
                if answer != b"":
                    connection.recv(1 << 16)  # until the other end has had enough

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def found(host: str, **environment: str) -> tuple[str, str]:
    engine = connect(host=host, choice="auto", environment=environment, progress=FakeProgress())
    engine.close()
    return engine.describe().name, engine.describe().address


def told(host: str, **environment: str) -> str:
    with pytest.raises(EngineUnavailable) as caught:
        found(host, **environment)
    (where_and_why,) = caught.value.tried
    return where_and_why[1]


def test_address_of_the_sixth_version() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    try:
        with listening("::1", answer=PING, family=socket.AF_INET6) as port:
            assert found(f"[::1]:{port}") == ("docker", f"tcp://[::1]:{port}")
            assert found(f"tcp://[::1]:{port}") == ("docker", f"tcp://[::1]:{port}")
    except OSError:
        pytest.skip("no IPv6 loopback")


def test_host_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "ANSWER_SECONDS", 0.3)
    with listening("127.0.0.1", answer=None) as port:
        assert told(f"127.0.0.1:{port}") == "no response in time"


def test_host_that_says_nothing_to_tls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "ANSWER_SECONDS", 0.3)
    with listening("127.0.0.1", answer=None) as port:
        assert told(f"127.0.0.1:{port}", DOCKER_TLS_VERIFY="1") == "TLS: timed out"


def test_host_without_tls_is_told_where_tls_is_wanted() -> None:
    with listening("127.0.0.1", answer=PING) as port:
        assert told(f"127.0.0.1:{port}", DOCKER_TLS_VERIFY="1").startswith("TLS: ")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"220 mail.test ESMTP\r\n", "the response is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n", "it is not a container engine"),
        (b"", "the engine closed the connection"),
    ],
)
def test_host_that_is_no_engine_is_told(answer: bytes, why: str) -> None:
    with listening("127.0.0.1", answer=answer) as port:
        assert told(f"127.0.0.1:{port}") == why


def test_closed_port_is_told() -> None:
    with listening("127.0.0.1", answer=b"") as port:
        pass

    assert told(f"127.0.0.1:{port}") == "connection refused"


@pytest.mark.parametrize("path", ["/nonexistent", ""])
def test_ssh_missing_from_the_path_of_the_environment_is_an_error(path: str) -> None:
    assert told("ssh://nowhere.invalid", PATH=path) == "ssh is not on the PATH: install an ssh client"
