"""Files out of Podman's containers, running or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.podman.translate import failed
from jobber.domain.errors import ContainerNotFound, PathNotFound

if TYPE_CHECKING:
    from collections.abc import Generator

    from jobber.adapters.wire import Response, Wire

_MISSING = 404
_NO_WAY = ("not a directory", "too many levels of symbolic links")


def open_archive(wire: Wire, container: str, path: str, *, of: str) -> Generator[bytes]:
    """The archive of a file or a directory, links followed.

    `of` names in errors what is read. Raises `ContainerNotFound`, `PathNotFound`, `EngineFailed` at the first piece.
    """
    with wire.call("GET", f"/containers/{container}/archive", query={"path": path}) as response:
        if not response.ok:
            raise _not_read(container, response, path=path, of=of)
        yield from response.chunks()


def _not_read(container: str, response: Response, *, path: str, of: str) -> Exception:
    error = failed(f"read {path} of {of}", response)
    if "no such container" in error.why:
        return ContainerNotFound(container)
    if response.status == _MISSING or any(words in error.why for words in _NO_WAY):
        return PathNotFound(of, path=path)
    return error
