"""Engines with a base image, a network, a volume and a directory of files for differential tests."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from comparison import Clients, Place, client_environment
from engine_clients import docker_engine, podman_engine, real_docker, real_podman

from jobber.testing.contract import build_base as make_base

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.engine_api.connection import EngineConnection


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    directory = tmp_path_factory.mktemp("here")
    (directory / "variables").write_text("A=1\n# none\n  B=two words \n\nGREETING\nNOT_THERE\nC=\n")
    (directory / "labels").write_text("a=1\n# none\nc=two words \n")
    (directory / "seccomp.json").write_text('{\n  "defaultAction": "SCMP_ACT_ALLOW",\n  "a b": [ 1.50 ]\n}\n')
    token = secrets.token_hex(5)
    return Place(directory, f"jobber-test-{token}", f"jobber-test-{token}", secrets.randbelow(90) + 10)


@pytest.fixture(scope="session")
def docker(docker_engine_address: str, place: Place) -> Iterator[Clients]:
    client = shutil.which("docker")
    if client is None:
        pytest.skip("there is no docker client")
    connection = real_docker(docker_engine_address)
    engine = docker_engine(connection, address=docker_engine_address)
    base = make_base(engine, place.directory)
    subnet = {"Config": [{"Subnet": f"10.221.{place.subnet}.0/24"}]}
    _post(connection, "/networks/create", {"Name": place.network, "IPAM": subnet})
    command = (client, "--host", docker_engine_address, "create")
    environment = client_environment(place.directory)
    yield Clients(
        engine,
        connection,
        engine.images.inspect(base).id,
        str(base),
        command,
        environment,
        place.directory,
        place=place,
    )
    _delete(connection, f"/networks/{place.network}")
    _delete(connection, f"/volumes/{place.volume}")
    engine.close()


@pytest.fixture(scope="session")
def podman(podman_engine_address: str, place: Place) -> Iterator[Clients]:
    client = shutil.which("podman")
    if client is None:
        pytest.skip("there is no podman client")
    connection = real_podman(podman_engine_address)
    engine = podman_engine(connection, address=podman_engine_address)
    base = make_base(engine, place.directory)
    subnet = f"10.222.{place.subnet}.0/24"
    _post(connection, "/networks/create", {"name": place.network, "subnets": [{"subnet": subnet}]})
    command = (client, "--url", podman_engine_address, "create", "--pull", "never")
    environment = client_environment(place.directory)
    configuration = Path(podman_engine_address.removeprefix("unix://")).parent / "containers.conf"
    if configuration.exists():
        environment["CONTAINERS_CONF"] = str(configuration)
    name = f"localhost/{base}"
    yield Clients(
        engine, connection, engine.images.inspect(base).id, name, command, environment, place.directory, place=place
    )
    _delete(connection, f"/networks/{place.network}")
    _delete(connection, f"/volumes/{place.volume}")
    engine.close()


def _post(connection: EngineConnection, path: str, body: dict[str, Any]) -> None:
    with connection.call("POST", path, body=body) as response:
        assert response.ok, response.why()


def _delete(connection: EngineConnection, path: str) -> None:
    with contextlib.suppress(OSError), connection.call("DELETE", path) as response:
        response.read()
