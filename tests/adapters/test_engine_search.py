"""The search for engines as `jobber doctor` reports it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
from one_answer import answering

from jobber.adapters.discovery import candidates
from jobber.adapters.discovery.engine_search import MachineEngines
from jobber.domain.checkup.findings import EnginePlace
from jobber.domain.errors import EngineUnavailable, JobberError, UsageError
from jobber.testing import FakeProgress

DOCKER = b"HTTP/1.1 200 OK\r\nApi-Version: 1.47\r\nServer: Docker/28.5.1 (linux)\r\nContent-Length: 2\r\n\r\nOK"
PODMAN = (
    b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nLibpod-Api-Version: 5.2.0\r\nServer: Libpod/5.2.0 (linux)\r\n"
    b"Content-Length: 2\r\n\r\nOK"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sockets are that every machine has; nothing of the real one is looked at."""

    def sockets(_environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        yield str(tmp_path / "usual.sock"), "Docker's socket"
        yield str(tmp_path / "last.sock"), "Podman's socket"

    monkeypatch.setattr(candidates, "_sockets", sockets)
    return tmp_path


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[[str, bytes], str]]:
    with ExitStack() as stack:

        def start(name: str, answer: bytes = DOCKER) -> str:
            stack.enter_context(answering(folder / f"{name}.sock", answer))
            return f"unix://{folder}/{name}.sock"

        yield start


def search(
    folder: Path, *, host: str | None = None, origin: str = "-H", choice: str = "auto", **variables: str
) -> MachineEngines:
    environment = {"HOME": str(folder), "PATH": str(folder), **variables}
    return MachineEngines(host, origin, choice, environment, FakeProgress(), seconds=1)


def found(engines: MachineEngines) -> tuple[str, str]:
    """Address of the engine that is found, and why it is that one."""
    engine, why = engines.connect()
    engine.close()
    return engine.describe().address, why


def places(engines: MachineEngines) -> list[EnginePlace]:
    """The other places, whether an engine is found or not."""
    with suppress(JobberError):
        found(engines)
    return engines.places()


@pytest.mark.parametrize(
    ("variable", "why"),
    [("DOCKER_HOST", "DOCKER_HOST"), ("CONTAINER_HOST", "CONTAINER_HOST"), (None, "Docker's socket")],
)
def test_reason_for_the_engine_is_told(serve: Callable[..., str], folder: Path, variable: str | None, why: str) -> None:
    address = serve("usual" if variable is None else "named")
    variables = {} if variable is None else {variable: address}

    assert found(search(folder, **variables)) == (address, why)


@pytest.mark.parametrize("origin", ["-H", "JOBBER_HOST", "jobber-config.yml:3"])
def test_reason_for_a_host_is_where_it_is_named(serve: Callable[..., str], folder: Path, origin: str) -> None:
    address = serve("named")

    assert found(search(folder, host=address, origin=origin)) == (address, origin)


def test_other_places_are_asked_too(serve: Callable[..., str], folder: Path) -> None:
    serve("usual")
    last = serve("last", PODMAN)

    assert places(search(folder)) == [EnginePlace(last, "Podman's socket", "podman 5.2.0", is_engine=True)]


def test_places_that_were_tried_in_vain_are_told(serve: Callable[..., str], folder: Path) -> None:
    serve("last")

    assert places(search(folder)) == [
        EnginePlace(f"unix://{folder}/usual.sock", "Docker's socket", "no such file or directory")
    ]


def test_all_places_are_told_where_there_is_no_engine(folder: Path) -> None:
    told = places(search(folder, DOCKER_HOST="tcp://127.0.0.1:1"))

    assert told == [
        EnginePlace("tcp://127.0.0.1:1", "DOCKER_HOST", "connection refused", is_named=True),
        EnginePlace(f"unix://{folder}/usual.sock", "Docker's socket", "no such file or directory"),
        EnginePlace(f"unix://{folder}/last.sock", "Podman's socket", "no such file or directory"),
        *([EnginePlace("podman on the PATH", "", "there is none")] if len(told) > 3 else []),
    ]


def test_engine_of_the_other_kind_is_told(serve: Callable[..., str], folder: Path) -> None:
    address = serve("usual")
    told = places(search(folder, choice="podman"))

    assert EnginePlace(address, "Docker's socket", "it is docker, not podman") in told


def test_only_the_host_that_is_given_is_asked(serve: Callable[..., str], folder: Path) -> None:
    serve("usual")
    engines = search(folder, host="unix:///nonexistent")

    with pytest.raises(EngineUnavailable):
        engines.connect()
    assert engines.places() == [EnginePlace("unix:///nonexistent", "-H", "no such file or directory", is_named=True)]


@pytest.mark.parametrize("variables", [{"DOCKER_HOST": "ftp://x"}, {"DOCKER_CONTEXT": "nowhere"}])
def test_place_that_can_be_none_is_an_error_once(folder: Path, variables: dict[str, str]) -> None:
    engines = search(folder, **variables)

    with pytest.raises(UsageError):
        engines.connect()
    assert engines.places() == []


def test_podman_that_is_started_is_told_as_that(folder: Path) -> None:
    (folder / "podman").write_text("#!/bin/sh\necho 'no subuid ranges' >&2\nexit 125\n")
    (folder / "podman").chmod(0o755)
    told = places(search(folder))

    assert told[-1] == EnginePlace(f"{folder}/podman system service", "", "no subuid ranges")


def test_engine_that_accepts_and_never_answers_does_not_keep_anybody(folder: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as silent:
        silent.bind(str(folder / "usual.sock"))
        silent.listen()
        begun = time.monotonic()
        told = places(search(folder))

    assert told[0].answer == "no response in time"
    assert time.monotonic() - begun < 10


def test_engine_that_answers_a_ping_alone_does_not_keep_anybody(serve: Callable[..., str], folder: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as silent:
        serve("usual")
        engine, _ = search(folder).connect()
        engine.close()
        (folder / "usual.sock").unlink()
        silent.bind(str(folder / "usual.sock"))
        silent.listen()
        begun = time.monotonic()
        with pytest.raises(JobberError):
            engine.facts()  # type: ignore[attr-defined]

    assert time.monotonic() - begun < 10


def test_podman_that_never_gets_ready_does_not_keep_anybody(folder: Path) -> None:
    (folder / "podman").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    (folder / "podman").chmod(0o755)
    begun = time.monotonic()
    told = places(search(folder))

    assert told[-1].address.endswith("podman system service")
    assert time.monotonic() - begun < 15
