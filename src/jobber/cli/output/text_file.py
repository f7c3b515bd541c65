"""Text that a command writes to the file of `--output`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write a file. Raises `JobberError`."""
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise JobberError(
            f"{path} can't be written: {(error.strerror or str(error)).lower()}", hint="give another --output"
        ) from None
