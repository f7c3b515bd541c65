"""Files of an image, wherever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import PathNotFound

if TYPE_CHECKING:
    from collections.abc import Generator

    from jobber.domain.use_cases.results.find_result import FoundResult, ResultFinder


def archive_of(finder: ResultFinder, found: FoundResult, *, path: str, name: str) -> Generator[bytes]:
    """A file or a directory of an image that was found, as `ImageStore.archive` gives it; `name` is what it was called.

    Raises `PathNotFound`, `ImageNotFound`, `RegistryFailed`, at the first piece.
    """
    try:
        if found.remote is None:
            yield from finder.engine.images.archive(found.image.id, path=path)
        else:
            credentials = finder.keyring.credentials_for(found.remote)
            yield from finder.remote.archive(found.remote, path=path, credentials=credentials)
    except PathNotFound as error:
        raise PathNotFound(name, path=path, target=error.target) from None
