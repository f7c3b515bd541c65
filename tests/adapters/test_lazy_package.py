"""A package whose `__init__` runs when it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

LAZY = """
import sys
from jobber.adapters.engine_api.lazy_package import import_lazily
import_lazily("nothing_by_this_name")
import_lazily("podman")
import podman.api.client
"""


def printed(code: str) -> str:
    command = [sys.executable, "-W", "error", "-c", LAZY + code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_clients_are_imported_without_the_models() -> None:
    names = "'podman.domain.containers', 'rich.progress'"

    assert printed(f"print([name for name in ({names}) if name in sys.modules])") == "[]"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from podman import PodmanClient; print(PodmanClient.__name__)", "PodmanClient"),
        ("import podman; print(podman.PodmanClient.__name__, podman.__version__ > '5')", "PodmanClient True"),
        (
            "import podman; print(podman.PodmanClient.__name__, podman.api.client.__name__)",
            "PodmanClient podman.api.client",
        ),
        ("import requests, podman; print(hasattr(podman, 'nothing'), hasattr(podman, 'nothing'))", "False False"),
    ],
)
def test_everything_is_found_at_its_first_use(code: str, found: str) -> None:
    assert printed(code) == found


def test_threads_that_ask_at_once_all_find_it() -> None:
    code = """
import podman
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    print({one.__name__ for one in pool.map(lambda _: podman.PodmanClient, range(64))})
"""

    assert printed(code) == "{'PodmanClient'}"


def test_a_package_that_is_imported_already_stays() -> None:
    assert printed("import json; import_lazily('json'); print(sys.modules['json'] is json)") == "True"
