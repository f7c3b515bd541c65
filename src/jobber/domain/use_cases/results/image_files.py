"""Read files of an image in any location."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import PathNotFound

if TYPE_CHECKING:
    from collections.abc import Generator

    from jobber.domain.use_cases.results.find_result import FoundResult, ResultFinder


def archive_of(finder: ResultFinder, found: FoundResult, *, path: str, name: str) -> Generator[bytes]:
    """Yield the archive of a file or directory of an image, in the format of `ImageStore.archive`.

    `name` is the user's name for the image. Raises `PathNotFound`, `ImageNotFound`, `RegistryFailed` at the first
    chunk.
    """
    try:
        if found.remote is None:
            yield from finder.engine.images.archive(found.image.id, path=path)
        else:
            credentials = finder.keyring.credentials_for(found.remote)
            yield from finder.remote.archive(found.remote, path=path, credentials=credentials)
    except PathNotFound as error:
        raise PathNotFound(name, path=path, target=error.target) from None
