"""Reading of files from Docker's containers, running or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.archives.archive_names import link_target
from jobber.adapters.engine_api.calls import failed
from jobber.domain.errors import ContainerNotFound, PathNotFound

if TYPE_CHECKING:
    from collections.abc import Generator

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.engine_api.response import Response

_MISSING = 404
_NO_WAY = ("not a directory", "too many links")


def open_archive(client: EngineConnection, container: str, path: str, *, of: str) -> Generator[bytes]:
    """Yield the archive of a file or a directory, following links.

    For a link Docker returns the link itself and names its target in a header. `of` is the name of the source in error
    messages. Raises `ContainerNotFound`, `PathNotFound` or `EngineFailed` when the first piece is read.
    """
    where = f"/containers/{container}/archive"
    response = client.call("GET", where, query={"path": path})
    if target := link_target(response.headers):
        with response:
            response.read()
        response = client.call("GET", where, query={"path": target})
    with response:
        if not response.ok:
            raise _not_read(container, response, path=path, of=of, target=target)
        yield from response.chunks()


def _not_read(container: str, response: Response, *, path: str, of: str, target: str | None) -> Exception:
    error = failed(f"read {path} of {of}", response)
    if "no such container" in error.why.lower():
        return ContainerNotFound(container)
    if response.status == _MISSING or any(words in error.why for words in _NO_WAY):
        return PathNotFound(of, path=path, target=target or None)
    return error
