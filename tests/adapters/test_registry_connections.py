"""Connections to registries: how many there are, which proxies and certificates they use, and how they fail."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import pytest
from certificates import make_certificates
from registry_server import Answer, Asked, RegistryServer, archive, serving

from jobber.adapters.registry_api import RegistryApi
from jobber.adapters.registry_api import http as http_module
from jobber.adapters.registry_api.parallel import map_in_threads
from jobber.adapters.registry_api.proxies import proxies_for
from jobber.domain.errors import ImageNotFound, RegistryFailed
from jobber.domain.images.credentials import Credentials
from jobber.domain.images.image import Image
from jobber.domain.images.reference import ImageReference, parse_reference

MANY = 500
ME = Credentials("me", "geheim-4711", origin="the test")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the process environment but what OpenSSL and ~/.netrc are found by."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def trusted(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    return certificates


def name(registry: RegistryServer, tag: str = "1") -> ImageReference:
    return parse_reference(f"{registry.host}/team/x:{tag}")


def why(registry: RegistryServer | str, **environment: str) -> str:
    host = registry if isinstance(registry, str) else registry.host
    with pytest.raises(RegistryFailed) as caught:
        RegistryApi(environment).inspect(parse_reference(f"{host}/team/x:1"), credentials=None)
    return caught.value.why


# Persistent connections


def test_calls_share_a_connection() -> None:
    with serving() as registry:
        registry.image(archive({"a": "A"}))
        api = RegistryApi()
        for _ in range(5):
            api.inspect(name(registry), credentials=None)
            b"".join(api.archive(name(registry), path="/a", credentials=None))
            with pytest.raises(ImageNotFound):
                api.inspect(name(registry, "none"), credentials=None)

        assert registry.connections == ["http"]


def test_a_login_and_its_redirects_share_a_connection() -> None:
    with serving() as registry:
        registry.image(archive({"a": "A"}))
        registry.answers["/elsewhere"] = registry.answers["/v2/team/x/manifests/1"]
        registry.answers["/v2/team/x/manifests/1"] = lambda asked: (
            Answer(b"moved", status=307, headers={"Location": "/elsewhere"})
            if "Authorization" in asked.headers
            else Answer(b"who?", status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})
        )
        RegistryApi().inspect(name(registry), credentials=ME)

        assert registry.connections == ["http"]


def test_a_connection_that_the_registry_has_closed_is_replaced() -> None:
    with serving() as registry:
        registry.image(archive({"a": "A"}))
        registry.breaks_off = True
        api = RegistryApi()
        for _ in range(20):
            assert api.inspect(name(registry), credentials=None).platform == "linux/amd64"


def test_several_images_are_read_in_order_over_few_connections() -> None:
    with serving() as registry:
        tags = [str(number) for number in range(50)]
        for tag in tags:
            if tag != "7":
                registry.image(archive({"a": "A"}), tag=tag, labels={"tag": tag})
        registry.manifest({"schemaVersion": 1}, tag="9")
        names = [name(registry, tag) for tag in tags]
        images = list(RegistryApi().inspect_each(names, credentials=None))

    assert isinstance(images[7], ImageNotFound)
    assert isinstance(images[9], RegistryFailed)
    assert [image.labels["tag"] for image in images if isinstance(image, Image)] == [
        tag for tag in tags if tag not in ("7", "9")
    ]
    assert 1 < len(registry.connections) <= http_module.CONNECTIONS


def test_several_images_are_read_with_a_password_that_the_registry_asks_for() -> None:
    with serving() as registry:
        for tag in "123456":
            registry.image(archive({"a": "A"}), tag=tag)
        for path, answer in [*registry.answers.items()]:
            registry.answers[path] = guarded(answer)
        images = list(RegistryApi().inspect_each([name(registry, tag) for tag in "123456"], credentials=ME))

    assert [type(image) for image in images] == [Image] * 6


def guarded(answer: Answer | Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """Send the response only to clients with a password."""
    refusal = Answer(b"{}", status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})
    return lambda asked: answer if "Authorization" in asked.headers and isinstance(answer, Answer) else refusal


def test_an_error_of_a_thread_is_raised_at_its_place() -> None:
    results = map_in_threads(lambda number: 1 / number, [1, 2, 0, 4], threads=4)

    assert [next(results), next(results)] == [1, 0.5]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_a_caller_that_stops_waits_for_nothing() -> None:
    started: list[int] = []
    gate = threading.Event()

    def work(number: int) -> int:
        started.append(number)
        if number:
            gate.wait(10)
        return number

    results = map_in_threads(work, range(100), threads=4)
    before = time.monotonic()
    next(results)
    results.close()  # type: ignore[attr-defined]
    gate.set()

    assert time.monotonic() - before < 5
    assert len(started) <= 5


@pytest.mark.skipif(shutil.which("docker-registry") is None, reason="no docker-registry")
def test_many_tags_take_few_handshakes(trusted: Path, tmp_path: Path) -> None:
    with tls_registry(trusted, tmp_path, tags=MANY) as (host, handshakes):
        api = RegistryApi()
        repository = parse_reference(f"{host}/team/x")
        tags = api.tags(repository, credentials=None)
        images = list(api.inspect_each([repository.tagged(tag) for tag in tags], credentials=None))

        assert len(tags) == MANY
        assert all(isinstance(image, Image) for image in images)
        assert 1 <= len(handshakes) <= 4


# Certificates


def test_a_certificate_of_an_unknown_authority_is_not_trusted(certificates: Path) -> None:
    with serving(certificates) as registry:
        assert "its certificate is not trusted: " in why(registry)


@pytest.mark.usefixtures("trusted")
def test_authorities_of_openssl_are_trusted(certificates: Path) -> None:
    with serving(certificates) as registry:
        registry.image(archive({"a": "A"}))

        assert RegistryApi().inspect(name(registry), credentials=None).platform == "linux/amd64"
        assert registry.connections == ["http", "https"]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_authorities_of_the_environment_are_trusted(certificates: Path, variable: str) -> None:
    with serving(certificates) as registry:
        registry.image(archive({"a": "A"}))
        api = RegistryApi({variable: str(certificates / "ca.pem")})

        assert api.inspect(name(registry), credentials=None).platform == "linux/amd64"


def test_authorities_for_one_registry_are_trusted(
    certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_module, "_CERTIFICATES", (str(tmp_path / "certs.d"),))
    with serving(certificates) as registry:
        folder = tmp_path / "certs.d" / registry.host
        folder.mkdir(parents=True)
        shutil.copy(certificates / "ca.pem", folder / "ca.crt")
        registry.image(archive({"a": "A"}))

        assert RegistryApi().inspect(name(registry), credentials=None).platform == "linux/amd64"


def test_a_file_of_authorities_that_is_missing_is_an_error_that_names_it(certificates: Path) -> None:
    with serving(certificates) as registry:
        told = why(registry, REQUESTS_CA_BUNDLE="/nonexistent/ca.pem")

    assert told == "the certificate /nonexistent/ca.pem can't be used: no such file or directory"


# Proxies


def test_a_proxy_of_the_environment_serves_registries() -> None:
    with listening(b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n") as (port, received):
        told = why("registry.test", HTTPS_PROXY=f"http://me:geheim-4711@127.0.0.1:{port}")

    assert received[0].startswith(b"CONNECT registry.test:443 ")
    assert told == "the proxy: tunnel connection failed: 503 unavailable"


@pytest.mark.usefixtures("trusted")
def test_images_are_read_through_a_proxy_over_one_connection(certificates: Path) -> None:
    with serving(certificates) as registry, forwarding(registry.host) as (port, requests):
        registry.image(archive({"a": "A"}))
        api = RegistryApi({"https_proxy": f"http://me:geheim-4711@127.0.0.1:{port}"})
        images = [api.inspect(parse_reference("registry.test/team/x:1"), credentials=None) for _ in range(3)]

    assert [image.platform for image in images] == ["linux/amd64"] * 3
    assert [request.split()[1] for request in requests] == [b"registry.test:443"]
    assert b"Proxy-Authorization: Basic " in requests[0]


@pytest.mark.parametrize("proxy", ["http://me:geheim-4711@127.0.0.1:1", "socks9://me:geheim-4711@127.0.0.1:1"])
def test_error_for_an_unreachable_proxy_redacts_its_password(proxy: str) -> None:
    told = why("registry.test", HTTPS_PROXY=proxy)

    assert "geheim" not in told
    assert told.startswith("the proxy: ") or "socks" in told


@pytest.mark.parametrize(
    ("url", "variables", "proxy"),
    [
        ("https://box", {}, None),
        ("https://box", {"HTTP_PROXY": "h"}, None),
        ("https://box", {"HTTPS_PROXY": "h"}, "h"),
        ("https://box", {"HTTPS_PROXY": "H", "https_proxy": "h"}, "h"),
        ("https://box", {"HTTPS_PROXY": "", "ALL_PROXY": "a"}, "a"),
        ("https://box.test:5000/v2", {"HTTPS_PROXY": "h", "NO_PROXY": "other, .test"}, None),
        ("https://box.test", {"HTTPS_PROXY": "h", "no_proxy": "*"}, None),
        ("https://10.1.2.3:5000", {"HTTPS_PROXY": "h", "NO_PROXY": "nonsense/x,10.0.0.0/8"}, None),
        ("https://[fd00::1]:5000", {"HTTPS_PROXY": "h", "NO_PROXY": "10.0.0.0/8,fd00::/8"}, None),
        ("https://11.1.2.3", {"HTTPS_PROXY": "h", "NO_PROXY": "10.0.0.0/8"}, "h"),
        ("http://127.0.0.1:5000", {"HTTP_PROXY": "h"}, None),
    ],
)
def test_the_proxy_is_that_of_the_variables(url: str, variables: dict[str, str], proxy: str | None) -> None:
    assert [*proxies_for(url, variables).values()] == ([proxy] if proxy else [])


# Secrets


def test_cookies_are_not_kept() -> None:
    with serving() as registry:
        registry.image(archive({"a": "A"}))
        for path, answer in [*registry.answers.items()]:
            assert isinstance(answer, Answer)
            registry.answers[path] = Answer(answer.body, headers={**answer.headers, "Set-Cookie": "who=me; Path=/"})
        RegistryApi().inspect(name(registry), credentials=None)

        assert not [asked for asked in registry.asked if "Cookie" in asked.headers]


def test_passwords_of_netrc_are_not_sent(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password geheim-4711\n")
    (tmp_path / ".netrc").chmod(0o600)
    with serving() as registry:
        registry.image(archive({"a": "A"}))
        RegistryApi().inspect(name(registry), credentials=None)

        assert not [asked for asked in registry.asked if "Authorization" in asked.headers]


def test_a_redirect_that_drops_encryption_is_refused(trusted: Path) -> None:
    with serving() as plain, serving(trusted) as registry:
        location = f"http://{plain.host}/v2/team/x/manifests/1"
        registry.answers["/v2/team/x/manifests/1"] = Answer(status=307, headers={"Location": location})

        assert why(registry) == "it redirects to an unencrypted URL"
        assert plain.asked == []


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/v2/team/x/manifests/1", "it redirects too often"),
        ("file:///etc/passwd", "it redirects to an unencrypted URL"),
        ("ftp://127.0.0.1/x", "it redirects to an unencrypted URL"),
    ],
)
def test_invalid_redirect_is_an_error(location: str, expected: str) -> None:
    with serving() as registry:
        registry.answers["/v2/team/x/manifests/1"] = Answer(status=307, headers={"Location": location})

        assert why(registry) == expected


# Failures


def test_a_silent_registry_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "SECONDS", 0.2)
    with listening(b"") as (port, received):
        assert why(f"127.0.0.1:{port}") == "it does not respond"
    assert len(received) == 1  # no second try


def test_a_registry_that_stops_in_an_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "SECONDS", 0.2)
    with listening(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{") as (port, _):
        assert why(f"127.0.0.1:{port}") == "it does not respond"


@pytest.mark.parametrize("answer", [b"Content-Length: 9\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\nz\r\n"])
def test_truncated_response_is_an_error(answer: bytes) -> None:
    with listening(b"HTTP/1.1 200 OK\r\n" + answer, closes=True) as (port, _):
        assert "the connection broke during the response" in why(f"127.0.0.1:{port}")


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n"])
def test_server_that_is_not_a_registry_is_an_error(answer: bytes) -> None:
    with listening(answer, closes=True) as (port, _):
        assert why(f"127.0.0.1:{port}")


def test_unknown_host_is_an_error() -> None:
    assert "name" in why("registry.invalid")


def test_closed_port_is_an_error() -> None:
    assert why("127.0.0.1:1") == "connection refused"


@contextmanager
def listening(answer: bytes, *, closes: bool = False) -> Iterator[tuple[int, list[bytes]]]:
    """Run a server that sends each client one response; with `closes`, it then closes the connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    received: list[bytes] = []
    kept: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                received.append(connection.recv(1 << 16))
                connection.sendall(answer)
                connection.close() if closes else kept.append(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], received
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in kept:
            connection.close()


