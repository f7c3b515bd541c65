"""Which process made something, so that others can tell whether it is still at it."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from jobber.domain.runs.label_names import Label


def current_owner() -> str:
    """This process: `HOST/BOOT/PROCESS/START`; boot and start are empty where the system doesn't tell them."""
    return f"{socket.gethostname()}/{_boot()}/{os.getpid()}/{_start(os.getpid())}"


def unfinished_labels() -> dict[str, str]:
    """The labels of an image that is there for another to be made from: whose it is, in the place of a record."""
    return {str(Label.RUN): json.dumps({Label.PART: current_owner()}, separators=(",", ":"))}


def is_alive(owner: str) -> bool | None:
    """Whether the process still runs; None where it is one of another machine, or the text names none."""
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
    """When a process began, in clock ticks since the boot."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return status.rpartition(")")[2].split()[19]
