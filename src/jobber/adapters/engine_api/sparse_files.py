"""Sparse files in the layer of a container, on engines whose layers are accessible on this machine."""

from __future__ import annotations

import os
import time
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.endpoint import Scheme
from jobber.domain.files.sparse_file import SparseFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.adapters.engine_api.connection import EngineConnection

_SECONDS = 0.2
"""The time limit, in seconds, for scanning a layer with many files; a commit of so many files takes far longer."""
_BLOCK = 512
"""The bytes per unit of `st_blocks` on Linux (stat(2)), on every file system."""


def sparse_files(connection: EngineConnection, container: str) -> tuple[SparseFile, ...]:
    """Return the sparse files that a container has written, the largest holes first.

    Return nothing if the engine is remote, does not use overlay layers, or does not let this user read them. No error
    is raised, because the result is used only for a warning.
    """
    if connection.endpoint.scheme is not Scheme.UNIX:
        return ()
    with connection.call("GET", f"/containers/{container}/json") as response:
        facts: Mapping[str, Any] = response.json() if response.ok else {}
    driver = facts.get("GraphDriver") or {}
    layer = str((driver.get("Data") or {}).get("UpperDir") or "")
    return files_with_holes(layer, seconds=_SECONDS) if layer.startswith("/") else ()


def files_with_holes(directory: str, *, seconds: float) -> tuple[SparseFile, ...]:
    """Return the sparse files below a directory that are found within `seconds`, the largest holes first."""
    end = time.monotonic() + seconds
    found = []
    for entry in _files(directory, end=end):
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:  # removed meanwhile
            continue
        holes = status.st_size - status.st_blocks * _BLOCK
        if S_ISREG(status.st_mode) and holes > 0:
            found.append(SparseFile(entry.path.removeprefix(directory.rstrip("/")), holes))
    return tuple(sorted(found, key=lambda file: file.holes, reverse=True))


def _files(directory: str, *, end: float) -> Iterator[os.DirEntry[str]]:
    waiting = [directory]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if time.monotonic() > end:
                        return
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        yield entry
        except OSError:  # in another mount namespace, or not readable for this user
            continue
