"""Where an engine is looked for, and in which order (docs/how-to/hosts.md)."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from one_answer import answering

from jobber.adapters.discovery import connect as connecting
from jobber.adapters.discovery.connect import connect
from jobber.adapters.engine_api.connection_errors import EngineUnreachable
from jobber.adapters.engine_api.endpoint import parse_endpoint
from jobber.domain.errors import EngineUnavailable, UsageError
from jobber.testing import FakeProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

DOCKER = b"HTTP/1.1 200 OK\r\nApi-Version: 1.47\r\nServer: Docker/28.5.1 (linux)\r\nContent-Length: 2\r\n\r\nOK"
PODMAN = (
    b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nLibpod-Api-Version: 5.2.0\r\nServer: Libpod/5.2.0 (linux)\r\n"
    b"Content-Length: 2\r\n\r\nOK"
)
OTHER = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nApi-Version: 1.47\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sockets are that every machine has; nothing of the real one is looked at."""

    def sockets(_environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        yield str(tmp_path / "usual.sock"), "Docker's socket"
        yield str(tmp_path / "last.sock"), "Podman's socket"

    monkeypatch.setattr(connecting, "_sockets", sockets)
    return tmp_path


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "PATH": str(folder)}


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[[str, bytes], str]]:
    """Let something answer at a name, and get its address."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(name: str, answer: bytes = DOCKER) -> str:
            stack.enter_context(answering(folder / f"{name}.sock", answer))
            return f"unix://{folder}/{name}.sock"

        yield start


def found(environment: Mapping[str, str], *, host: str | None = None, choice: str = "auto") -> tuple[str, str, str]:
    """Name, version and address of the engine that is found."""
    engine = connect(host=host, choice=choice, environment=environment, progress=FakeProgress())
    try:
        described = engine.describe()
        return described.name, described.version, described.address
    finally:
        engine.close()


def context(folder: Path, name: str, host: str, *, current: bool = False) -> None:
    """Store a docker context."""
    docker = folder / ".docker"
    meta = docker / "contexts" / "meta" / sha256(name.encode()).hexdigest()
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}}))
    if current:
        (docker / "config.json").write_text(json.dumps({"currentContext": name}))


# Detection of engines


def test_docker_is_known_by_its_ping(serve: Callable[..., str], environment: dict[str, str]) -> None:
    address = serve("usual")

    assert found(environment) == ("docker", "28.5.1", address)


def test_podman_is_known_by_its_ping(serve: Callable[..., str], environment: dict[str, str]) -> None:
    address = serve("usual", PODMAN)

    assert found(environment) == ("podman", "5.2.0", address)


@pytest.mark.parametrize("answer", [OTHER, BROKEN, b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 OK\r\n\r\n", b""])
def test_what_is_no_engine_is_passed_over(
    serve: Callable[..., str], environment: dict[str, str], answer: bytes
) -> None:
    serve("usual", answer)
    address = serve("last")

    assert found(environment)[2] == address


# The order


def test_a_host_that_is_given_beats_everything(
    serve: Callable[..., str], environment: dict[str, str], folder: Path
) -> None:
    given, variable = serve("given"), serve("variable")
    serve("usual")
    context(folder, "mine", serve("context"), current=True)

    assert found({**environment, "DOCKER_HOST": variable}, host=given)[2] == given


def test_docker_host_beats_container_host(serve: Callable[..., str], environment: dict[str, str]) -> None:
    first, second = serve("first"), serve("second")

    assert found({**environment, "CONTAINER_HOST": second, "DOCKER_HOST": first})[2] == first


def test_container_host_beats_the_current_docker_context(
    serve: Callable[..., str], environment: dict[str, str], folder: Path
) -> None:
    variable = serve("variable", PODMAN)
    context(folder, "mine", serve("context"), current=True)

    assert found({**environment, "CONTAINER_HOST": variable})[2] == variable


def test_the_current_docker_context_beats_the_usual_sockets(
    serve: Callable[..., str], environment: dict[str, str], folder: Path
) -> None:
    serve("usual")
    address = serve("context")
    context(folder, "mine", address, current=True)

    assert found(environment)[2] == address


def test_a_context_named_in_the_environment_beats_the_current_one(
    serve: Callable[..., str], environment: dict[str, str], folder: Path
) -> None:
    context(folder, "mine", serve("context"), current=True)
    address = serve("other")
    context(folder, "other", address)

    assert found({**environment, "DOCKER_CONTEXT": "other"})[2] == address


def test_docker_host_makes_docker_contexts_unheard(
    serve: Callable[..., str], environment: dict[str, str], folder: Path
) -> None:
    address = serve("variable")
    context(folder, "mine", serve("context"), current=True)

    assert found({**environment, "DOCKER_HOST": address, "DOCKER_CONTEXT": "gone"})[2] == address


@pytest.mark.parametrize("config", ["{}", '{"currentContext":""}', '{"currentContext":"default"}', "[]", "no json"])
def test_without_a_current_context_the_usual_sockets_are_tried(
    serve: Callable[..., str], environment: dict[str, str], folder: Path, config: str
) -> None:
    (folder / ".docker").mkdir()
    (folder / ".docker" / "config.json").write_text(config)
    address = serve("usual")

    assert found(environment)[2] == address


def test_a_context_that_is_not_there_is_an_error(environment: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="no docker context 'nowhere'"):
        found({**environment, "DOCKER_CONTEXT": "nowhere"})


def test_a_context_that_is_nearly_there_is_proposed(folder: Path, environment: dict[str, str]) -> None:
    context(folder, "production", "unix:///nonexistent")
    context(folder, "unreadable", "unix:///nonexistent")
    for file in folder.glob(".docker/contexts/meta/*/meta.json"):
        if "unreadable" in file.read_text():
            file.write_text("{}")
    with pytest.raises(UsageError) as caught:
        found({**environment, "DOCKER_CONTEXT": "prodution"})

    assert (caught.value.hint or "").startswith("did you mean production? ")


def test_the_usual_sockets_are_tried_in_their_order(serve: Callable[..., str], environment: dict[str, str]) -> None:
    serve("last")
    first = serve("usual")

    assert found(environment)[2] == first


# An engine that was named


@pytest.mark.parametrize("variable", ["DOCKER_HOST", "CONTAINER_HOST"])
@pytest.mark.parametrize("choice", ["auto", "podman"])
def test_no_other_engine_takes_the_place_of_a_silent_one_that_a_variable_names(
    serve: Callable[..., str], environment: dict[str, str], variable: str, choice: str
) -> None:
    serve("usual", PODMAN)

    with pytest.raises(EngineUnavailable) as caught:
        found({**environment, variable: "unix:///nonexistent"}, choice=choice)

    assert [where for where, _ in caught.value.tried] == [f"unix:///nonexistent ({variable})"]
    assert f"while {variable} is set" in str(caught.value.hint)


def test_container_host_names_no_docker(serve: Callable[..., str], environment: dict[str, str]) -> None:
    address = serve("usual")

    assert found({**environment, "CONTAINER_HOST": "unix:///nonexistent"}, choice="docker")[2] == address


def test_container_host_is_asked_first_where_podman_is_wanted(
    serve: Callable[..., str], environment: dict[str, str]
) -> None:
    address = serve("podman", PODMAN)
    variables = {**environment, "DOCKER_HOST": "unix:///nonexistent", "CONTAINER_HOST": address}

    assert found(variables, choice="podman")[2] == address


@pytest.mark.parametrize("variables", [{}, {"DOCKER_CONTEXT": "gpu"}])
def test_no_other_engine_takes_the_place_of_a_silent_docker_context(
    serve: Callable[..., str], environment: dict[str, str], folder: Path, variables: dict[str, str]
) -> None:
    serve("usual")
    context(folder, "gpu", "tcp://127.0.0.1:1", current=not variables)

    with pytest.raises(EngineUnavailable) as caught:
        found({**environment, **variables})

    assert [where for where, _ in caught.value.tried] == ["tcp://127.0.0.1:1 (docker context gpu)"]
    assert "while this context is current" in str(caught.value.hint)


@pytest.mark.parametrize("answer", [OTHER, BROKEN, b""])
def test_what_is_named_and_is_no_engine_is_an_error(
    serve: Callable[..., str], environment: dict[str, str], answer: bytes
) -> None:
    serve("usual")

    with pytest.raises(EngineUnavailable):
        found({**environment, "DOCKER_HOST": serve("named", answer)})


def test_podman_is_not_started_in_the_place_of_an_engine_that_was_named(
    environment: dict[str, str], folder: Path
) -> None:
    (folder / "podman").write_text(f"#!/bin/sh\ntouch {folder}/started\n")
    (folder / "podman").chmod(0o755)

    tried({**environment, "DOCKER_HOST": "unix:///nonexistent"})

    assert not (folder / "started").exists()


def test_the_default_context_names_no_engine(
    serve: Callable[..., str], environment: dict[str, str], folder: Path
) -> None:
    context(folder, "gpu", "unix:///nonexistent", current=True)
    address = serve("usual")

    assert found({**environment, "DOCKER_CONTEXT": "default"})[2] == address


@pytest.mark.parametrize("meta", ["no json", "[]", "{}", '{"Endpoints":{"docker":{}}}', '{"Endpoints":{"docker":7}}'])
def test_a_context_that_can_not_be_read_is_an_error(
    serve: Callable[..., str], environment: dict[str, str], folder: Path, meta: str
) -> None:
    serve("usual")
    context(folder, "gpu", "unix:///nonexistent", current=True)
    next(folder.glob(".docker/contexts/meta/*/meta.json")).write_text(meta)

    with pytest.raises(UsageError, match="docker context 'gpu' can't be used"):
        found(environment)


def test_a_context_with_an_address_of_another_kind_is_an_error_that_names_it(
    environment: dict[str, str], folder: Path
) -> None:
    context(folder, "gpu", "npipe:////./pipe/docker_engine", current=True)

    with pytest.raises(UsageError, match="docker context 'gpu' can't be used: not an engine's host"):
        found(environment)


def test_an_engine_of_another_kind_that_was_named_is_passed_over_with_a_warning(
    serve: Callable[..., str], environment: dict[str, str]
) -> None:
    address = serve("last", PODMAN)
    progress = FakeProgress()
    named = {**environment, "DOCKER_HOST": serve("named")}

    engine = connect(host=None, choice="podman", environment=named, progress=progress)
    engine.close()

    assert engine.describe().address == address
    assert [(event, facts["origin"]) for event, facts in progress.warnings] == [("host-of-other-kind", "DOCKER_HOST")]


def test_a_silent_host_that_is_given_is_not_replaced(serve: Callable[..., str], environment: dict[str, str]) -> None:
    serve("usual")

    with pytest.raises(EngineUnavailable):
        found(environment, host="unix:///nonexistent")


def test_an_engine_of_the_other_kind_is_passed_over(serve: Callable[..., str], environment: dict[str, str]) -> None:
    serve("usual")
    address = serve("last", PODMAN)

    assert found(environment, choice="podman")[2] == address


# No engine


def tried(environment: Mapping[str, str], *, host: str | None = None, choice: str = "auto") -> dict[str, str]:
    with pytest.raises(EngineUnavailable) as caught:
        found(environment, host=host, choice=choice)
    return dict(caught.value.tried)


def test_the_error_lists_all_that_was_tried_in_order(
    serve: Callable[..., str], environment: dict[str, str], folder: Path
) -> None:
    serve("usual", OTHER)

    assert tried(environment) == {
        f"unix://{folder}/usual.sock (Docker's socket)": "it is not a container engine",
        f"unix://{folder}/last.sock (Podman's socket)": "no such file or directory",
        "podman on the PATH": "there is none",
    }


def test_the_error_says_so_where_an_engine_is_of_the_other_kind(
    serve: Callable[..., str], environment: dict[str, str]
) -> None:
    serve("usual")

    assert "it is docker, not podman" in tried(environment, choice="podman").values()


def test_the_error_says_how_to_get_an_engine(environment: dict[str, str]) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        found(environment)

    assert "DOCKER_HOST" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("host", "hint"),
    [("tcp://127.0.0.1:1", "DOCKER_TLS_VERIFY"), ("unix:///nonexistent", "listening on this socket")],
)
def test_the_hint_is_about_the_way_to_the_host_that_was_given(
    environment: dict[str, str], host: str, hint: str
) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        found(environment, host=host)

    assert hint in str(caught.value.hint)
    assert "without -H" in str(caught.value.hint)


def test_the_hint_names_a_socket_that_is_closed_to_the_user(
    environment: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise EngineUnreachable("permission denied")

    monkeypatch.setattr(connecting, "ping", forbidden)
    with pytest.raises(EngineUnavailable) as caught:
        found(environment)

    assert str(caught.value.hint).startswith(f"unix://{folder}/usual.sock (Docker's socket): your user may not use")


@pytest.mark.parametrize(("host", "choice"), [("unix:///nonexistent", "auto"), (None, "docker")])
def test_podman_is_not_started_where_something_else_was_asked_for(
    environment: dict[str, str], host: str | None, choice: str
) -> None:
    assert "podman on the PATH" not in tried(environment, host=host, choice=choice)


def test_a_podman_that_can_not_serve_is_quoted(environment: dict[str, str], folder: Path) -> None:
    (folder / "podman").write_text("#!/bin/sh\necho first >&2\necho 'no subuid ranges' >&2\nexit 125\n")
    (folder / "podman").chmod(0o755)

    assert tried(environment)[f"{folder}/podman system service"] == "no subuid ranges"


@pytest.mark.parametrize("variable", ["DOCKER_HOST", "CONTAINER_HOST"])
def test_a_variable_that_is_no_address_is_an_error_that_names_it(environment: dict[str, str], variable: str) -> None:
    with pytest.raises(UsageError) as caught:
        found({**environment, variable: "ftp://somewhere"})

    assert variable in str(caught.value.hint)


def test_nobody_hears_of_a_host_that_is_not_asked(environment: dict[str, str], serve: Callable[..., str]) -> None:
    address = serve("variable")
    progress = FakeProgress()

    connect(host=None, choice="auto", environment={**environment, "DOCKER_HOST": address}, progress=progress).close()

    assert progress.warnings == []


# Addresses


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("box", "tcp://box"),
        ("box:1234", "tcp://box:1234"),
        ("tcp://box:1234", "tcp://box:1234"),
        ("http://box:1234", "tcp://box:1234"),
        ("[::1]:1234", "tcp://[::1]:1234"),
        ("tcp://[::1]", "tcp://[::1]"),
        ("ssh://me@box", "ssh://me@box"),
        ("ssh://me@box:22/run/podman.sock", "ssh://me@box:22/run/podman.sock"),
        ("unix:///run/x.sock", "unix:///run/x.sock"),
        ("/run/x.sock", "unix:///run/x.sock"),
    ],
)
def test_a_host_is_read_in_every_form(text: str, address: str) -> None:
    assert str(parse_endpoint(text)) == address


@pytest.mark.parametrize(
    "text", ["", "unix://", "unix://x", "ftp://x", "box:", "box:x", "box:0", "box:65536", "[::1", "a b", "tcp://"]
)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_endpoint(text)


def test_an_address_is_read_back_from_its_text() -> None:
    endpoint = parse_endpoint("ssh://me@[2001:db8::1]:22/run/podman.sock")

    assert parse_endpoint(str(endpoint)) == endpoint


@pytest.mark.parametrize(
    ("variables", "secured"),
    [({}, False), ({"DOCKER_TLS_VERIFY": ""}, False), ({"DOCKER_TLS_VERIFY": "1"}, True), ({"DOCKER_TLS": "1"}, True)],
)
def test_a_tcp_host_is_secured_as_docker_secures_it(variables: dict[str, str], *, secured: bool) -> None:
    (candidate,) = connecting._candidates("tcp://box", variables)

    assert (candidate.endpoint.tls is not None) is secured


def test_a_secured_host_has_another_usual_port() -> None:
    (candidate,) = connecting._candidates("box", {"DOCKER_TLS_VERIFY": "1"})

    assert candidate.endpoint.port == 2376


@pytest.mark.parametrize("host", ["ssh://me:geheim@box", "tcp://me:geheim@box:99999", "me:geheim@box"])
def test_password_in_an_address_is_an_error_that_does_not_show_it(host: str) -> None:
    with pytest.raises(UsageError, match="an address must not contain a password") as caught:
        parse_endpoint(host)

    assert "geheim" not in f"{caught.value.what} {caught.value.hint}"
