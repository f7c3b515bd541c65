"""A folder for sockets: their paths have room for a hundred characters alone, and a TMPDIR may be longer."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from jobber.adapters.host.process_identity import current_owner, is_alive

_LONGEST = 60
"""Characters of a folder that leave room for a name and for what is made below."""
_OWNER = "owner"


def make_short_folder(prefix: str) -> Path:
    """Make a folder for us alone, in `/tmp` where the usual place has too long a name; the caller removes it.

    Those with this prefix whose makers were killed before they could are removed here.
    """
    usual = tempfile.gettempdir()
    parent = Path(usual if len(usual) <= _LONGEST else "/tmp")  # noqa: S108 - what is made there is for us alone
    for left in parent.glob(f"{prefix}*"):
        if is_alive(_owner(left)) is False:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    (folder / _OWNER).write_text(current_owner(), encoding="utf-8")
    return folder


def _owner(folder: Path) -> str:
    """Which process made a folder; empty where it has not said so yet."""
    try:
        return (folder / _OWNER).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
