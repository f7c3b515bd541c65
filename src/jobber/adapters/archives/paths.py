"""Validation of paths for the engine's archive API."""

from __future__ import annotations

from jobber.domain.errors import PathNotUtf8


def check_askable(path: str) -> None:
    """Raise `PathNotUtf8` for a path that is not valid UTF-8.

    If jobber sent the bytes as they are, Docker would return an empty archive, and Podman would report a missing path.
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        raise PathNotUtf8(path) from None
