"""The Git work tree that contains a build context."""

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
"""The command that Git (2.35.2 and later) suggests if a repository belongs to another user."""


class GitTree:
    """The Git facts about a directory: none without Git or a work tree, or if Git fails, which `trouble` explains.

    With `ceiling`, an absolute path without symbolic links, jobber ignores work trees whose root is that directory
    or one above it.
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
        """The reason for incomplete facts; None if the facts are complete, or if there is nothing to find."""
        return self._trouble

    def revision(self) -> str | None:
        """Return the commit ID, with the suffix `-dirty` for uncommitted changes; None outside a work tree."""
        commit = self._git("rev-parse", "--verify", "--quiet", "HEAD")
        if not commit:
            return None
        changed = self._git("status", "--porcelain", "--untracked-files=normal")
        if changed is None:
            self._trouble = f"changes are unknown, so it counts as changed: {self._trouble}"
            self._hangs = False  # only this command depends on the size of the work tree
        return f"{commit}-dirty" if changed or changed is None else commit

    def origin(self) -> str | None:
        """Return the address of the remote without credentials; None without a remote."""
        remotes = (self._git("remote") or "").split()
        if not remotes:
            return None
        remote = "origin" if "origin" in remotes else remotes[0]
        address = self._git("remote", "get-url", remote)
        return without_credentials(address) if address else None

    @cached_property
    def _may_be_in_tree(self) -> bool:
        """True if a work tree may exist: outside one, a build need not wait for Git processes."""
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
        """Return the output of a Git command; None if it fails, prints nothing, or an earlier command timed out."""
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
        if why := done.stderr.strip():  # for a repository without a commit, Git prints nothing: not a problem
            self._trouble = _reason(why)
        return None


def _reason(stderr: str) -> str:
    """Return the reason for Git's failure, with the remedy that Git suggests."""
    lines = [line.strip() for line in masked(stderr).splitlines()]
    why = next((line.removeprefix(_FATAL) for line in lines if line.startswith(_FATAL)), lines[-1])
    remedy = next((line for line in lines if line.startswith(_EXCEPTION)), None)
    return f"git: {why}{f' (`{remedy}` trusts it)' if remedy else ''}"


def without_credentials(address: str) -> str:
    """Return an address without user and password; `git@host:path` contains no secret and is not changed."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        return address
    location, slash, path = rest.partition("/")
    credentials, _, host = location.rpartition("@")
    user = credentials.partition(":")[0]
    if scheme.lower() == "ssh":
        return f"{scheme}://{user}{'@' if user else ''}{host}{slash}{path}"
    return f"{scheme}://{re.split('[?#]', host + slash + path, maxsplit=1)[0]}"