@contextmanager
def forwarding(host: str) -> Iterator[tuple[int, list[bytes]]]:
    """A proxy whose connections all lead to one host."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests: list[bytes] = []
    sockets: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                requests.append(near.recv(1 << 16))
                far = socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])))
                near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                sockets.extend((near, far))
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=pump, args=(source, sink), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], requests
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for sock in sockets:
            sock.close()


@contextmanager
def tls_registry(certificates: Path, folder: Path, *, tags: int) -> Iterator[tuple[str, list[int]]]:
    """A registry with TLS that has an image with many tags, behind a port that counts the TLS handshakes."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    store(folder / "registry" / "docker" / "registry" / "v2", tags)
    (folder / "registry.yml").write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\n"
        f"http:\n  addr: 127.0.0.1:{port}\n"
        f"  tls: {{certificate: {certificates}/server-cert.pem, key: {certificates}/server-key.pem}}\n"
    )
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen(["docker-registry", "serve", f"{folder}/registry.yml"], stdout=log, stderr=log)
    listener = socket.create_server(("127.0.0.1", 0))
    handshakes: list[int] = []
    sockets: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", port))
                if near.recv(1, socket.MSG_PEEK) == b"\x16":
                    handshakes.append(1)
                sockets.extend((near, far))
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=pump, args=(source, sink), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        give_up = time.monotonic() + 30
        while not is_open(port):
            assert time.monotonic() < give_up, (folder / "registry.log").read_text()
            time.sleep(0.05)
        yield f"127.0.0.1:{listener.getsockname()[1]}", handshakes
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        process.terminate()
        process.wait()
        for sock in sockets:
            sock.close()


def is_open(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(1 << 16):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def store(folder: Path, count: int) -> None:
    """Store an image without layers under many tags, in the way of the registry: pushing them takes half a minute."""
    repository = folder / "repositories" / "team" / "x"

    def blob(content: bytes, *links: str) -> str:
        digest = sha256(content).hexdigest()
        place = folder / "blobs" / "sha256" / digest[:2] / digest
        place.mkdir(parents=True)
        (place / "data").write_bytes(content)
        for link in links:
            write_link(repository / link / "sha256" / digest, digest)
        return f"sha256:{digest}"

    config = json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": []}}).encode()
    digest = blob(config, "_layers")
    described = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(config), "digest": digest}
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": described, "layers": []}).encode()
    digest = blob(manifest, "_manifests/revisions").partition(":")[2]
    for number in range(count):
        tag = repository / "_manifests" / "tags" / str(number)
        write_link(tag / "current", digest)
        write_link(tag / "index" / "sha256" / digest, digest)


def write_link(folder: Path, digest: str) -> None:
    folder.mkdir(parents=True)
    (folder / "link").write_text(f"sha256:{digest}")
