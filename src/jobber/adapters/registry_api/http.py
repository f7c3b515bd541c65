"""Requests over HTTP and TLS, with redirects that drop secrets for other hosts, time limits, and readable errors.

They use urllib, because registries need proxies, redirects and TLS, which the engines' HTTP client does not support.
"""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from functools import cache
from http.client import HTTPException  # noqa: TID251 - urllib lets exceptions of http.client pass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from jobber.adapters.registry_api.place import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECONDS = 30.0
"""Time limit in seconds without any byte of a registry's response."""
_CERTIFICATES = ("/etc/docker/certs.d", "/etc/containers/certs.d")
"""Directories where Docker and Podman look for certificates of single registries."""
_NAME = "Authorization"


class Unreachable(Exception):
    """The error for an exchange that did not complete; its text is the reason."""


@contextmanager
def asked(
    url: str,
    *,
    headers: Mapping[str, str],
    authorization: str | None,
    body: bytes | None = None,
    method: str | None = None,
    seconds: float = SECONDS,
) -> Iterator[Any]:
    """Send a request and yield the response, whatever its status.

    The method is GET, or POST with a body, if none is given.

    Raises `Unreachable`, also while the caller reads the response.
    """
    request = Request(url, data=body, headers={**headers, "User-Agent": "jobber"}, method=method)  # noqa: S310 - `https`, or `http` to this machine
    if authorization:
        request.add_unredirected_header(_NAME, authorization)
    try:
        with _answer(request, seconds) as response:
            yield response
    except (OSError, HTTPException, EOFError) as error:
        raise Unreachable(_reason(error)) from None


def _answer(request: Request, seconds: float) -> Any:
    host = urlsplit(request.full_url).netloc
    proxies = [ProxyHandler({})] if is_loopback(host) else []
    opener = build_opener(_Redirects, HTTPSHandler(context=_context(host)), *proxies)
    try:
        return opener.open(request, timeout=seconds)
    except HTTPError as error:
        return error


class _Redirects(HTTPRedirectHandler):
    """A redirect handler that drops the credentials for other hosts: registries may keep blobs in other storage."""

    def redirect_request(  # noqa: PLR0917 - urllib's signature
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """Return the next request. Raises `URLError` if it would drop encryption."""
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if before.scheme == "https" and after.scheme != "https":
            raise URLError("it redirects to an unencrypted URL")
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        secret = req.get_header(_NAME)
        if following is not None and secret and (before.scheme, before.netloc) == (after.scheme, after.netloc):
            following.add_unredirected_header(_NAME, secret)
        return following


@cache
def _context(host: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for folder in (Path(place, host) for place in _CERTIFICATES):
        if folder.is_dir():
            for file in sorted(folder.glob("*.crt")):
                context.load_verify_locations(file)
            for file in sorted(folder.glob("*.cert")):
                context.load_cert_chain(file, file.with_suffix(".key"))
    return context


def _reason(error: Exception) -> str:
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {cause.verify_message}"
    if isinstance(cause, TimeoutError):
        return "it does not respond"
    if isinstance(cause, HTTPException):
        return f"the connection broke during the response ({type(cause).__name__})"
    if isinstance(cause, OSError):
        return (cause.strerror or str(cause)).lower()
    return str(cause)
