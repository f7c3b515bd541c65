"""Identity of the process that created an object, so that other processes can check whether it still runs."""

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
    """Return the identity of this process: `HOST/BOOT/PROCESS/START/NAMESPACE/MACHINE`.

    A part is empty if the system does not provide it. A host name alone is not unique: two machines may have the same
    one, and so may two containers of one machine, whose processes have their own numbers (pid_namespaces(7)).
    """
    parts = (socket.gethostname(), _boot(), str(os.getpid()), _start(os.getpid()), _namespace(), _machine())
    return "/".join(parts)


def unfinished_labels() -> dict[str, str]:
    """Return the labels of an intermediate image: the creating process instead of a run record."""
    return {str(Label.RUN): json.dumps({Label.PART: current_owner()}, separators=(",", ":"))}


def is_alive(owner: str) -> bool | None:
    """Return whether the process still runs; None if that is unknown here, or for an invalid text.

    Identities of older versions of jobber have neither a namespace nor a machine.
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
    """Return the start time of a process, in clock ticks since boot; empty if it is not known."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return status.rpartition(")")[2].split()[19]
