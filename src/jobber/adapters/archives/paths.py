"""Which paths of an image an engine can be asked for."""

from __future__ import annotations

from jobber.domain.errors import PathNotUtf8


def check_askable(path: str) -> None:
    """Raises `PathNotUtf8` for one that is no UTF-8.

    Given its bytes as they are, Docker answers with an empty archive, and Podman finds nothing there.
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        raise PathNotUtf8(path) from None
