"""Outputs of jobs whose runs could not be finished: files of the user's, one for each run, until they can."""

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
"""A log that nobody has asked for so long belongs to a run that another machine has finished, or nobody ever will."""
_IS_RUN = re.compile(r"[0-9A-Za-z-]{1,64}").fullmatch
_SUFFIX = ".log"


class FolderOfLogs:
    """The logs in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, run: str, *, log: BinaryIO) -> str | None:
        """Keep a log under its run's id; where it is, or None where it could not be kept."""
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
        """The log of a run, if it is kept here."""
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
    """Those of the user: in `$XDG_STATE_HOME/jobber/logs`, which is `~/.local/state/jobber/logs`."""
    state = environment.get("XDG_STATE_HOME", "")
    home = Path(environment.get("HOME") or Path("~").expanduser())
    return FolderOfLogs((Path(state) if state.startswith("/") else home / ".local" / "state") / "jobber" / "logs")
