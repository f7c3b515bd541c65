"""A pipeline of two people: one has Docker, the other has Podman, and they share a registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from user import Shell, user

from jobber.domain.errors import JobberError
from jobber.domain.images.reference import parse_reference
from jobber.domain.runs.label_names import Label

_FILE = """\
params: {{note: one}}
jobs:
  {n}-data: {{build: data}}
  {n}-a:
    image: {n}
    cmd: [sh, -c, "mkdir /out; echo ${{note}}; cat /data/x > /out/x"]
    inputs: [{n}-data]
    out: /out
  {n}-b:
    matrix: {{m: [p, q]}}
    image: {n}
    cmd: [sh, -c, "mkdir /out; echo ${{m}} > /out/x"]
    inputs: [{n}-a]
    out: /out
  {n}-c: {{image: {n}, cmd: find /runs -type f, inputs: ["{n}-b[*],dest=/runs"]}}
"""

pytestmark = [pytest.mark.docker, pytest.mark.podman, pytest.mark.xdist_group("docker")]


@pytest.fixture(params=[(0, 1), (1, 0)], ids=["docker-first", "podman-first"])
def two(
    request: pytest.FixtureRequest,
    docker_engine_address: str,
    podman_engine_address: str,
    registry_host: str | None,
    tmp_path: Path,
) -> Iterator[tuple[Shell, Shell]]:
    """Two users with the same files: the second has neither the base image nor a result."""
    if registry_host is None:
        pytest.skip("no registry: `make test` starts one, or name it in JOBBER_TEST_REGISTRY")
    addresses = (docker_engine_address, podman_engine_address)
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    with (
        user(tmp_path / "one", addresses[request.param[0]], DOCKER_HOST=addresses[request.param[0]]) as one,
        user(tmp_path / "other", addresses[request.param[1]], DOCKER_HOST=addresses[request.param[1]]) as other,
    ):
        for shell in (one, other):
            (shell.folder / "data").mkdir()
            (shell.folder / "data" / "x").write_text(one.name)
            (shell.folder / "data" / "Dockerfile").write_text("FROM scratch\nCOPY x /data/\n")
            (shell.folder / "jobber-pipeline.yml").write_text(_FILE.format(n=one.name))
            shell.environment["JOBBER_DEFAULT_REGISTRY"] = registry_host
        built = one.jobber("build", ".")
        assert built.returncode == 0, built.stderr
        yield one, other
        for shell in (one, other):
            for tag in _tags(shell, one.name):
                with suppress(JobberError):
                    shell.engine.images.remove(parse_reference(tag))


def _tags(shell: Shell, name: str) -> set[str]:
    """All tags on a user's engine that contain a name."""
    images = (*shell.engine.images.list(labels={Label.VERSION: None}),)
    return {tag for image in images for tag in image.references if name in tag}


def _run(shell: Shell, name: str, *options: str) -> dict[str, str]:
    done = shell.jobber("pipeline", "run", "--json", *options)
    assert done.returncode == 0, done.stderr
    return {job["job"].removeprefix(f"{name}-"): job["state"] for job in json.loads(done.stdout)["jobs"]}


def test_colleague_builds_and_runs_nothing(two: tuple[Shell, Shell]) -> None:
    one, other = two
    first = _run(one, one.name)
    status = other.jobber("pipeline", "status")
    second = _run(other, one.name)

    assert first == {"data": "built", "a": "succeeded", "b[p]": "succeeded", "b[q]": "succeeded", "c": "succeeded"}
    assert status.returncode == 0, status.stderr
    assert set(second.values()) == {"fresh"}
    assert _tags(other, one.name) == set()


def test_colleague_runs_what_is_new_and_the_first_one_gets_it(two: tuple[Shell, Shell]) -> None:
    one, other = two
    _run(one, one.name)
    there = _run(other, one.name, "-p", "note=two")

    assert there == {"data": "fresh", "a": "succeeded", "b[p]": "reused", "b[q]": "reused", "c": "reused"}
    assert set(_run(one, one.name, "-p", "note=two").values()) == {"fresh"}


def test_base_image_that_moved_behind_its_tag_is_noticed_by_both(two: tuple[Shell, Shell]) -> None:
    one, other = two
    _run(one, one.name)
    dockerfile = one.folder / "Dockerfile"
    dockerfile.write_text(f"{dockerfile.read_text()}ENV MOVED=1\n")
    assert one.jobber("build", ".").returncode == 0
    reasons = []
    for shell in two:
        status = shell.jobber("pipeline", "status", "--json")
        found = {job["job"]: job["why"] for job in json.loads(status.stdout)["jobs"]}
        reasons.append(found[f"{one.name}-a"])

    assert reasons == [f"image {one.name}: its configuration differs", "never run"]
    assert _run(other, one.name)["a"] == "succeeded"
