"""Reading of files from Podman's containers, running or not."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from jobber.adapters.archives.archive_names import link_target, named_archive
from jobber.adapters.archives.tar_reader import ArchiveBroken, first_bytes
from jobber.adapters.engine_api.calls import failed, missing_or_failed
from jobber.domain.containers.container import ContainerId
from jobber.domain.errors import ContainerNotFound, EngineFailed, PathNotFound

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.engine_api.response import Response

_MISSING = 404
_NO_WAY = ("not a directory", "too many levels of symbolic links")


def open_archive(client: EngineConnection, container: str, path: str, *, of: str) -> Generator[bytes]:
    """Yield the archive of a file or a directory, following links, with the member names that Docker uses.

    `of` is the name of the source in error messages. Raises `ContainerNotFound`, `PathNotFound` or `EngineFailed` when
    the first piece is read.
    """
    with client.call("GET", f"/containers/{container}/archive", query={"path": path}) as response:
        if not response.ok:
            raise _not_read(container, response, path=path, of=of)
        yield from named_archive(response.chunks(), path=path, target=link_target(response.headers))


def read_file(client: EngineConnection, container: str, path: str, *, of: str, limit: int) -> bytes:
    """Return the first bytes of a file of a container that has ended.

    Podman reports a container's end before it has cleaned up after it. A missing file may be on a file system that
    Podman has just unmounted. jobber then looks for it again with the file system mounted. Raises the errors of
    `open_archive`, and `NotAFile`.
    """
    try:
        with closing(open_archive(client, container, path, of=of)) as pieces:
            return first_bytes(pieces, path=path, of=of, limit=limit)
    except (EngineFailed, ArchiveBroken, PathNotFound):
        with mounted(client, container), closing(open_archive(client, container, path, of=of)) as pieces:
            return first_bytes(pieces, path=path, of=of, limit=limit)


@contextmanager
def mounted(client: EngineConnection, container: str) -> Iterator[None]:
    """Keep the file system of a container mounted. Raises `ContainerNotFound`, `EngineFailed`."""
    with client.call("POST", f"/containers/{container}/mount") as response:
        if not response.ok:
            raise missing_or_failed(ContainerId(container), "mount the container", response)
    try:
        yield
    finally:
        with client.call("POST", f"/containers/{container}/unmount") as response:
            response.read()  # removing the container would unmount it too


def _not_read(container: str, response: Response, *, path: str, of: str) -> Exception:
    error = failed(f"read {path} of {of}", response)
    if "no such container" in error.why:
        return ContainerNotFound(container)
    if response.status == _MISSING or any(words in error.why for words in _NO_WAY):
        return PathNotFound(of, path=path, target=link_target(response.headers))
    return error
