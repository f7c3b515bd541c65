"""The part of `EngineConnection` that the sessions of both SDKs share: `requests` with jobber's own transport.

The SDKs' transports limit the time of an upload, cannot half-close TLS, and report a failed connection in several ways.
jobber therefore mounts its own transport on both sessions: a pool of urllib3 over jobber's sockets.
"""

from __future__ import annotations

import json
from http.client import HTTPException, HTTPResponse  # noqa: TID251
from typing import TYPE_CHECKING, Any

from requests import PreparedRequest, Request, Session  # noqa: TID251 - both SDKs are sessions of requests
from requests import Response as HttpResponse  # noqa: TID251
from requests.adapters import HTTPAdapter  # noqa: TID251
from requests.exceptions import RequestException  # noqa: TID251
from requests.structures import CaseInsensitiveDict  # noqa: TID251
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import HTTPError

from jobber.adapters.engine_api.connection_errors import broken
from jobber.adapters.engine_api.response import Pending, Response
from jobber.adapters.engine_api.sockets import open_socket

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jobber.adapters.engine_api.endpoint import Endpoint
    from jobber.adapters.engine_api.raw_stream import RawStream

CONNECT_SECONDS = 15.0
_BUFFER = 1 << 17
_HEADERS = {"Host": "engine", "User-Agent": "jobber", "Accept-Encoding": "identity"}
_UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}


class _BufferedResponse(HTTPResponse):
    """A response that is received in larger pieces than 8 KiB: archives and output of a job may be large."""

    def __init__(self, sock: socket.socket, *words: Any, **settings: Any) -> None:
        super().__init__(sock, *words, **settings)
        self.fp.close()
        self.fp = sock.makefile("rb", _BUFFER)  # type: ignore[assignment]


class _Connection(HTTPConnection):
    """A connection over a socket that jobber opens."""

    response_class = _BufferedResponse

    def __init__(self, dial: Callable[[float], socket.socket], seconds: float | None) -> None:
        super().__init__("engine")
        self._dial = dial
        self._seconds = seconds

    def connect(self) -> None:
        self.sock = self._dial(min(CONNECT_SECONDS, self._seconds or CONNECT_SECONDS))
        self.sock.settimeout(self._seconds)


class _Pool(HTTPConnectionPool):
    """The idle connections to one endpoint."""

    def __init__(self, dial: Callable[[float], socket.socket], seconds: float | None) -> None:
        super().__init__("engine", maxsize=8)
        self._dial = dial
        self._seconds = seconds

    def _new_conn(self) -> _Connection:
        return _Connection(self._dial, self._seconds)


class _Transport(HTTPAdapter):
    """The transport of one endpoint, whatever the host in an address."""

    def __init__(self, dial: Callable[[float], socket.socket], seconds: float | None) -> None:
        super().__init__()
        self._dial = dial
        self._seconds = seconds
        self.pool = _Pool(dial, seconds)

    def get_connection_with_tls_context(self, *_words: object, **_settings: object) -> HTTPConnectionPool:
        return self.pool

    def close(self) -> None:
        """Close idle connections; the next call opens another one."""
        self.pool.close()
        self.pool = _Pool(self._dial, self._seconds)


