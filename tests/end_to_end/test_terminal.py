"""A person at a terminal, on Docker and on Podman: keys, sizes, full screens, and a terminal that is given back."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from screen import Sitting
from user import SECONDS, Shell

_PROMPT = "/ #"


@pytest.fixture
def sit(shell: Shell) -> Iterator[Callable[..., Sitting]]:
    sittings: list[Sitting] = []

    def begin(*words: str, stderr: Path | None = None) -> Sitting:
        sittings.append(Sitting(list(words), folder=shell.folder, environment=shell.environment, stderr=stderr))
        return sittings[-1]

    yield begin
    for sitting in sittings:
        sitting.close()


def _running(shell: Shell) -> str:
    (container,) = shell.containers()
    return container


def test_shell_has_size_keys_and_end(shell: Shell, sit: Callable[..., Sitting]) -> None:
    sitting = sit("run", shell.name, "sh")
    sitting.await_text(_PROMPT)
    sitting.type(b"stty size\r")
    sitting.await_text("24 80")
    sitting.resize(30, 100)
    sitting.type(b"stty size\r")
    sitting.await_text("30 100")
    sitting.type(b"sh -c 'echo on; exec sleep 100'\r")
    sitting.await_text("\non")
    sitting.type(b"\x03")
    sitting.await_text("^C")
    sitting.type(b"echo status $?\r")
    sitting.await_text("status 130\n/ #")  # a ^D before the prompt would not end the shell
    sitting.type(b"\x04")

    assert sitting.wait() == 0
    assert sitting.modes_are_as_before()
    assert "result" in sitting.text()


def test_editor_edits_and_the_result_has_it(shell: Shell, sit: Callable[..., Sitting]) -> None:
    sitting = sit("run", shell.name, "vi", "/note")
    sitting.await_text("/note")
    sitting.type(b"iwritten here")
    sitting.await_text("written here")
    sitting.type(b"\x1b")
    time.sleep(1)  # for vi, an escape that is followed at once is the beginning of a key
    sitting.type(b":wq\r")
    status = sitting.wait()
    show = shell.jobber("run", "--result-image", "none", f"{shell.name}:latest-run", "cat", "/note")

    assert (status, show.stdout) == (0, b"written here\n")
    assert sitting.modes_are_as_before()


@pytest.mark.parametrize(("command", "sign", "key"), [("top", "Mem:", b"q"), ("less /etc/x", "text\n\n~", b"q")])
def test_full_screen_programs_come_and_go(
    shell: Shell, sit: Callable[..., Sitting], command: str, sign: str, key: bytes
) -> None:
    script = "mkdir -p /etc; echo text >/etc/x; exec " + command
    sitting = sit("run", shell.name, "sh", "-c", script)
    sitting.await_text(sign)
    sitting.type(key)

    assert sitting.wait() == 0
    assert sitting.modes_are_as_before()


def test_terminal_is_restored_after_the_job_is_killed(shell: Shell, sit: Callable[..., Sitting]) -> None:
    sitting = sit("run", shell.name, "sh", "-c", "echo up; exec sleep 100")
    sitting.await_text("up")
    shell.engine.containers.signal(_running(shell), signal="SIGKILL")  # type: ignore[arg-type]

    assert sitting.wait() == 137
    assert sitting.modes_are_as_before()


def test_signals_to_jobber_are_the_jobs_with_a_terminal_too(shell: Shell, sit: Callable[..., Sitting]) -> None:
    sitting = sit("run", shell.name, "sh", "-c", 'trap "echo got; exit 5" TERM; echo up; while :; do sleep 0.1; done')
    sitting.await_text("up")
    sitting.send_signal(signal.SIGTERM)
    status = sitting.wait()
    record = json.loads(shell.labels(f"{shell.name}:latest-run")["jobber.run"])

    assert (status, record["outcome"], record["exit-code"]) == (130, "interrupted", 5)
    assert "got" in sitting.text()
    assert sitting.modes_are_as_before()


def test_error_is_told_on_a_terminal_that_is_sane(shell: Shell, sit: Callable[..., Sitting]) -> None:
    sitting = sit("run", shell.name, "nosuch")

    assert sitting.wait() == 127
    assert sitting.modes_are_as_before()
    assert sitting.text().startswith("error: the job could not be started")
    assert b"\r\r\n" not in sitting.transcript


def test_killed_jobber_leaves_a_shell_that_can_be_had_again(shell: Shell, sit: Callable[..., Sitting]) -> None:
    first = sit("run", shell.name, "sh")
    first.await_text(_PROMPT)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = sit("attach", _running(shell)[:12])
    second.await_text("list of built-in commands")
    second.type(b"echo back again; exit 6\r")

    assert second.wait() == 6
    assert "\nback again\n" in second.text()
    assert second.modes_are_as_before()
    assert shell.containers() == []


def test_job_has_no_terminal_unless_both_ends_are_one(shell: Shell) -> None:
    master, slave = pty.openpty()
    script = "test -t 0 && echo in; test -t 1 && echo out; cat"
    command = [sys.executable, "-m", "jobber", "run", "--result-image", "none", shell.name, "sh", "-c", script]
    with subprocess.Popen(
        command,
        cwd=shell.folder,
        env=shell.environment,
        stdin=slave,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=_own_terminal,  # noqa: PLW1509 - no thread is there
    ) as process:
        os.write(master, b"typed\n\x04")
        said, _ = process.communicate(timeout=SECONDS)
    os.close(master)
    os.close(slave)

    assert (process.returncode, said) == (0, b"typed\n")


def test_stderr_that_goes_elsewhere_has_what_the_job_complains_of(shell: Shell) -> None:
    """On a terminal of the job's own it would be on the screen."""
    master, slave = pty.openpty()
    script = "test -t 0 && echo in; test -t 1 && echo out; echo said; echo complained >&2"
    command = [sys.executable, "-m", "jobber", "run", "--result-image", "none", shell.name, "sh", "-c", script]
    with subprocess.Popen(
        command,
        cwd=shell.folder,
        env=shell.environment,
        stdin=slave,
        stdout=slave,
        stderr=subprocess.PIPE,
        preexec_fn=_own_terminal,  # noqa: PLW1509 - no thread is there
    ) as process:
        os.write(master, b"\x04")
        _, complained = process.communicate(timeout=SECONDS)
    said = os.read(master, 1 << 16)
    os.close(master)
    os.close(slave)

    assert (process.returncode, complained) == (0, b"complained\n")
    assert said.endswith(b"said\r\n")
    assert b"out" not in said


