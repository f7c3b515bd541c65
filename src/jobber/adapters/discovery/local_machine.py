"""The local machine, as reported by `jobber doctor`."""

from __future__ import annotations

import os
import platform
import re
import socket
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jobber._version import __version__
from jobber.domain.checkup.findings import Command, Distribution, Installation, LocalDevices, Program
from jobber.domain.containers.engine_facts import Space
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobber.domain.checkup.findings import Logins
    from jobber.domain.images.credentials import CredentialEntry

_PACKAGE = Path(__file__).parents[2]
_NAME = "docker-jobber"
"""The name of jobber's distribution on PyPI."""
_OURS = b"jobber.cli.main"
_OLDER = re.compile(rb"docker-jobber==0\.|\bcli\.cli\b")
_MOST = 1 << 14
"""Number of bytes of a script that jobber examines."""
_CDI = ("/etc/cdi", "/var/run/cdi")
_SPECIFICATIONS = (".json", ".yaml", ".yml")
_NODE = re.compile(r"nvidia\d+|kfd")


@frozen
class LocalMachine:
    """The local machine, as seen by a user with this environment."""

    environment: Mapping[str, str]
    dev: str = "/dev"

    def installation(self) -> Installation:
        """Describe the running program and others with the same name."""
        return Installation(
            version=__version__,
            location=str(_PACKAGE),
            python_version=platform.python_version(),
            python=sys.executable,
            commands=tuple(self._commands()),
            distributions=tuple(_distributions()),
        )

    def name(self) -> str:
        """Return the host name."""
        return socket.gethostname()

    def space(self, path: str) -> Space | None:
        """Return the space on the file system of a directory; None if it cannot be determined."""
        try:
            status = os.statvfs(path)
        except OSError:
            return None
        return Space(status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize)

    def devices(self, folders: Sequence[str]) -> LocalDevices:
        """Search for GPUs, and for CDI specifications in these directories; without any, in the default directories."""
        nodes = [f"{self.dev}/{name}" for name in _names(self.dev) if _NODE.fullmatch(name)]
        specifications = [
            f"{folder}/{name}"
            for folder in folders or _CDI
            for name in _names(folder)
            if name.endswith(_SPECIFICATIONS)
        ]
        return LocalDevices(tuple(nodes), tuple(specifications))

    def logins(self, entries: Sequence[CredentialEntry]) -> Logins:
        """List the stored and configured logins and their problems; never a secret."""
        from jobber.adapters.credentials.listing import list_logins

        return list_logins(entries, self.environment)

    def _commands(self) -> Iterator[Command]:
        seen: set[str] = set()
        search_path = self.environment.get("PATH")
        for folder in search_path.split(os.pathsep) if search_path else ():
            path = os.path.join(folder, "jobber")  # noqa: PTH118 - for a shell, "" is the current directory
            real = os.path.realpath(path)
            if real not in seen and os.access(path, os.X_OK) and os.path.isfile(path):  # noqa: PTH113
                seen.add(real)
                yield Command(path, _program(real))


def _program(path: str) -> Program:
    """Classify a script. A script of this installation is next to its Python, or names it in the first line."""
    content = b""
    with suppress(OSError), open(path, "rb") as file:  # noqa: PTH123
        content = file.read(_MOST)
    if _OURS in content:
        python = content.partition(b"\n")[0].removeprefix(b"#!").strip().decode(errors="replace")
        folders = {os.path.realpath(sysconfig.get_path("scripts")), os.path.dirname(sys.executable)}  # noqa: PTH120
        is_this = python == sys.executable or os.path.dirname(path) in folders  # noqa: PTH120
        return Program.THIS if is_this else Program.OTHER
    return Program.OLDER if _OLDER.search(content) else Program.UNKNOWN


def _distributions() -> Iterator[Distribution]:
    from importlib.metadata import distributions

    seen: set[str] = set()
    for found in distributions(name=_NAME):
        location = str(found.locate_file(""))
        if found.version and location not in seen:
            seen.add(location)
            yield Distribution(found.version, location)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - only names are needed
    except OSError:
        return []
