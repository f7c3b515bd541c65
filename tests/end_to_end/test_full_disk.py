"""A full disk: nothing is lost, and the printed remedy works."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from daemon import PrivatePodman, need, private_docker
from user import Shell, user

_MEGABYTES = 80
"""Of the engine's disk."""
_PIECE = 15
"""The output of each job."""
_WRITE = ("sh", "-c", f"head -c {_PIECE}000000 /dev/urandom > /filled; echo said")
_FULL = b"no space left on device"


@dataclass
class Crowded:
    """A user whose engine has a small disk."""

    shell: Shell
    make_room: Callable[[], None]


@pytest.fixture
def docker(docker_engine_address: str, tmp_path: Path) -> Iterator[Crowded]:
    assert docker_engine_address
    with private_docker() as private:
        disk = _small_disk(private.folder / "docker")
        private.start()
        address = f"tcp://127.0.0.1:{private.port}"
        with user(tmp_path, f"127.0.0.1:{private.port}", DOCKER_HOST=address) as shell:
            yield Crowded(shell, lambda: _grow(disk))


@pytest.fixture
def podman(podman_engine_address: str, tmp_path: Path) -> Iterator[Crowded]:
    assert podman_engine_address
    need(program="podman")
    private = PrivatePodman()

    def make_room() -> None:
        _grow(disk)
        private.kill()  # its service believes that it has removed what it could not
        private.start()

    try:
        disk = _small_disk(private.folder / "storage")
        private.start()
        with user(tmp_path, private.address, DOCKER_HOST=private.address) as shell:
            yield Crowded(shell, make_room)
    finally:
        private.remove()


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_docker_without_room_gets_some_by_a_prune(docker: Crowded) -> None:
    shell = docker.shell
    results = _fill(shell)
    pruned = _prune(shell)

    assert (pruned.returncode, f"removed {results - 1}, which freed".encode() in pruned.stderr) == (0, True)
    _check_all_is_recovered(shell)


@pytest.mark.podman
@pytest.mark.xdist_group("podman")
def test_podman_without_room_needs_a_little_to_make_more(podman: Crowded) -> None:
    shell = podman.shell
    results = _fill(shell)
    refused = _prune(shell)
    podman.make_room()
    pruned = _prune(shell)

    assert (refused.returncode, b"hint: the engine needs some free disk space to remove images" in refused.stderr) == (
        1,
        True,
    )
    assert (pruned.returncode, f"removed {results - 1}, which freed".encode() in pruned.stderr) == (0, True)
    _check_all_is_recovered(shell)


def _fill(shell: Shell) -> int:
    """Run until a result can't be made, and once more, which leaves no byte; how many results there are."""
    assert shell.jobber("build").returncode == 0
    results = 0
    while (ran := shell.jobber("run", shell.name, *_WRITE)).returncode == 0:
        results += 1
        assert results < _MEGABYTES
    again = shell.jobber("rerun", f"{shell.name}:latest-run")

    for refused in (ran, again):
        assert (refused.returncode, refused.stdout) == (125, b"said\n")
        assert _FULL in refused.stderr
        assert b"`jobber recover` creates its result; free disk space" in refused.stderr
        assert len(refused.stderr) < 1000
    assert b"; the job's output is in /" in again.stderr
    assert len(shell.containers()) == 2
    return results


def _prune(shell: Shell) -> subprocess.CompletedProcess[bytes]:
    return shell.jobber("prune", "--results", "--keep-last", "1", "--yes")


def _check_all_is_recovered(shell: Shell) -> None:
    recovered = shell.jobber("recover")

    assert (recovered.returncode, recovered.stderr.count(b"recovered run")) == (0, 2)
    assert b"said\n" in shell.jobber("logs", f"{shell.name}:latest-run").stdout
    assert shell.containers() == []


def _small_disk(folder: Path) -> Path:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "tmpfs", folder], check=True)
    return folder


def _grow(disk: Path) -> None:
    subprocess.run(["mount", "-o", f"remount,size={_MEGABYTES + 4}m", disk], check=True)
