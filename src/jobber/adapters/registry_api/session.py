"""Requests to one repository with credentials; failures become errors of the domain."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jobber.adapters.credentials.redaction import masked
from jobber.adapters.registry_api.authorization import Unauthorized, authorization_for
from jobber.adapters.registry_api.http import Unreachable
from jobber.adapters.registry_api.location import location_of
from jobber.domain.errors import ImageNotFound, RegistryFailed
from jobber.domain.images.credentials import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.adapters.registry_api.http import HttpClient
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference

_LARGEST = 1 << 25
"""Size limit of image descriptions in bytes: they are held in memory, and real ones are smaller."""
_NEEDS_TLS = b"HTTPS server"


class Session:
    """A repository and its authorization, for the duration of one command. Several threads may use it."""

    def __init__(self, client: HttpClient, reference: ImageReference, credentials: Credentials | None) -> None:
        self._client = client
        self._location = location_of(reference)
        self._credentials = credentials
        self._scheme = "http" if self._location.is_here else "https"
        self._authorization: str | None = None

    def read(self, path: str, *, reference: ImageReference, accept: str = "*/*") -> tuple[bytes, Any]:
        """Return a short response and its headers. Raises `ImageNotFound`, `RegistryFailed`."""
        with self.answer(path, reference=reference, accept=accept) as response:
            text = bytearray()
            while chunk := response.read(_LARGEST):  # until the end, where a truncated response is an error
                text += chunk
                if len(text) > _LARGEST:
                    raise RegistryFailed(str(reference), why="a response of the registry is larger than 32 MiB")
            return bytes(text), response.headers

    def headers_of(self, path: str, *, reference: ImageReference, accept: str) -> Any:
        """Return the headers of a response without requesting its body. Raises `ImageNotFound`, `RegistryFailed`."""
        with self.answer(path, reference=reference, accept=accept, method="HEAD") as response:
            return response.headers

    def put(self, path: str, body: bytes, *, reference: ImageReference, kind: str) -> None:
        """Store a document of a media type. Raises `ImageNotFound`, `RegistryFailed`."""
        with self.answer(path, reference=reference, method="PUT", body=body, kind=kind):
            pass

    @contextmanager
    def answer(
        self,
        path: str,
        *,
        reference: ImageReference,
        accept: str = "*/*",
        method: str = "GET",
        body: bytes | None = None,
        kind: str | None = None,
    ) -> Iterator[Any]:
        """Yield a response to read; `path` is relative to the repository. Raises `ImageNotFound`, `RegistryFailed`."""
        headers = {"Accept": accept, **({} if kind is None else {"Content-Type": kind})}
        try:
            with self._asked(path, headers, method, body) as response:
                _check(response, reference)
                yield response
        except Unauthorized as error:
            raise self._refused(reference, str(error)) from None
        except Unreachable as error:
            raise RegistryFailed(str(reference), why=masked(str(error), [self._credentials])) from None

    @contextmanager
    def _asked(self, path: str, headers: Mapping[str, str], method: str, body: bytes | None) -> Iterator[Any]:
        """Yield the response of a registry, after authorization if the registry requires it."""
        for is_last in (False, False, True):
            authorization = self._authorization
            url = f"{self._scheme}://{self._location.host}/v2/{self._location.name}/{path}"
            with self._client.asked(
                url, headers=headers, authorization=authorization, body=body, method=method
            ) as response:
                if is_last or not self._learns_from(response, authorization):
                    yield response
                    return

    def _learns_from(self, response: Any, sent: str | None) -> bool:
        """Return whether to retry, because the response showed the required scheme or authorization."""
        if response.status == 400 and self._scheme == "http" and _NEEDS_TLS in response.read(1 << 10):
            self._scheme = "https"
            return True
        if response.status != 401:
            return False
        authorization = authorization_for(
            response.headers.getlist("WWW-Authenticate"),
            client=self._client,
            credentials=self._credentials,
            location=self._location,
        )
        self._authorization = authorization
        return authorization not in (None, sent)

    def _refused(self, reference: ImageReference, why: str) -> RegistryFailed:
        host, known = host_of(reference), self._credentials
        if known is None:
            hint = f"no credentials for {host}: run `docker login {host}`, or add an entry to `credentials`"
        else:
            who = f"user {known.user}, from {known.origin}" if known.user else known.origin
            is_old = "invalid_grant" in why or "expired" in why
            hint = f"log in again: the token is no longer accepted ({who})" if is_old else f"check the password ({who})"
        return RegistryFailed(str(reference), why=masked(why, [known]), hint=hint)


def _check(response: Any, reference: ImageReference) -> None:
    """Check the status of a response. Raises `ImageNotFound`, `Unauthorized`, `Unreachable`."""
    if response.status == 404:
        raise ImageNotFound(str(reference), hint="neither the engine nor the registry has it")
    if response.status in (401, 403):
        raise Unauthorized(_message(response))
    if response.status not in (200, 201):
        raise Unreachable(_message(response))


def _message(response: Any) -> str:
    """Return the message of a registry's error, or one made from its status."""
    try:
        errors = json.loads(response.read(1 << 16))["errors"]
        return str(errors[0].get("message") or errors[0]["code"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return "unauthorized" if response.status in (401, 403) else f"it responds with status {response.status}"
