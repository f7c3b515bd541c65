"""Which processes are known to be dead: none that may be one of another machine or container."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jobber.adapters.host import process_identity
from jobber.adapters.host.process_identity import current_owner, is_alive

HOST, BOOT, PROCESS, START, NAMESPACE, MACHINE = range(6)
FIRST = "4026531836"


@pytest.fixture(autouse=True)
def known_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this be a machine that tells everything of itself."""
    monkeypatch.setattr(process_identity, "_boot", lambda: "b00t")
    monkeypatch.setattr(process_identity, "_namespace", lambda: FIRST)
    monkeypatch.setattr(process_identity, "_machine", lambda: "machine")


@pytest.fixture
def gone() -> str:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return str(process.pid)


def owner(*, older: bool = False, **others: str) -> str:
    """Return this process's identity with other parts, in the form of an older jobber or of this one."""
    parts = current_owner().split("/")
    for name, value in others.items():
        parts[globals()[name.upper()]] = value
    return "/".join(parts[:4] if older else parts)


@pytest.mark.parametrize("older", [False, True])
def test_this_process_is_alive(*, older: bool) -> None:
    assert is_alive(owner(older=older)) is True


@pytest.mark.parametrize("older", [False, True])
def test_process_that_has_ended_is_dead(gone: str, *, older: bool) -> None:
    assert is_alive(owner(process=gone, older=older)) is False


@pytest.mark.parametrize("older", [False, True])
def test_number_that_another_process_has_now_is_no_sign_of_life(*, older: bool) -> None:
    assert is_alive(owner(start="1", older=older)) is False


def test_process_from_before_the_machine_was_started_is_dead() -> None:
    assert is_alive(owner(boot="before")) is False


@pytest.mark.parametrize("machine", ["other", ""])
def test_process_of_another_machine_of_this_name_may_be_alive(gone: str, machine: str) -> None:
    assert is_alive(owner(process=gone, boot="other", machine=machine)) is None


def test_process_of_an_older_jobber_before_the_last_start_may_be_another_machines(gone: str) -> None:
    assert is_alive(owner(process=gone, boot="other", older=True)) is None


def test_process_of_another_container_of_this_name_may_be_alive(gone: str) -> None:
    assert is_alive(owner(process=gone, namespace="4026532999")) is None


def test_containers_of_one_image_on_two_machines_are_two(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_identity, "_namespace", lambda: "4026532999")

    assert is_alive(owner(process=gone, boot="other")) is None


def test_process_of_a_machine_of_another_name_may_be_alive(gone: str) -> None:
    assert is_alive(owner(host="other", process=gone)) is None


@pytest.mark.parametrize("text", ["", "a", "a/b/c/d", "a/b/1", "a/b/1/1/1", "a/b/1/1/1/1/1"])
def test_text_that_names_no_process_tells_nothing(text: str) -> None:
    assert is_alive(text) is None


def test_system_that_tells_nothing_knows_its_own_processes(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("_boot", "_namespace", "_machine"):
        monkeypatch.setattr(process_identity, part, lambda: "")

    assert (is_alive(current_owner()), is_alive(owner(process=gone))) == (True, False)


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_identity_tells_the_namespace_and_hides_the_id_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    parts = current_owner().split("/")

    assert (parts[HOST], parts[PROCESS]) == (socket.gethostname(), str(os.getpid()))
    assert str(Path("/proc/self/ns/pid").readlink()) == f"pid:[{parts[NAMESPACE]}]"
    assert len(parts[MACHINE]) in (0, 16)
