"""Standard streams that are closed, full, or have lost their readers."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def _shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "JOBBER": f"{sys.executable} -m jobber"}
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("words", ["config", "config --format json", "--help", "--version", "config --schema"])
def test_stdout_without_room_is_one_error(tmp_path: Path, words: str) -> None:
    ended = _shell(f"$JOBBER {words} > /dev/full", tmp_path)

    assert (ended.returncode, ended.stderr) == (1, "error: can't copy to stdout: no space left on device\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_streams_that_are_closed_are_no_matter(tmp_path: Path, closed: str) -> None:
    ended = _shell(f"$JOBBER config {closed}", tmp_path)

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("where", ["2> /dev/full", "2>&-", "2> >(exit)"])
def test_error_that_nobody_hears_has_its_status(tmp_path: Path, where: str) -> None:
    assert _shell(f"sleep 0.1; $JOBBER config --nonsense {where}", tmp_path).returncode == 2


def test_stdout_that_does_not_block_takes_all(tmp_path: Path) -> None:
    (tmp_path / "reader.py").write_text(
        "import fcntl, os, subprocess, sys, time\n"
        "out, into = os.pipe()\n"
        "fcntl.fcntl(into, fcntl.F_SETFL, os.O_NONBLOCK)\n"
        "fcntl.fcntl(into, 1031, 4096)\n"
        "process = subprocess.Popen([sys.executable, '-m', 'jobber', 'config', '--schema'], stdout=into)\n"
        "os.close(into)\n"
        "time.sleep(0.5)\n"
        "text = open(out, 'rb').read()\n"
        "assert process.wait() == 0\n"
        "assert text.rstrip().endswith(b'}'), text[-100:]\n"
        "print(len(text) > 4096)\n"
    )
    ended = _shell(f"{sys.executable} reader.py", tmp_path)

    assert (ended.stdout, ended.stderr) == ("True\n", "")
