"""The sessions of the engines' packages over jobber's transport, against a server with prepared responses."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from engine_clients import docker_client, docker_engine, podman_client, podman_engine
from one_answer import answering

from jobber.adapters.docker.client import DockerClient
from jobber.adapters.engine_api import session as sessions
from jobber.adapters.engine_api.connection_errors import ConnectionBroken, EngineUnreachable
from jobber.adapters.engine_api.endpoint import parse_endpoint
from jobber.adapters.engine_api.ping import ping
from jobber.adapters.podman.client import PodmanClient
from jobber.domain.containers.container import ContainerId
from jobber.domain.errors import EngineFailed, EngineLost

Connect = Callable[[str], DockerClient | PodmanClient]
BOTH = pytest.mark.parametrize("connect", [docker_client, podman_client])
MANY = 8 << 20


def head(length: int, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n".encode()


def answer(body: object, status: str = "200 OK") -> bytes:
    text = json.dumps(body).encode()
    return head(len(text), status) + text


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"unix://{tmp_path}/s"


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Callable[[socket.socket], None]], None]]:
    """Serve one connection in a thread."""
    threads: list[threading.Thread] = []

    def start(handle: Callable[[socket.socket], None]) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "s"))
        listener.listen()

        def run() -> None:
            connection, _ = listener.accept()
            listener.close()
            with connection:
                handle(connection)

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join(30)


@BOTH
def test_answer_that_comes_before_the_upload_has_ended_is_read(
    connect: Connect, address: str, serve: Callable[[Callable[[socket.socket], None]], None]
) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(1 << 16)
        connection.sendall(answer({"message": "no space left"}, "500 Internal Server Error"))

    serve(refuse)
    with closing(connect(address)) as client:
        response = client.call("POST", "/load", stream=(b"x" * (1 << 16) for _ in range(1 << 10)))

        assert (response.status, response.why()) == (500, "no space left")


@BOTH
def test_engine_may_read_an_upload_as_slowly_as_it_likes(
    connect: Connect,
    address: str,
    serve: Callable[[Callable[[socket.socket], None]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read_late(connection: socket.socket) -> None:
        time.sleep(0.5)
        while not connection.recv(1 << 20).endswith(b"0\r\n\r\n"):
            pass
        connection.sendall(answer("ok"))

    monkeypatch.setattr(sessions, "CONNECT_SECONDS", 0.1)
    serve(read_late)
    with closing(connect(address)) as client:
        assert client.call("POST", "/load", stream=[b"x" * MANY]).json() == "ok"


@BOTH
def test_error_in_making_an_upload_is_not_one_of_the_connection(
    connect: Connect, address: str, serve: Callable[[Callable[[socket.socket], None]], None]
) -> None:
    def unreadable(_number: int) -> bytes:
        raise PermissionError(13, "permission denied", "file")

    serve(lambda connection: print(connection.recv(1 << 16)))  # noqa: T201 - something of the head
    with closing(connect(address)) as client, pytest.raises(PermissionError):
        client.call("POST", "/load", stream=map(unreadable, range(1)))


@BOTH
def test_connection_that_the_engine_closed_meanwhile_is_replaced(
    connect: Connect, address: str, tmp_path: Path
) -> None:
    with closing(connect(address)) as client:
        with answering(tmp_path / "s", answer(1)):
            first = client.call("GET", "/x").json()
        (tmp_path / "s").unlink()
        with answering(tmp_path / "s", answer(2)):
            second = client.call("GET", "/x").json()

    assert (first, second) == (1, 2)


@BOTH
def test_closed_session_opens_another_connection(connect: Connect, address: str, tmp_path: Path) -> None:
    with answering(tmp_path / "s", answer(1)), closing(connect(address)) as client:
        client.call("GET", "/x").read()
        client.close()
        assert client.call("GET", "/x").json() == 1


@BOTH
def test_environment_of_requests_is_ignored(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    with answering(tmp_path / "s", answer(1)), closing(connect(address)) as client:
        assert client.call("GET", "/x").json() == 1


def test_configuration_that_the_package_refuses_does_not_matter(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"auths": {"r.test": {"auth": ""}}}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with answering(tmp_path / "s", answer(1)), closing(docker_client(address)) as client:
        assert client.call("GET", "/x").json() == 1


@BOTH
def test_engine_that_does_not_listen_is_unreachable(connect: Connect, address: str) -> None:
    with closing(connect(address)) as client, pytest.raises(EngineUnreachable, match="no such file"):
        client.call("GET", "/x")


MALFORMED = [
    b"SSH-2.0-OpenSSH\r\n\r\n",
    b"HTTP/1.1 OK\r\n\r\n",
    b"",
    head(100) + b"{}",
    head(3) + b"{a}",
    answer([]),
    answer({}),
    answer({"Id": 1, "State": None, "RepoDigests": [1]}),
    answer(None),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
    answer("no json", "502 Bad Gateway"),
    head(4, "500 Internal Server Error") + b"\xff\xfe\xfd\xfc",
]


@pytest.mark.parametrize("content", MALFORMED)
@pytest.mark.parametrize("name", ["docker", "podman"])
def test_malformed_answer_is_an_error_of_the_engine(name: str, content: bytes, tmp_path: Path, address: str) -> None:
    engine = docker_engine(docker_client(address)) if name == "docker" else podman_engine(podman_client(address))
    container = ContainerId("1" * 64)
    with answering(tmp_path / "s", content), closing(engine):
        for call in (
            lambda: engine.containers.inspect(container),
            lambda: engine.images.inspect("1" * 64),
            lambda: engine.images.list(labels={"jobber.run": None})[0],
        ):
            with pytest.raises((EngineLost, EngineFailed, IndexError)):
                call()


@BOTH
def test_each_call_is_reported_including_those_of_the_package(connect: Connect, address: str, tmp_path: Path) -> None:
    calls: list[tuple[str, str]] = []
    with answering(tmp_path / "s", answer({"Id": "1"})), closing(connect(address)) as made:
        made._on_call = lambda method, target: calls.append((method, target))
        made.call("GET", "/images/x/json", query={"a": [1, True, None, "\udcff"]}).read()
        made.begin("POST", "/wait").answer().read()
        if isinstance(made, DockerClient):
            made.inspect_container("1")

    ours, waited, *theirs = (f"{method} {target.partition('libpod')[2] or target}" for method, target in calls)
    assert (ours, waited) == ("GET /images/x/json?a=1&a=true&a=None&a=%FF", "POST /wait")
    assert theirs in ([], ["GET /containers/1/json"])


@pytest.mark.parametrize(
    ("head", "version"),
    [
        ("Libpod-API-Version: 5.0.0-dev", "5.0.0"),
        ("Libpod-API-Version: none\r\nAPI-Version: 1.41", "1.41"),
        ("API-Version: 1.51\r\nServer: Docker/29.0.0-rc.1 (linux)", "29.0.0-rc.1"),
    ],
)
def test_version_of_an_engine_under_development_is_understood(
    head: str, version: str, tmp_path: Path, address: str
) -> None:
    with answering(tmp_path / "s", f"HTTP/1.1 200 OK\r\n{head}\r\nContent-Length: 0\r\n\r\n".encode()):
        assert ping(parse_endpoint(address)).version == version


@pytest.mark.parametrize("head", ["X: y", "API-Version: new", "Libpod-API-Version: x"])
def test_answer_without_a_version_is_not_of_an_engine(head: str, tmp_path: Path, address: str) -> None:
    with (
        answering(tmp_path / "s", f"HTTP/1.1 200 OK\r\n{head}\r\nContent-Length: 0\r\n\r\n".encode()),
        pytest.raises(ConnectionBroken, match="not a container engine"),
    ):
        ping(parse_endpoint(address))
