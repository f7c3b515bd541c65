"""Connections to engines as tests make them."""

from __future__ import annotations

import os

from jobber.adapters.docker.client import DockerClient
from jobber.adapters.docker.engine import DockerEngine
from jobber.adapters.engine_api.endpoint import parse_endpoint
from jobber.adapters.engine_api.ping import ping
from jobber.adapters.podman.client import PodmanClient
from jobber.adapters.podman.engine import PodmanEngine

DOCKER_VERSION = "1.51"
PODMAN_VERSION = "5.8.6"


def docker_client(address: str, *, version: str = DOCKER_VERSION, seconds: float | None = None) -> DockerClient:
    """A client of a Docker, or of something that answers in its place."""
    return DockerClient(parse_endpoint(address), version=version, seconds=seconds)


def podman_client(address: str, *, version: str = PODMAN_VERSION, seconds: float | None = None) -> PodmanClient:
    """A client of a Podman, or of something that answers in its place."""
    return PodmanClient(parse_endpoint(address), version=version, seconds=seconds)


def real_docker(address: str) -> DockerClient:
    """A client of the Docker that listens there."""
    return docker_client(address, version=ping(parse_endpoint(address)).api_version)


def real_podman(address: str) -> PodmanClient:
    """A client of the Podman that listens there."""
    return podman_client(address, version=ping(parse_endpoint(address)).version)


def docker_engine(client: DockerClient, *, address: str = "") -> DockerEngine:
    """The roles of a Docker."""
    return DockerEngine(client, environment=os.environ, address=address, version="28.5.2")


def podman_engine(client: PodmanClient, *, address: str = "") -> PodmanEngine:
    """The roles of a Podman."""
    return PodmanEngine(client, address=address, version=client.version)
