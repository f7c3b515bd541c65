"""HTTP for registries: one `requests` session with persistent connections, time limits and readable errors.

It uses the proxies and the certificate authorities of the environment. Redirects drop secrets for other hosts.
"""

from __future__ import annotations

import ssl
from contextlib import contextmanager, suppress
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from jobber.adapters.registry_api.proxies import proxies_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECONDS = 30.0
"""Time limit in seconds without any byte of a registry's response."""
CONNECTIONS = 4
"""Number of connections to a host; further requests wait for one of them."""
_CERTIFICATES = ("/etc/docker/certs.d", "/etc/containers/certs.d")
"""Directories where Docker and Podman look for certificates of single registries."""
_AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables with certificate authorities to trust besides the system's; OpenSSL itself reads `SSL_CERT_FILE`."""
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 10
_SHORT = 1 << 16


class Unreachable(Exception):
    """The error for an exchange that did not complete; its text is the reason."""


class HttpClient(requests.Session):
    """An HTTP client; several threads may use it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__()
        self._environment = environment
        self.trust_env = False  # it would send the passwords of ~/.netrc
        self.headers.clear()
        self.headers.update({"User-Agent": "jobber", "Accept-Encoding": "identity"})
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()

    def get_adapter(self, url: str | bytes) -> HTTPAdapter:
        """Return the connections to the host of a URL."""
        host = urlsplit(str(url)).netloc
        adapter = self.adapters.get(host)
        if adapter is None:
            adapter = self.adapters.setdefault(host, _Connections(_tls_settings(host, self._environment)))
        return cast("HTTPAdapter", adapter)

    @contextmanager
    def asked(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        authorization: str | None,
        body: bytes | None = None,
        method: str | None = None,
    ) -> Iterator[Any]:
        """Send a request, follow redirects, and yield the response, whatever its status.

        The method is GET, or POST with a body, if none is given.

        Raises `Unreachable`, also while the caller reads the response.
        """
        try:
            for _ in range(_MOST_REDIRECTS):
                sent = {**headers, **({"Authorization": authorization} if authorization else {})}
                with self._sent(method or ("GET" if body is None else "POST"), url, sent, body) as response:
                    target = response.raw.headers.get("Location") if response.status_code in _REDIRECTS else None
                    if target is None or body is not None:
                        yield response.raw
                        return
                    url, before = _redirected(url, target), url
                    if urlsplit(url)[:2] != urlsplit(before)[:2]:
                        authorization = None
            raise Unreachable("it redirects too often")
        except (OSError, HTTPError, EOFError) as error:
            raise Unreachable(_reason(error)) from None

    @contextmanager
    def _sent(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Iterator[requests.Response]:
        proxies = proxies_for(url, self._environment)

        def send() -> requests.Response:
            return self.request(
                method,
                url,
                headers=headers,
                data=body,
                proxies=proxies,
                timeout=SECONDS,
                stream=True,
                allow_redirects=False,
            )

        try:
            response = send()
        except requests.ConnectionError as error:
            # The host may close an idle connection just when it is used again.
            if not any(isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in _causes(error)):
                raise
            response = send()
        with response:
            try:
                yield response
            finally:
                if response.status_code != 200:  # the connection can be used again only after a complete response
                    with suppress(OSError, HTTPError):
                        response.raw.read(_SHORT)


class _Connections(HTTPAdapter):
    """The connections to one host."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_maxsize=CONNECTIONS, pool_block=True)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Create the pool of direct connections."""
        super().init_poolmanager(*args, ssl_context=self._context, **options)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """Return the pool of connections through a proxy."""
        return super().proxy_manager_for(*args, ssl_context=self._context, **options)

    def cert_verify(self, *_: Any) -> None:
        """Leave verification to the context; `requests` would add other certificate authorities."""


def _redirected(url: str, target: str) -> str:
    """Return the URL of a redirect. Raises `Unreachable` if it would drop encryption."""
    following = urljoin(url, target)
    before, after = urlsplit(url).scheme, urlsplit(following).scheme
    if after not in ("https", before):
        raise Unreachable("it redirects to an unencrypted URL")
    return following


def _tls_settings(host: str, environment: Mapping[str, str]) -> ssl.SSLContext:
    """Return the TLS settings for a host. Raises `Unreachable` for unusable certificates."""
    context = ssl.create_default_context()
    file = Path(next(filter(None, map(environment.get, _AUTHORITIES)), ""))
    try:
        if file.name:
            context.load_verify_locations(*((None, file) if file.is_dir() else (file,)))
        for folder in (Path(place, host) for place in _CERTIFICATES):
            for file in sorted(folder.glob("*.crt")):
                context.load_verify_locations(file)
            for file in sorted(folder.glob("*.cert")):
                context.load_cert_chain(file, file.with_suffix(".key"))
    except OSError as error:  # includes ssl.SSLError
        raise Unreachable(f"the certificate {file} can't be used: {error.strerror or error}".lower()) from None
    return context


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that caused it: `requests` and urllib3 wrap them several times."""
    seen: list[BaseException] = []
    pending: list[object] = [error]
    while pending:
        found = pending.pop(0)
        if isinstance(found, BaseException) and found not in seen:
            seen.append(found)
            yield found
            pending += [*found.args, getattr(found, "reason", None), found.__cause__, found.__context__]


def _reason(error: Exception) -> str:
    causes = [*_causes(error)]
    through = "the proxy: " if any(isinstance(cause, requests.exceptions.ProxyError) for cause in causes) else ""
    for cause in causes:
        match cause:
            case ssl.SSLCertVerificationError():
                return f"{through}its certificate is not trusted: {cause.verify_message}"
            case TimeoutError() | requests.Timeout():
                return f"{through}it does not respond"
            case OSError(strerror=str() as why) if why:
                return f"{through}{why.lower()}"
    last = causes[-1]
    if not through and isinstance(error, HTTPError | requests.ConnectionError):
        return f"the connection broke during the response ({type(last).__name__})"
    return f"{through}{str(last).lower()}"
