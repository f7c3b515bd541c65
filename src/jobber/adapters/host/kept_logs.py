"""Stored output of jobs whose runs are unfinished: one file for each run, removed when the run is finished."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

_FORGOTTEN_AFTER_SECONDS = 90 * 86400
"""Age in seconds at which jobber removes a log: another machine has finished the run, or it will never be finished."""
_IS_RUN = re.compile(r"[0-9A-Za-z-]{1,64}").fullmatch
_SUFFIX = ".log"


class FolderOfLogs:
    """The logs in a directory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, run: str, *, log: BinaryIO) -> str | None:
        """Store a log under its run ID; return its path, or None if it could not be stored."""
        path = self._path(run)
        if path is None:
            return None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._tidy()
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
                try:
                    shutil.copyfileobj(log, file)
                    file.flush()
                    os.fsync(file.fileno())
                    Path(file.name).replace(path)
                except BaseException:
                    Path(file.name).unlink()
                    raise
        except OSError:
            return None
        return str(path)

    def find(self, run: str) -> BinaryIO | None:
        """Return the log of a run; None if it is not stored locally."""
        path = self._path(run)
        try:
            return None if path is None else path.open("rb")
        except OSError:
            return None

    def forget(self, run: str) -> None:
        """Remove the log of a run."""
        path = self._path(run)
        with suppress(OSError):
            if path is not None:
                path.unlink()

    def _path(self, run: str) -> Path | None:
        return self._folder / f"{run}{_SUFFIX}" if _IS_RUN(run) else None

    def _tidy(self) -> None:
        limit = time.time() - _FORGOTTEN_AFTER_SECONDS
        for path in self._folder.iterdir():
            with suppress(OSError):
                if path.stat().st_mtime < limit:
                    path.unlink()


def users_logs(environment: Mapping[str, str]) -> FolderOfLogs:
    """Return the user's logs: `$XDG_STATE_HOME/jobber/logs`, by default `~/.local/state/jobber/logs`."""
    state = environment.get("XDG_STATE_HOME", "")
    home = Path(environment.get("HOME") or Path("~").expanduser())
    return FolderOfLogs((Path(state) if state.startswith("/") else home / ".local" / "state") / "jobber" / "logs")
