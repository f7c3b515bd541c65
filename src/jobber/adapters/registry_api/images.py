"""The port `RemoteImages`, implemented with the registry API: manifests, configurations, layers, lists of tags."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from jobber.adapters.registry_api.archive import archive_of
from jobber.adapters.registry_api.configuration import image_of
from jobber.adapters.registry_api.layer import Layer, fetch_layer
from jobber.adapters.registry_api.manifest import check_digest, copy_tag, digest_of, read_manifest
from jobber.adapters.registry_api.tree import Tree
from jobber.domain.errors import ImageNotFound, RegistryFailed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from jobber.adapters.registry_api.http import HttpClient
    from jobber.adapters.registry_api.session import Session
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference

_MOST_TAGS = 1000
"""Number of tags requested for each response; registries may return fewer."""
_MOST_PAGES = 1000


class RegistryApi:
    """Registries, each accessed with its own credentials.

    Args:
        environment: The environment variables with proxies and certificate authorities. Default: none.

    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment or {}
        self._client: HttpClient | None = None
        self._sessions: dict[tuple[str, Credentials | None], Session] = {}

    def inspect(self, reference: ImageReference, *, credentials: Credentials | None) -> Image:
        """Read an image's description. Raises `ImageNotFound`, `RegistryFailed`."""
        session = self._session(reference, credentials)
        manifest = read_manifest(session, reference)
        text, _ = session.read(f"blobs/{manifest.configuration.digest}", reference=reference)
        check_digest(reference, manifest.configuration.digest, text)
        return image_of(reference, manifest, text)

    def inspect_each(
        self, references: Sequence[ImageReference], *, credentials: Credentials | None
    ) -> Iterator[Image | ImageNotFound | RegistryFailed]:
        """Yield the description of each image, or the error, in order; a few are read at once."""
        from jobber.adapters.registry_api.http import CONNECTIONS
        from jobber.adapters.registry_api.parallel import map_in_threads

        def inspect(reference: ImageReference) -> Image | ImageNotFound | RegistryFailed:
            try:
                return self.inspect(reference, credentials=credentials)
            except (ImageNotFound, RegistryFailed) as error:
                return error

        return map_in_threads(inspect, references, threads=CONNECTIONS)

    def archive(self, reference: ImageReference, *, path: str, credentials: Credentials | None) -> Generator[bytes]:
        """Yield a file or a directory of an image as a tar archive; layers are stored on disk meanwhile.

        Raises `ImageNotFound`, `PathNotFound`, `RegistryFailed`, at the first piece.
        """
        session = self._session(reference, credentials)
        blobs = read_manifest(session, reference).layers[::-1]
        with ExitStack() as files:

            def fetch(number: int) -> Layer:
                layer = fetch_layer(session, reference, blobs[number])
                files.enter_context(layer.blob)
                return layer

            yield from archive_of(Tree(len(blobs), fetch), reference, path=path)

    def tags(self, reference: ImageReference, *, credentials: Credentials | None) -> Sequence[str]:
        """Return the tags of a reference's repository. Raises `ImageNotFound`, `RegistryFailed`."""
        session = self._session(reference, credentials)
        found: list[str] = []
        page: str | None = f"tags/list?n={_MOST_TAGS}"
        for _ in range(_MOST_PAGES):
            if page is None:
                break
            text, headers = session.read(page, reference=reference)
            try:
                found.extend(map(str, json.loads(text).get("tags") or ()))
            except (ValueError, AttributeError, TypeError):
                raise RegistryFailed(str(reference), why="its list of tags is not valid JSON") from None
            page = _next_page(headers.get("Link"))
        return tuple(dict.fromkeys(found))

    def digest(self, reference: ImageReference, *, credentials: Credentials | None) -> str | None:
        """Return the digest of an image, None if it does not exist; with one request. Raises `RegistryFailed`."""
        try:
            return digest_of(self._session(reference, credentials), reference)
        except ImageNotFound:
            return None

    def add_tag(self, reference: ImageReference, *, tag: str, credentials: Credentials | None) -> bool:
        """Give another tag to an image unless the tag exists. Raises `ImageNotFound`, `RegistryFailed`."""
        if self.digest(reference.tagged(tag), credentials=credentials) is not None:
            return False
        copy_tag(self._session(reference, credentials), reference, tag=tag)
        return True

    def _session(self, reference: ImageReference, credentials: Credentials | None) -> Session:
        from jobber.adapters.registry_api.http import HttpClient  # commands without a registry import no `requests`
        from jobber.adapters.registry_api.session import Session

        self._client = self._client or HttpClient(self._environment)
        key = (reference.repository, credentials)
        if key not in self._sessions:
            self._sessions[key] = Session(self._client, reference, credentials)
        return self._sessions[key]


def _next_page(link: str | None) -> str | None:
    """Return the path of the next page from `<ADDRESS>; rel="next"`.

    The path stays in the repository, whatever the address is.
    """
    address, _, relation = (link or "").partition(";")
    if "next" not in relation:
        return None
    query = urlsplit(urljoin("https://registry/", address.strip().strip("<>"))).query
    return f"tags/list?{query}" if query else None
