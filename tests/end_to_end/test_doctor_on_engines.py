"""`jobber doctor` on real engines, near ones, far ones, and ones that don't answer."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from remote import RemoteMachine
from user import WAIT, Shell

from jobber.domain.containers.engine_facts import ImageStore

SETPRIV = shutil.which("setpriv")


def facts_of(ran: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    assert ran.stdout, ran.stderr
    facts: dict[str, Any] = json.loads(ran.stdout)
    return facts


def state(shell: Shell) -> tuple[object, ...]:
    """All that this user has on an engine."""
    return shell.containers(), {tag for tag in shell.engine.images.references() if shell.name in tag}


def test_engine_is_described_and_nothing_of_it_changed(shell: Shell) -> None:
    before = state(shell)
    ran = shell.jobber("doctor", "--json")
    facts = facts_of(ran)
    described = shell.engine.describe()

    assert (ran.returncode, facts["can-run"]) == (0, True), facts["checks"]
    assert facts["engine"]["name"] == described.name
    assert facts["engine"]["version"] == described.version
    assert facts["engine"]["why"] == "DOCKER_HOST"
    assert facts["engine"]["is-described"]
    assert facts["engine"]["image-store"] in set(ImageStore)
    assert facts["engine"]["space"]["free"] > 0
    assert state(shell) == before


def test_report_fits_the_terminal_but_for_long_paths(shell: Shell) -> None:
    ran = shell.jobber("doctor")
    lines = ran.stdout.decode().splitlines()

    assert (ran.returncode, ran.stderr) == (0, b"")
    assert lines[-1].startswith("a run could work")
    assert [line for line in lines if len(line) > 80 and len(line.split()[-1]) < 40] == []


def test_unfinished_runs_are_counted(shell: Shell) -> None:
    detached = shell.jobber("run", *shell.gate, "--detach", shell.name, "sh", "-c", WAIT)
    assert detached.returncode == 0, detached.stderr
    running = facts_of(shell.jobber("doctor", "--json"))
    shell.open_gate()
    shell.jobber("attach", detached.stdout.decode().strip())

    assert running["runs"]["running"] >= 1


def test_calls_are_told_where_that_is_asked(shell: Shell) -> None:
    ran = shell.jobber("-v", "--log-format", "json", "doctor", "--json")
    events = [json.loads(line)["event"] for line in ran.stderr.splitlines()]

    assert facts_of(ran)["can-run"]
    assert {"engine", "engine-call"} <= set(events)


def test_engine_behind_ssh_has_a_disk_that_it_may_tell(shell: Shell, engine_address: str, tmp_path: Path) -> None:
    if shutil.which("sshd", path="/usr/sbin:/sbin:/usr/bin") is None:
        pytest.skip("no sshd: `make test` installs one")
    machine = RemoteMachine(tmp_path / "far")
    try:
        path = engine_address.removeprefix("unix://")
        shell.environment["PATH"] = f"{tmp_path}/far/bin:{shell.environment['PATH']}"
        ran = shell.jobber("-H", f"ssh://root@127.0.0.1:{machine.port}{path}", "doctor", "--json")
    finally:
        machine.stop()
    facts = facts_of(ran)

    assert facts["can-run"], facts["checks"]
    assert (facts["engine"]["why"], facts["engine"]["devices"]) == ("-H", None)
    assert (facts["engine"]["space"] is None) is (facts["engine"]["name"] == "docker")


# Without one


def doctor(folder: Path, *words: str, user: str | None = None, **variables: str) -> subprocess.CompletedProcess[bytes]:
    become = [] if user is None else [str(SETPRIV), f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]
    return subprocess.run(
        [*become, sys.executable, "-m", "jobber", *words, "doctor", "--json"],
        cwd=folder,
        env={"PATH": str(folder), "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), **variables},
        capture_output=True,
        timeout=60,
        check=False,
    )


def hanging(folder: Path) -> socket.socket:
    """A daemon that accepts and never answers."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "silent.sock"))
    listener.listen()
    return listener


