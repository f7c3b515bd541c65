"""Builds on Docker go by the environment that the engine was connected with, not by that of the process."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from engine_clients import docker_client

from jobber.adapters.docker.buildkit import Client, build_with_client
from jobber.adapters.docker.engine import DockerEngine
from jobber.adapters.engine_api.endpoint import parse_endpoint
from jobber.domain.images.build_request import BuildRequest
from jobber.testing import FakeProgress

CLIENT = f"""#!{sys.executable}
import json, os, sys
if "HANDED" not in os.environ:
    sys.exit(1)
if sys.argv[-1] == "--version":
    print("Docker version 28.5.2")
for word in sys.argv:
    if word.startswith("--iidfile="):
        open(word.partition("=")[2], "w").write("sha256:" + "1" * 64)
        print(json.dumps([sys.argv, dict(os.environ)]), file=open(os.environ["HANDED"], "w"))
"""


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment with a client that works nowhere else, and a process that has another one."""
    client = tmp_path / "bin" / "docker"
    client.parent.mkdir()
    client.write_text(CLIENT)
    client.chmod(0o755)
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    monkeypatch.setenv("OF_THE_PROCESS", "1")
    monkeypatch.setenv("ARGUMENT", "of the process")
    return {"PATH": str(client.parent), "HOME": str(tmp_path), "HANDED": str(tmp_path / "told"), "ARGUMENT": "handed"}


def engine(environment: dict[str, str]) -> DockerEngine:
    return DockerEngine(docker_client("unix:///nonexistent"), environment=environment, version="28.5.2")


def test_client_is_that_of_the_environment(environment: dict[str, str]) -> None:
    words = (f"{environment['PATH']}/docker", "buildx", "build", "--load")

    assert engine(environment).builder.client() == Client(words)
    assert engine({"HANDED": "1"}).builder.client() is None


@pytest.mark.parametrize(("chosen", "is_off"), [("0", True), ("1", False)])
def test_buildkit_is_switched_off_by_the_environment(chosen: str, *, is_off: bool) -> None:
    assert engine({"DOCKER_BUILDKIT": chosen}).builder.is_switched_off() is is_off


def test_proxies_are_those_of_the_environments_home(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"proxies": {"default": {"httpProxy": "http://p"}}}))
    proxies = engine({"DOCKER_CONFIG": str(tmp_path)}).containers.client_environment

    assert proxies == {"HTTP_PROXY": "http://p", "http_proxy": "http://p"}


def test_client_has_the_variables_of_the_environment(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    arguments = {"ARGUMENT": "handed", "OTHER": "of the process"}
    request = BuildRequest(context=tmp_path, dockerfile=tmp_path / "Dockerfile", arguments=arguments)
    client = Client((f"{environment['PATH']}/docker", "buildx", "build", "--load"))
    endpoint = parse_endpoint("unix:///nonexistent")
    build_with_client(client, request, endpoint=endpoint, environment=environment, progress=FakeProgress())
    words, variables = json.loads(Path(environment["HANDED"]).read_text())

    assert (variables["ARGUMENT"], variables["DOCKER_BUILDKIT"]) == ("handed", "1")
    assert "OF_THE_PROCESS" not in variables
    assert [word for word in words if word.startswith("--build-arg")] == [
        "--build-arg=ARGUMENT",
        "--build-arg=OTHER=of the process",
    ]
