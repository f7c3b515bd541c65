"""Names of images derived from a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.images.naming import image_name_of

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.ports.progress import Progress


def image_name_of_directory(directory: Path, *, progress: Progress) -> str:
    """Return the image name for a directory; warn if it differs from the directory's name. Raises `UsageError`."""
    own = directory.resolve().name
    name = image_name_of(own)
    if name != own:
        progress.warn("named-after-directory", name=name, directory=own)
    return name