class EngineSession(Session):
    """The calls of `EngineConnection` over the session of an SDK; `_address` is different for each SDK."""

    endpoint: Endpoint
    _seconds: float | None
    _on_call: Callable[[str, str], None] | None
    _dial: Callable[[float], socket.socket] | None
    _transport: _Transport

    def use(
        self,
        endpoint: Endpoint,
        *,
        seconds: float | None,
        on_call: Callable[[str, str], None] | None,
        dial: Callable[[float], socket.socket] | None,
    ) -> None:
        """Set the session up, without connecting.

        `seconds` limits the wait for each piece of a response; None, the usual case, sets no limit: a commit or a push
        may take hours. `on_call` is called with each call's method and path before the call is made. `dial` opens a
        socket within the given seconds, for an endpoint that jobber can't connect to directly.
        """
        self.endpoint, self._seconds, self._on_call, self._dial = endpoint, seconds, on_call, dial
        self.trust_env = False  # no proxies, certificates or passwords of the environment
        self._transport = _Transport(dial or (lambda limit: open_socket(endpoint, seconds=limit)), seconds)
        self.headers.clear()
        self.headers.update(_HEADERS)
        self.adapters.clear()
        self.mount("http://", self._transport)

    def prepare_request(self, request: Request) -> PreparedRequest:
        """Prepare a request of the SDK without the environment, cookies and redirects, which engines do not use."""
        prepared = self._prepared(request.method or "", request.url or "", headers=request.headers)
        if request.params:
            prepared.prepare_url(request.url, request.params)
        prepared.prepare_body(request.data, None, request.json)
        return prepared

    def _prepared(self, method: str, address: str, *, headers: Mapping[str, Any] | None = None) -> PreparedRequest:
        """Return a request whose address is encoded already, so that `requests` need not parse it."""
        prepared = PreparedRequest()
        prepared.method, prepared.url = method, address
        prepared.headers = CaseInsensitiveDict({**self.headers, **(headers or {})})
        return prepared

    def merge_environment_settings(self, _url: Any, _proxies: Any, stream: Any, _verify: Any, _cert: Any) -> Any:
        """Return the settings of a request; none of them comes from the environment."""
        return {"stream": bool(stream)}

    def send(self, request: PreparedRequest, *, stream: bool | None = None, **_settings: Any) -> HttpResponse:
        """Send a request of the SDK or of jobber. Raises `EngineUnreachable` and `ConnectionBroken`.

        The transport sends it at once, because no request has hooks, cookies, redirects or proxies.
        """
        if self._on_call is not None:
            self._on_call(request.method or "", self._shown(request.path_url))
        try:
            answer = self._transport.send(request, timeout=self._seconds)
            if not stream:
                _ = answer.content
        except (RequestException, HTTPError, HTTPException) as error:
            raise broken(error) from None
        return answer

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        stream: Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Make a call and return its response."""
        request = self._prepared(method, self._address(path, query), headers=headers)
        upload = None if stream is None else _Upload(stream)
        if body is not None:
            request.headers.setdefault("Content-Type", "application/json")
            request.prepare_body(json.dumps(body).encode(), None)
        else:
            request.prepare_body(None if upload is None else iter(upload), None)
        try:
            answer = self.send(request, stream=True)
        except Exception:
            if upload is not None and upload.error is not None:
                raise upload.error from None
            raise
        return Response(answer.raw)

    def begin(self, method: str, path: str, *, query: Mapping[str, object] | None = None) -> Pending:
        """Make a call without waiting for its response, which no SDK supports."""
        request = self._prepared(method, self._address(path, query))
        request.prepare_content_length(None)
        if self._on_call is not None:
            self._on_call(method, self._shown(request.path_url))
        connection = self._transport.pool._get_conn()  # noqa: SLF001 - to send without waiting
        try:
            connection.timeout = self._seconds
            connection.request(method, request.path_url, headers=request.headers, preload_content=False)
        except (HTTPException, HTTPError, OSError) as error:
            connection.close()
            raise broken(error) from None
        except BaseException:
            connection.close()
            raise
        return Pending(connection)

    def upgrade(self, path: str, *, query: Mapping[str, object] | None = None) -> RawStream | Response:
        """Upgrade a connection to a raw stream."""
        response = self.call("POST", path, query=query, headers=_UPGRADE)
        is_raw = "raw-stream" in response.headers.get("content-type", "")
        if response.status == 101 or (response.status == 200 and is_raw):
            return response.raw_stream()
        return response

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()

    def _address(self, path: str, query: Mapping[str, object] | None) -> str:
        raise NotImplementedError

    def _shown(self, target: str) -> str:
        return target


class _Upload:
    """The pieces of a body; an error in making them is the caller's, and not one of the connection."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._pieces
        except Exception as error:
            self.error = error
            raise
