"""The engines that the machine has for its users: for where we can't have our own."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def engines() -> dict[str, str]:
    """The variables that name them to the tests; those that are set already stay as they are."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    docker = ["/var/run/docker.sock", f"{runtime}/docker.sock", str(Path.home() / ".docker/run/docker.sock")]
    podman = [f"{runtime}/podman/podman.sock", "/run/podman/podman.sock"]
    found = {
        "JOBBER_TEST_DOCKER": os.environ.get("DOCKER_HOST") or _first(docker),
        "JOBBER_TEST_PODMAN": os.environ.get("CONTAINER_HOST") or _first(podman),
        "JOBBER_TEST_REGISTRY": None,
    }
    named = {name: os.environ.get(name) or address for name, address in found.items()}
    return {name: address for name, address in named.items() if address}


def _first(paths: list[str]) -> str | None:
    """The first socket that somebody listens on."""
    for path in paths:
        with socket.socket(socket.AF_UNIX) as sock:
            if sock.connect_ex(path) == 0:
                return f"unix://{path}"
    return None
