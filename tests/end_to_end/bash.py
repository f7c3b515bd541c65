"""A real bash at a terminal, with jobber's completion, and somebody who types."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

SECONDS = 200


def completed(line: str, *, folder: Path, environment: dict[str, str]) -> str:
    """Return a line after TAB was pressed at its end, without a time limit."""
    programs = folder / ".programs"
    programs.mkdir(exist_ok=True)
    program = programs / "jobber"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m jobber "$@"\n')
    program.chmod(0o755)
    variables = {
        **environment,
        "PATH": f"{programs}:{environment.get('PATH', os.defpath)}",
        "TERM": "dumb",
        "PS1": "$ ",
    }
    installed = subprocess.run(
        [str(program), "--install-completion", "bash"], env=variables, capture_output=True, check=False
    )
    assert installed.returncode == 0, installed.stderr
    script = Path(variables["HOME"], ".local/share/bash-completion/completions/jobber")
    keys = f". {script}\n{line}\t\x01echo END \n"
    return _answer_to(keys.encode(), folder, {**variables, "JOBBER_COMPLETION_SECONDS": str(SECONDS)})


def _answer_to(keys: bytes, folder: Path, environment: dict[str, str]) -> str:
    """Type, and give what the shell says behind END."""
    ours, its = pty.openpty()
    shell = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"], cwd=folder, env=environment, stdin=its, stdout=its, stderr=its
    )
    os.close(its)
    seen = b""
    try:
        os.write(ours, keys)
        give_up = time.monotonic() + 2 * SECONDS
        while not (match := re.search(rb"^END (.*?)\r?$", seen.replace(b"\r\n", b"\n"), re.MULTILINE)):
            assert time.monotonic() < give_up, seen
            if select.select([ours], [], [], 1.0)[0]:
                seen += os.read(ours, 4096)
        return match[1].decode()
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)
