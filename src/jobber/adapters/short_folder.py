"""A folder for sockets: their paths have room for a hundred characters alone, and a TMPDIR may be longer."""

from __future__ import annotations

import tempfile
from pathlib import Path

_LONGEST = 60
"""Characters of a folder that leave room for a name and for what is made below."""


def make_short_folder(prefix: str) -> Path:
    """Make a folder for us alone, in `/tmp` where the usual place has too long a name; the caller removes it."""
    usual = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix=prefix, dir=usual if len(usual) <= _LONGEST else "/tmp"))  # noqa: S108
