"""Engines that go away and come back in the middle of a run."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from daemon import PrivateDocker, PrivatePodman, need, private_docker
from remote import RemoteMachine
from user import SECONDS, Shell, await_line, user

LINES = 900
_JOB = (
    f"i=0; while [ $i -lt {LINES} ]; do echo line $i ü; echo err $i >&2; i=$((i+1));"
    " [ $((i % 10)) = 0 ] && sleep 0.1; done; exit 6"
)
_OUT = b"".join(f"line {number} ü\n".encode() for number in range(LINES))
_ERR = [b"err %d" % number for number in range(LINES)]


@pytest.fixture
def docker(docker_engine_address: str) -> Iterator[PrivateDocker]:
    assert docker_engine_address
    with private_docker() as private:
        yield private


@pytest.fixture
def podman(podman_engine_address: str) -> Iterator[PrivatePodman]:
    assert podman_engine_address
    need(program="podman")
    private = PrivatePodman()
    yield private
    private.remove()


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_docker_is_restarted_with_live_restore(docker: PrivateDocker, tmp_path: Path) -> None:
    docker.start("--live-restore")

    def restart() -> None:
        docker.stop()
        docker.start("--live-restore")

    with user(tmp_path, f"127.0.0.1:{docker.port}", DOCKER_HOST=f"tcp://127.0.0.1:{docker.port}") as shell:
        _check_nothing_is_missed(shell, restart)


@pytest.mark.podman
@pytest.mark.xdist_group("podman")
def test_service_of_podman_is_killed_and_started_again(podman: PrivatePodman, tmp_path: Path) -> None:
    podman.start()

    def restart() -> None:
        podman.kill()
        podman.start()

    with user(tmp_path, podman.address, DOCKER_HOST=podman.address) as shell:
        _check_nothing_is_missed(shell, restart)


def test_connection_over_ssh_is_cut(engine_address: str, tmp_path: Path) -> None:
    need(program="sshd")
    machine = RemoteMachine(tmp_path / "ssh", DOCKER_HOST=engine_address, CONTAINER_HOST=engine_address)
    before: list[int] = []

    def cut() -> None:
        before.append(machine.accepted)
        machine.cut()

    try:
        with user(tmp_path, engine_address, PATH=machine.search_path, DOCKER_HOST=machine.address) as shell:
            _check_nothing_is_missed(shell, cut)
        assert machine.accepted >= before[0] + 3  # the run, who follows it, and who reads its log
    finally:
        machine.stop()


def _check_nothing_is_missed(shell: Shell, restart: Callable[[], None]) -> None:
    """Have a run, and one that follows it, see the engine go and come back twice."""
    assert shell.jobber("build").returncode == 0
    running = shell.start("run", shell.name, "sh", "-c", _JOB)
    await_line(running, "line 0 ü\n".encode())
    (container,) = shell.containers()
    following = shell.start("attach", container)
    await_line(following, "line 0 ü\n".encode())
    for _ in range(2):
        time.sleep(1)
        restart()
    said = [_rest(process) for process in (running, following)]
    log = shell.jobber("run", "-ri", "none", f"{shell.name}:latest-run", "cat", "/run.log").stdout

    assert [process.returncode for process in (running, following)] == [6, 6], said
    for process, (out, err) in zip((running, following), said, strict=True):
        assert "line 0 ü\n".encode() + out == _OUT, process.args
        assert [line for line in err.splitlines() if line.startswith(b"err ")] == _ERR
    assert sorted(log.splitlines()) == sorted([*_OUT.splitlines(), *_ERR])
    assert shell.containers() == []


def _rest(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Return the further output of a process; it is short, so the streams can be read one after the other."""
    assert process.stdout is not None
    assert process.stderr is not None
    said = process.stdout.read(), process.stderr.read()
    process.wait(SECONDS)
    return said
