"""Proxies in the environment of Podman's service, in jobs and in builds, as `podman run` and `build` have them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from engine_clients import real_podman
from user import SECONDS

from jobber.domain.images.reference import parse_reference

if TYPE_CHECKING:
    from user import Shell

PROXY = "http://me:geheim-4711@proxy.test:3128"
SAYS = 'echo "<$http_proxy> <$NO_PROXY>"'

pytestmark = pytest.mark.parametrize(
    "engine_address",
    [pytest.param("podman", marks=[pytest.mark.podman, pytest.mark.xdist_group("podman")])],
    indirect=True,
)


@pytest.fixture
def behind_proxy(shell: Shell, engine_address: str) -> Iterator[Shell]:
    """The user, with a second service of the same Podman whose environment has proxies."""
    told = facts(engine_address)
    own = subprocess.run(["podman", "--version"], capture_output=True, text=True, check=False).stdout
    if shutil.which("podman") is None or own.split()[-1:] != [told["version"]["Version"]]:
        pytest.skip("the service is another podman than the one on the PATH")
    place = Path(engine_address.removeprefix("unix://")).parent
    files = {
        variable: str(place / name)
        for variable, name in (
            ("CONTAINERS_CONF", "containers.conf"),
            ("CONTAINERS_REGISTRIES_CONF", "registries.conf"),
        )
        if (place / name).exists()
    }
    with tempfile.TemporaryDirectory() as folder:
        address = f"unix://{folder}/podman.sock"
        roots = ("--root", told["store"]["graphRoot"], "--runroot", told["store"]["runRoot"])
        service = subprocess.Popen(
            ["podman", *roots, "system", "service", "--time", "0", address],
            env={**os.environ, **files, "http_proxy": PROXY, "NO_PROXY": "near.test"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            await_answer(address)
            shell.environment["DOCKER_HOST"] = address
            yield shell
        finally:
            service.terminate()
            service.wait(SECONDS)


def facts(address: str) -> dict[str, Any]:
    client = real_podman(address)
    try:
        with client.call("GET", "/info") as response:
            told: dict[str, Any] = response.json()
    finally:
        client.close()
    return told


def await_answer(address: str) -> None:
    give_up = time.monotonic() + SECONDS
    while not Path(address.removeprefix("unix://")).exists():
        assert time.monotonic() < give_up
        time.sleep(0.05)
    facts(address)


def test_job_has_them_and_nothing_of_them_stays(behind_proxy: Shell) -> None:
    shell = behind_proxy
    ran = shell.jobber("run", shell.name, "sh", "-c", SAYS)
    given = shell.jobber("run", "-ri", "none", "-Xd", "-e http_proxy=mine", shell.name, "sh", "-c", SAYS)
    image = shell.engine.images.inspect(parse_reference(f"{shell.name}:latest-run"))

    assert ran.stdout == f"<{PROXY}> <near.test>\n".encode(), ran.stderr
    assert given.stdout == b"<mine> <near.test>\n", given.stderr
    assert "geheim" not in f"{image.configuration} {json.dumps(dict(image.labels))}"


def test_builds_have_them_and_nothing_of_them_stays(behind_proxy: Shell) -> None:
    shell = behind_proxy
    derived = shell.folder / "derived"
    derived.mkdir()
    (derived / "Dockerfile").write_text(f"FROM {shell.name}\nRUN {SAYS} >/said\n")
    built = shell.jobber("build", "--no-cache", "-t", f"{shell.name}-data:1", str(derived))
    said = shell.jobber("cp", f"{shell.name}-data:1:/said", "-")
    image = shell.engine.images.inspect(parse_reference(f"{shell.name}-data:1"))

    assert f"<{PROXY}> <near.test>\n".encode() in said.stdout, built.stderr
    assert "geheim" not in f"{image.configuration} {json.dumps(dict(image.labels))}"
