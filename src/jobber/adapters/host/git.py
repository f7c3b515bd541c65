"""The git work tree around a build context."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.credentials.redaction import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 10.0
_FATAL = "fatal: "
_EXCEPTION = "git config --global --add safe.directory "
"""What git (2.35.2 and later) says to call where a repository belongs to another user."""


class GitTree:
    """What git tells of a folder; nothing where there is no git, no work tree, or git refuses, which is a trouble.

    With `ceiling`, an absolute path without links, no work tree counts that begins there or above it.
    """

    def __init__(self, folder: str, *, environment: Mapping[str, str], ceiling: str | None = None) -> None:
        self._folder = folder
        self._ceiling = ceiling
        self._environment = {
            **environment,
            **({"GIT_CEILING_DIRECTORIES": ceiling} if ceiling is not None else {}),
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
        }
        self._trouble: str | None = None
        self._hangs = False

    @property
    def trouble(self) -> str | None:
        """Why less is known than the work tree holds; None where all is known, or there is nothing to know."""
        return self._trouble

    def revision(self) -> str | None:
        """The commit, with `-dirty` where something is not committed; None outside a work tree."""
        commit = self._git("rev-parse", "--verify", "--quiet", "HEAD")
        if not commit:
            return None
        changed = self._git("status", "--porcelain", "--untracked-files=normal")
        if changed is None:
            self._trouble = f"changes are not known, so it counts as changed: {self._trouble}"
            self._hangs = False  # a large work tree takes long; what else is asked does not depend on its size
        return f"{commit}-dirty" if changed or changed is None else commit

    def origin(self) -> str | None:
        """The remote's address without credentials; None where there is none."""
        remotes = (self._git("remote") or "").split()
        if not remotes:
            return None
        remote = "origin" if "origin" in remotes else remotes[0]
        address = self._git("remote", "get-url", remote)
        return without_credentials(address) if address else None

    @cached_property
    def _may_be_in_tree(self) -> bool:
        """Whether there is something for git to find: outside a work tree, a build need not wait for its processes."""
        if "GIT_DIR" in self._environment:
            return True
        folder = Path(self._folder).resolve()
        for place in (folder, *folder.parents):
            if str(place) == self._ceiling:
                return False
            if os.path.lexists(place / ".git"):
                return True
        return False

    def _git(self, *words: str) -> str | None:
        """Return what git says; None where it fails, has nothing to say, or has hung before."""
        if self._hangs or not self._may_be_in_tree:
            return None
        try:
            done = subprocess.run(
                ["git", "-C", self._folder, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                check=False,
                env=self._environment,
            )
        except subprocess.TimeoutExpired:
            self._hangs = True
            self._trouble = f"`git {words[0]}` took longer than {_SECONDS:g} s"
            return None
        except (OSError, subprocess.SubprocessError):
            return None
        if done.returncode == 0:
            return done.stdout.strip()
        if why := done.stderr.strip():  # a repository without a commit is no trouble, and git says nothing then
            self._trouble = _reason(why)
        return None


def _reason(said: str) -> str:
    """Return why git refuses, with the remedy that it names itself."""
    lines = [line.strip() for line in masked(said).splitlines()]
    why = next((line.removeprefix(_FATAL) for line in lines if line.startswith(_FATAL)), lines[-1])
    remedy = next((line for line in lines if line.startswith(_EXCEPTION)), None)
    return f"git: {why}{f' (`{remedy}` trusts it)' if remedy else ''}"


def without_credentials(address: str) -> str:
    """An address without user and password; `git@host:path` names no secret and stays."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        return address
    location, slash, path = rest.partition("/")
    credentials, _, host = location.rpartition("@")
    user = credentials.partition(":")[0]
    if scheme.lower() == "ssh":
        return f"{scheme}://{user}{'@' if user else ''}{host}{slash}{path}"
    return f"{scheme}://{re.split('[?#]', host + slash + path, maxsplit=1)[0]}"
