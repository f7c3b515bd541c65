"""Engines that go away and come back in the middle of a run."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from daemon import PrivateDocker, PrivatePodman, need, private_docker
from remote import RemoteMachine
from user import SECONDS, Shell, await_line, user

LINES = 900
TRIES = 3
_KILLED = 255
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
    """Docker kills a job, with exit status 255, whose shim takes more than 5 s to answer; then the job is run again."""
    docker.start("--live-restore")

    def restart() -> None:
        docker.stop()
        docker.start("--live-restore")

    with user(tmp_path, f"127.0.0.1:{docker.port}", DOCKER_HOST=f"tcp://127.0.0.1:{docker.port}") as shell:
        assert shell.jobber("build").returncode == 0
        for _ in range(TRIES):
            seen = _watch(shell, restart)
            if seen.exit_statuses != [_KILLED, _KILLED]:
                break
            assert all(_OUT.startswith(out) for out in seen.out)
        seen.check()


@pytest.mark.podman
@pytest.mark.xdist_group("podman")
def test_service_of_podman_is_killed_and_started_again(podman: PrivatePodman, tmp_path: Path) -> None:
    podman.start()

    def restart() -> None:
        podman.kill()
        podman.start()

    with user(tmp_path, podman.address, DOCKER_HOST=podman.address) as shell:
        assert shell.jobber("build").returncode == 0
        _watch(shell, restart).check()


def test_connection_over_ssh_is_cut(engine_address: str, tmp_path: Path) -> None:
    need(program="sshd")
    machine = RemoteMachine(tmp_path / "ssh", DOCKER_HOST=engine_address, CONTAINER_HOST=engine_address)
    before: list[int] = []

    def cut() -> None:
        before.append(machine.accepted)
        machine.cut()

    try:
        with user(tmp_path, engine_address, PATH=machine.search_path, DOCKER_HOST=machine.address) as shell:
            assert shell.jobber("build").returncode == 0
            _watch(shell, cut).check()
        assert machine.accepted >= before[0] + 3  # the run, who follows it, and who reads its log
    finally:
        machine.stop()


@dataclass
class _Seen:
    """The output of a run and of `jobber attach` to it."""

    exit_statuses: list[int]
    out: list[bytes]
    err: list[bytes]
    log: bytes
    containers: list[str]

    def check(self) -> None:
        """Check that both saw all that the job wrote."""
        assert self.exit_statuses == [6, 6], self
        assert self.out == [_OUT, _OUT]
        assert [[line for line in err.splitlines() if line.startswith(b"err ")] for err in self.err] == [_ERR, _ERR]
        assert sorted(self.log.splitlines()) == sorted([*_OUT.splitlines(), *_ERR])
        assert self.containers == []


def _watch(shell: Shell, restart: Callable[[], None]) -> _Seen:
    """Have a run, and one that follows it, see the engine go and come back twice."""
    first = "line 0 ü\n".encode()
    running = shell.start("run", shell.name, "sh", "-c", _JOB)
    await_line(running, first)
    (container,) = shell.containers()
    following = shell.start("attach", container)
    await_line(following, first)
    for _ in range(2):
        time.sleep(1)
        restart()
    outs, errs = zip(*(_rest(process) for process in (running, following)), strict=True)
    log = shell.jobber("run", "-ri", "none", f"{shell.name}:latest-run", "cat", "/run.log").stdout
    exit_statuses = [process.returncode for process in (running, following)]
    return _Seen(exit_statuses, [first + out for out in outs], list(errs), log, shell.containers())


def _rest(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Return the further output of a process; it is short, so the streams can be read one after the other."""
    assert process.stdout is not None
    assert process.stderr is not None
    said = process.stdout.read(), process.stderr.read()
    process.wait(SECONDS)
    return said