def test_daemon_that_hangs_does_not_keep_doctor(tmp_path: Path) -> None:
    address = f"unix://{tmp_path}/silent.sock"
    begun = time.monotonic()
    with closing(hanging(tmp_path)):
        ran = doctor(tmp_path, DOCKER_HOST=address)
    facts = facts_of(ran)

    assert time.monotonic() - begun < 30
    assert [place["answer"] for place in facts["elsewhere"] if place["address"] == address] == ["no response in time"]


def test_host_that_no_packet_comes_back_from_does_not_keep_doctor(tmp_path: Path) -> None:
    begun = time.monotonic()
    ran = doctor(tmp_path, "-H", "tcp://198.51.100.1:2375")  # a network that is for documentation alone

    assert time.monotonic() - begun < 30
    assert (ran.returncode, facts_of(ran)["engine"]) == (1, None)


def test_ssh_that_hangs_does_not_keep_doctor(tmp_path: Path) -> None:
    (tmp_path / "ssh").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    (tmp_path / "ssh").chmod(0o755)
    begun = time.monotonic()
    ran = doctor(tmp_path, "-H", "ssh://box")

    assert time.monotonic() - begun < 30
    assert facts_of(ran)["elsewhere"][0]["answer"].startswith("ssh: no response within")


def test_helper_and_client_that_hang_do_not_keep_doctor(
    tmp_path: Path, engine_address: str, make_hanging: Callable[[str], None]
) -> None:
    for name in ("docker", "docker-credential-slow"):
        make_hanging(name)
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text('{"credsStore": "slow"}')
    begun = time.monotonic()
    ran = doctor(tmp_path, DOCKER_HOST=engine_address)
    problems = [check["text"] for check in facts_of(ran)["checks"] if check["status"] == "problem"]

    assert time.monotonic() - begun < 40
    assert (ran.returncode, len(problems)) == (0, 1)
    assert "docker-credential-slow did not respond within 5 s" in problems[0]


@pytest.fixture
def make_hanging(tmp_path: Path) -> Callable[[str], None]:
    def make(name: str) -> None:
        (tmp_path / name).write_text("#!/bin/sh\n/bin/sleep 60\n")
        (tmp_path / name).chmod(0o755)

    return make


@pytest.mark.skipif(os.getuid() != 0 or SETPRIV is None, reason="only root can become somebody else")
def test_home_that_is_closed_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".docker").mkdir(parents=True)
    (home / ".docker" / "config.json").write_text("{}")
    home.chmod(0o700)
    reachable = subprocess.run(
        [str(SETPRIV), "--reuid=65534", "--regid=65534", "--clear-groups", "--", sys.executable, "-c", "import jobber"],
        capture_output=True,
        cwd="/",
        check=False,
    )
    if reachable.returncode != 0:
        pytest.skip("jobber itself is closed to others here")
    ran = doctor(Path("/"), "-H", "unix:///nonexistent", user="65534", HOME=str(home))
    problems = [check for check in facts_of(ran)["checks"] if check["status"] == "problem"]
    told = [check["text"] for check in problems]

    assert (ran.returncode, ran.stderr) == (1, b"")
    assert {check["name"] for check in problems} == {"engine", "logins"}
    assert any(f"the logins in {home}/.docker/config.json can't be read: permission denied" in text for text in told)


@pytest.mark.skipif(os.getuid() != 0 or SETPRIV is None, reason="only root can become somebody else")
def test_socket_that_is_closed_has_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir(mode=0o700)
    ran = doctor(Path("/"), "-H", f"unix://{tmp_path}/engine/x.sock", user="65534", HOME="/nonexistent")
    if not ran.stdout:
        pytest.skip("jobber itself is closed to others here")
    (engine,) = [check for check in facts_of(ran)["checks"] if check["name"] == "engine"]

    assert "group" in engine["hint"]
