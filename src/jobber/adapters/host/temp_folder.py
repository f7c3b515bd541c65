"""Temporary directories with paths short enough for Unix sockets (about 100 bytes), even if TMPDIR is long."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from jobber.adapters.host.process_identity import current_owner, is_alive

_LONGEST = 60
"""Maximum length of the parent path, in characters; it leaves room for the directory's name and its content."""
_OWNER = "owner"


def make_short_folder(prefix: str) -> Path:
    """Create a private directory; use `/tmp` if the default location has a long path. The caller removes it.

    Also remove directories with this prefix whose creating process was killed before it could remove them.
    """
    usual = tempfile.gettempdir()
    parent = Path(usual if len(usual) <= _LONGEST else "/tmp")  # noqa: S108 - the directory is private
    for left in parent.glob(f"{prefix}*"):
        if is_alive(_owner(left)) is False:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    (folder / _OWNER).write_text(current_owner(), encoding="utf-8")
    return folder


def _owner(folder: Path) -> str:
    """Return the process that created a directory; empty before that process has recorded itself."""
    try:
        return (folder / _OWNER).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
