"""Pushes and pulls whose stream ends in a way that no registry ends it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from engine_clients import docker_client

from jobber.adapters.docker.client import DockerClient
from jobber.adapters.engine_api.pull_push import exchange
from jobber.domain.errors import PullRefused, PushRefused
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeProgress

DIGEST = "sha256:" + "0" * 64
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


@contextmanager
def answering(response: bytes) -> Iterator[DockerClient]:
    """An engine that gives one answer, and closes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(1 << 16)
            connection.sendall(response)

    thread = threading.Thread(target=serve)
    thread.start()
    client = docker_client(f"127.0.0.1:{listener.getsockname()[1]}")
    try:
        yield client
    finally:
        client.close()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()


def chunk(text: str) -> bytes:
    response = text.encode()
    return b"%x\r\n%b\r\n" % (len(response), response)


def pushed(response: bytes, refused: type[PushRefused | PullRefused] = PushRefused) -> str:
    with answering(HEAD + response) as client:
        name = parse_reference("r.test/x:1")
        return exchange(client, "/push", {}, reference=name, refused=refused, credentials=None, progress=FakeProgress())


END = b"0\r\n\r\n"


def test_digest_is_read_from_either_form() -> None:
    assert pushed(chunk(f'{{"aux":{{"Tag":"1","Digest":"{DIGEST}","Size":1}}}}\n') + END) == DIGEST
    assert pushed(chunk(f'{{"status":"1: digest: {DIGEST} size: 1"}}\n') + END) == DIGEST


def test_stream_without_a_digest_gives_none() -> None:
    assert pushed(chunk('{"status":"Pushed","id":"a"}\n') + END) == ""


@pytest.mark.parametrize("refused", [PushRefused, PullRefused])
@pytest.mark.parametrize("response", [b"", chunk('{"status":"Pushing","id":"a"}\n'), chunk('{"stat')])
def test_connection_that_is_cut_is_an_error(response: bytes, refused: type[PushRefused | PullRefused]) -> None:
    with pytest.raises(refused, match="cut"):
        pushed(response, refused)


@pytest.mark.parametrize("event", ['{"error":"no space"}', '{"errorDetail":{"message":"no space"},"error":"no space"}'])
def test_error_inside_the_stream_is_an_error(event: str) -> None:
    with pytest.raises(PushRefused, match="no space"):
        pushed(chunk('{"status":"Pushed","id":"a"}\n') + chunk(event) + END)


def test_engine_that_is_gone_is_an_error_that_says_what_to_push() -> None:
    with answering(b"") as client:
        pass
    with pytest.raises(PushRefused, match="cut") as caught:
        exchange(
            client,
            "/push",
            {},
            reference=parse_reference("r.test/x:1"),
            refused=PushRefused,
            credentials=None,
            progress=FakeProgress(),
        )

    assert "jobber push r.test/x:1" in str(caught.value.hint)