def test_attached_screen_has_its_keys_while_stderr_goes_elsewhere(shell: Shell, sit: Callable[..., Sitting]) -> None:
    first = sit("run", "--result-image", "none", shell.name, "sh")
    first.await_text(_PROMPT)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = sit("attach", _running(shell)[:12], stderr=shell.folder / "err.log")
    second.await_text("list of built-in commands")
    second.type(b"exit 6\r")

    assert second.wait() == 6


def test_background_process_neither_stops_nor_takes_the_terminal(shell: Shell) -> None:
    """The pty's foreground is another process group: to read or to set modes would stop jobber."""
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "jobber", "run", "--result-image", "none", shell.name, "sh", "-c", "cat; echo done"]
    script = "import os,subprocess,sys; p=subprocess.Popen(sys.argv[1:],process_group=0); sys.exit(p.wait())"
    with subprocess.Popen(
        [sys.executable, "-c", script, *words],
        cwd=shell.folder,
        env=shell.environment,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        preexec_fn=_own_terminal,  # noqa: PLW1509 - no thread is there
    ) as process:
        status = process.wait(SECONDS)
    said = os.read(master, 1 << 16)
    os.close(master)
    os.close(slave)

    assert (status, said) == (0, b"done\r\n")


def _own_terminal() -> None:
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
