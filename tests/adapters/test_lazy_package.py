"""Packages whose `__init__` runs when it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

LAZY = """
import sys
from jobber.adapters.engine_api.lazy_package import import_lazily
import_lazily("docker", "podman", "charset_normalizer", "nothing_by_this_name")
from docker.api.client import APIClient
import podman.api.client
"""


def printed(code: str) -> str:
    command = [sys.executable, "-W", "error", "-c", LAZY + code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_clients_are_imported_without_the_models() -> None:
    names = "'docker.models', 'podman.domain.containers', 'charset_normalizer.api'"

    assert printed(f"print([name for name in ({names}) if name in sys.modules])") == "[]"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from docker import DockerClient; print(DockerClient.__name__)", "DockerClient"),
        ("import docker; print(docker.DockerClient.containers.fget.__name__)", "containers"),
        (
            "import podman; print(podman.PodmanClient.__name__, podman.api.client.__name__)",
            "PodmanClient podman.api.client",
        ),
        ("import charset_normalizer; print(charset_normalizer.detect(b'abc')['encoding'])", "ascii"),
        ("import requests, podman; print(hasattr(podman, 'nothing'), hasattr(podman, 'nothing'))", "False False"),
        ("import docker; print(docker.__version__ == docker.version.__version__)", "True"),
    ],
)
def test_everything_is_found_at_its_first_use(code: str, found: str) -> None:
    assert printed(code) == found


def test_a_package_that_is_imported_already_stays() -> None:
    assert printed("import json; import_lazily('json'); print(sys.modules['json'] is json)") == "True"
