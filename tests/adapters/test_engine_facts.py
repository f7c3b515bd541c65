"""Facts about engines, read from their JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from engine_clients import docker_client, docker_engine, podman_client, podman_engine
from one_answer import answering

from jobber.domain.containers.engine_facts import EngineFacts, ImageStore, Space
from jobber.domain.errors import EngineFailed, EngineLost

DOCKER: dict[str, Any] = {
    "Name": "box",
    "OSType": "linux",
    "Architecture": "aarch64",
    "Driver": "overlayfs",
    "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
    "DockerRootDir": "/var/lib/docker",
    "CgroupVersion": "2",
    "SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"],
    "Runtimes": {"runc": {"path": "runc"}, "nvidia": {"path": "nvidia-container-runtime"}},
    "DefaultRuntime": "runc",
    "CDISpecDirs": ["/etc/cdi", "/var/run/cdi"],
    "DiscoveredDevices": [
        {"Source": "cdi", "ID": "nvidia.com/gpu=0"},
        {"Source": "other", "ID": "x"},
        {"Source": "cdi", "ID": "nvidia.com/gpu=all"},
    ],
    "RegistryConfig": {
        "IndexConfigs": {"docker.io": {"Secure": True}, "box:5000": {"Secure": False}},
        "Mirrors": ["https://mirror.test/"],
    },
}
PODMAN: dict[str, Any] = {
    "host": {
        "arch": "amd64",
        "os": "linux",
        "buildahVersion": "1.43.2",
        "cgroupVersion": "v2",
        "hostname": "box",
        "ociRuntime": {"name": "crun"},
        "security": {"rootless": True},
    },
    "store": {
        "graphDriverName": "overlay",
        "graphRoot": "/home/me/.local/share/containers/storage",
        "graphRootAllocated": 100,
        "graphRootUsed": 30,
    },
    "registries": {"box:5000": {"Insecure": True}, "r.test": {"Insecure": False}, "search": ["docker.io"]},
    "version": {"APIVersion": "5.8.6"},
}


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], str]]:
    """An engine that gives one answer to everything, and no docker client."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DOCKER_BUILDKIT", raising=False)
    with ExitStack() as stack:

        def start(answer: bytes) -> str:
            stack.enter_context(answering(tmp_path / "engine.sock", answer))
            return f"unix://{tmp_path}/engine.sock"

        yield start


def answer(body: object, status: str = "200 OK") -> bytes:
    text = json.dumps(body).encode()
    return b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), len(text), text)


def docker(address: str) -> EngineFacts:
    with closing(docker_client(address, seconds=5)) as client:
        return docker_engine(client).facts()


def podman(address: str) -> EngineFacts:
    with closing(podman_client(address, seconds=5)) as client:
        return podman_engine(client).facts()


def test_docker_is_read(serve: Callable[[bytes], str]) -> None:
    facts = docker(serve(answer(DOCKER)))

    assert facts == EngineFacts(
        api_version="1.51",
        machine="box",
        platform="linux/aarch64",
        builder="Docker's own builder, without BuildKit",
        builder_remedy="for `RUN --mount` and --secret, install buildx for the local docker client",
        storage_driver="overlayfs",
        image_store=ImageStore.CONTAINERD,
        storage_path="/var/lib/docker",
        cgroups="v2",
        is_rootless=True,
        runtimes=("nvidia", "runc"),
        default_runtime="runc",
        cdi_devices=("nvidia.com/gpu=0", "nvidia.com/gpu=all"),
        cdi_folders=("/etc/cdi", "/var/run/cdi"),
        insecure_registries=("box:5000",),
        mirrors=("https://mirror.test/",),
    )


def test_podman_is_read(serve: Callable[[bytes], str]) -> None:
    facts = podman(serve(answer(PODMAN)))

    assert facts == EngineFacts(
        api_version="5.8.6",
        machine="box",
        platform="linux/amd64",
        builder="Podman's own (buildah 1.43.2)",
        storage_driver="overlay",
        image_store=ImageStore.CONTAINERS_STORAGE,
        storage_path="/home/me/.local/share/containers/storage",
        space=Space(70, 100),
        cgroups="v2",
        is_rootless=True,
        runtimes=("crun",),
        default_runtime="crun",
        insecure_registries=("box:5000",),
    )


@pytest.mark.parametrize("ask", [docker, podman])
@pytest.mark.parametrize("empty", [{}, None])
def test_what_an_engine_leaves_out_stays_empty(
    serve: Callable[[bytes], str], ask: Callable[[str], EngineFacts], empty: object
) -> None:
    body = dict.fromkeys((*DOCKER, *PODMAN), empty) if empty is None else empty
    facts = ask(serve(answer(body)))

    assert (facts.machine, facts.storage_driver, facts.space, facts.runtimes, facts.cdi_devices) == (
        "",
        "",
        None,
        (),
        (),
    )


def test_classic_store_is_known_by_its_driver(serve: Callable[[bytes], str]) -> None:
    classic = {"DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]]}

    assert docker(serve(answer(classic))).image_store is ImageStore.GRAPH_DRIVER


@pytest.mark.parametrize(
    ("script", "builder"),
    [
        ('[ "$1" = buildx ] && echo v0.13', "BuildKit, by `{folder}/docker buildx build --load`"),
        ('[ "$1" = --version ] && echo "Docker version 20.10.24, build x"', "BuildKit, by `{folder}/docker build`"),
        ('[ "$1" = --version ] && echo "Docker version 28.5.2, build x"', "Docker's own builder, without BuildKit"),
        ("exit 1", "Docker's own builder, without BuildKit"),
    ],
)
def test_builder_goes_by_the_docker_client(
    serve: Callable[[bytes], str], tmp_path: Path, script: str, builder: str
) -> None:
    (tmp_path / "docker").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "docker").chmod(0o755)

    assert docker(serve(answer(DOCKER))).builder == builder.format(folder=tmp_path)


def test_disabled_buildkit_is_reported(serve: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    facts = docker(serve(answer(DOCKER)))

    assert facts.builder_remedy.startswith("DOCKER_BUILDKIT=0 disables BuildKit")


@pytest.mark.parametrize("ask", [docker, podman])
def test_engine_that_refuses_is_an_error_with_its_reason(
    serve: Callable[[bytes], str], ask: Callable[[str], EngineFacts]
) -> None:
    wire = serve(answer({"message": "not for you"}, "403 Forbidden"))

    with pytest.raises(EngineFailed, match="could not describe its configuration: not for you"):
        ask(wire)


@pytest.mark.parametrize("ask", [docker, podman])
def test_engine_that_hangs_up_is_lost(serve: Callable[[bytes], str], ask: Callable[[str], EngineFacts]) -> None:
    wire = serve(b"")

    with pytest.raises(EngineLost):
        ask(wire)


def test_environment_of_the_test_has_no_docker_client(serve: Callable[[bytes], str], tmp_path: Path) -> None:
    assert serve is not None
    assert os.environ["PATH"] == str(tmp_path)
