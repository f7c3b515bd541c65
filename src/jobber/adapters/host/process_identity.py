"""Which process made something, so that others can tell whether it is still at it."""

from __future__ import annotations

import json
import os
import re
import socket
from hashlib import sha256
from pathlib import Path

from jobber.domain.runs.label_names import Label

_PARTS = 6
_OLDER_PARTS = 4
_FIRST_NAMESPACE = "4026531836"
"""The namespace of a machine itself (Linux: PROC_PID_INIT_INO); containers may share the machine ID of an image."""
_IS_MACHINE = re.compile(r"[0-9a-f]{32}").fullmatch


def current_owner() -> str:
    """This process: `HOST/BOOT/PROCESS/START/NAMESPACE/MACHINE`; what the system doesn't tell is empty.

    A host name alone says little: two machines may have the same one, and so may two containers of one machine, whose
    processes have numbers of their own (pid_namespaces(7)).
    """
    parts = (socket.gethostname(), _boot(), str(os.getpid()), _start(os.getpid()), _namespace(), _machine())
    return "/".join(parts)


def unfinished_labels() -> dict[str, str]:
    """The labels of an image that is there for another to be made from: whose it is, in the place of a record."""
    return {str(Label.RUN): json.dumps({Label.PART: current_owner()}, separators=(",", ":"))}


def is_alive(owner: str) -> bool | None:
    """Whether the process still runs; None where that can't be told from here, or the text names none.

    An older jobber has written neither namespace nor machine.
    """
    parts = owner.split("/")
    if len(parts) == _OLDER_PARTS:
        parts += [_namespace(), ""]
    if len(parts) != _PARTS or not parts[2].isdecimal():
        return None
    host, boot, process, start, namespace, machine = parts
    if host != socket.gethostname():
        return None
    if boot != _boot():  # a machine that was started anew, or another one
        is_here = machine and machine == _machine() and namespace == _namespace() == _FIRST_NAMESPACE
        return False if is_here else None
    if namespace != _namespace():
        return None
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


def _namespace() -> str:
    """Return the number of the namespace that process numbers are from."""
    try:
        return "".join(filter(str.isdecimal, Path("/proc/self/ns/pid").readlink().name))
    except OSError:
        return ""


def _machine() -> str:
    """Return a name of this installation, made from its ID, which others must not learn (machine-id(5))."""
    try:
        text = Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return sha256(f"jobber {text}".encode()).hexdigest()[:16] if _IS_MACHINE(text) else ""


def _start(process: int) -> str:
    """When a process began, in clock ticks since the boot."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return status.rpartition(")")[2].split()[19]
