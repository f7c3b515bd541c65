"""Runs that finish although no process reads their messages."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from user import Shell

_JOB = "mkdir /model; echo one; sleep 1; echo two; echo bad >&2; exit 3"


@pytest.mark.parametrize("reader", ["2>&1 | head -n 1", "2>&1 | true", "2> /dev/full", ">&- 2>&-", "-v 2>&1 | true"])
def test_run_whose_messages_nobody_reads_is_finished(shell: Shell, reader: str) -> None:
    option, _, rest = reader.partition(" ") if reader.startswith("-v") else ("", "", reader)
    script = f"{sys.executable} -m jobber run {option} {shell.name} sh -c '{_JOB}' {rest}; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(
        ["bash", "-c", script], cwd=shell.folder, env=shell.environment, capture_output=True, timeout=120, check=False
    )

    assert ended.returncode == 3, ended.stderr
    assert shell.containers() == []
    assert json.loads(shell.labels(f"{shell.name}:latest-run")["jobber.run"])["exit-code"] == 3
    assert sorted(shell.jobber("logs", f"{shell.name}:latest-run").stdout.split()) == [b"bad", b"one", b"two"]


def test_output_that_does_not_fit_is_told_and_is_in_the_log(shell: Shell) -> None:
    script = f"{sys.executable} -m jobber run {shell.name} sh -c 'echo one; echo two' > /dev/full"
    ended = subprocess.run(
        ["bash", "-c", script], cwd=shell.folder, env=shell.environment, capture_output=True, timeout=120, check=False
    )

    assert ended.returncode == 0
    assert ended.stderr.startswith(b"warning: stdout does not accept the job's output (no space left on device)")
    assert shell.jobber("logs", f"{shell.name}:latest-run").stdout == b"one\ntwo\n"
