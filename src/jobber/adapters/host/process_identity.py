"""Identity of the process that created an object, so that other processes can check whether it still runs."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from jobber.domain.runs.label_names import Label


def current_owner() -> str:
    """Return the identity of this process: `HOST/BOOT/PROCESS/START`.

    Boot and start are empty if the system does not provide them.
    """
    return f"{socket.gethostname()}/{_boot()}/{os.getpid()}/{_start(os.getpid())}"


def unfinished_labels() -> dict[str, str]:
    """Return the labels of an intermediate image: the creating process instead of a run record."""
    return {str(Label.RUN): json.dumps({Label.PART: current_owner()}, separators=(",", ":"))}


def is_alive(owner: str) -> bool | None:
    """Return whether the process still runs; None for a process of another machine, or for an invalid text."""
    parts = owner.split("/")
    if len(parts) != 4 or not parts[2].isdecimal():
        return None
    host, boot, process, start = parts
    if host != socket.gethostname():
        return None
    if boot != _boot():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _start(int(process)) == start


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _start(process: int) -> str:
    """Return the start time of a process, in clock ticks since boot; empty if it is not known."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return status.rpartition(")")[2].split()[19]
