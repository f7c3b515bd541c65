"""Proxies of the docker client's configuration, in jobs and in builds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobber.domain.images.reference import parse_reference

if TYPE_CHECKING:
    from user import Shell

SECRET = "geheim-4711"
PROXY = f"http://me:{SECRET}@proxy.test:3128"
SAYS = 'echo "<$HTTP_PROXY> <$http_proxy> <$NO_PROXY> <$no_proxy>"'

pytestmark = pytest.mark.parametrize(
    "engine_address",
    [pytest.param("docker", marks=[pytest.mark.docker, pytest.mark.xdist_group("docker")])],
    indirect=True,
)


@pytest.fixture
def configured(shell: Shell) -> Shell:
    assert shell.jobber("build").returncode == 0
    folder = Path(shell.environment["HOME"], ".docker")
    folder.mkdir(exist_ok=True)
    proxies = {"default": {"httpProxy": PROXY, "noProxy": "near.test"}}
    (folder / "config.json").write_text(json.dumps({"proxies": proxies}))
    return shell


def test_job_has_them_and_nothing_of_them_stays(configured: Shell) -> None:
    shell = configured
    ran = shell.jobber("-v", "run", shell.name, "sh", "-c", SAYS)
    planned = shell.jobber("run", "--dry-run", shell.name)
    given = shell.jobber("run", "-ri", "none", "-Xd", "-e http_proxy=mine -e NO_PROXY=", shell.name, "sh", "-c", SAYS)
    recorded = shell.jobber("run", "-Xd", f"-e HTTP_PROXY={PROXY}x", shell.name, "true")
    shown = shell.jobber("show", "--json", f"{shell.name}:latest-run")
    image = shell.engine.images.inspect(parse_reference(f"{shell.name}:latest-run"))

    assert ran.stdout == f"<{PROXY}> <{PROXY}> <near.test> <near.test>\n".encode(), ran.stderr
    assert given.stdout == f"<{PROXY}> <mine> <> <near.test>\n".encode(), given.stderr
    assert SECRET.encode() not in ran.stderr + planned.stdout + planned.stderr + recorded.stderr
    assert json.loads(shell.labels(f"{shell.name}:latest-run")["jobber.run"])["docker-args"] == ["-e", "HTTP_PROXY=***"]
    assert SECRET.encode() not in shown.stdout
    assert SECRET not in f"{image.configuration} {image.labels}"


@pytest.mark.parametrize("buildkit", ["0", "1"])
def test_builds_have_them_and_arguments_win(configured: Shell, buildkit: str) -> None:
    shell = configured
    shell.environment["DOCKER_BUILDKIT"] = buildkit
    derived = shell.folder / "derived"
    derived.mkdir()
    (derived / "Dockerfile").write_text(f"FROM {shell.name}\nRUN {SAYS} >/said\n")
    build = ("-v", "build", "--no-cache", "-t", f"{shell.name}-data:1")
    built = shell.jobber(*build, str(derived))
    said = shell.jobber("cp", f"{shell.name}-data:1:/said", "-")
    given = shell.jobber(*build, "--build-arg", "HTTP_PROXY=mine", "--build-arg", "http_proxy=mine", str(derived))
    mine = shell.jobber("cp", f"{shell.name}-data:1:/said", "-")
    image = shell.engine.images.inspect(parse_reference(f"{shell.name}-data:1"))

    assert (built.returncode, given.returncode) == (0, 0), built.stderr + given.stderr
    assert f"<{PROXY}> <{PROXY}> <near.test> <near.test>\n".encode() in said.stdout
    assert b"<mine> <mine> <near.test> <near.test>\n" in mine.stdout
    assert SECRET.encode() not in built.stderr
    assert SECRET not in f"{image.configuration}"


def test_an_argument_in_one_case_alone_wins_with_buildkit(configured: Shell) -> None:
    shell = configured
    shell.environment["DOCKER_BUILDKIT"] = "1"
    derived = shell.folder / "derived"
    derived.mkdir()
    (derived / "Dockerfile").write_text(f"FROM {shell.name}\nRUN {SAYS} >/said\n")
    build = ("build", "--no-cache", "-t", f"{shell.name}-data:1", "--build-arg", "HTTP_PROXY=mine", str(derived))
    built = shell.jobber(*build)
    said = shell.jobber("cp", f"{shell.name}-data:1:/said", "-")

    assert b"<mine> <mine> <near.test> <near.test>\n" in said.stdout, built.stderr
