"""Authorization at a registry: by a password, or by a token from a separate token service."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from jobber.adapters.registry_api.http import Unreachable
from jobber.adapters.registry_api.location import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.adapters.registry_api.http import HttpClient
    from jobber.adapters.registry_api.location import RepositoryLocation
    from jobber.domain.images.credentials import Credentials

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_LARGEST = 1 << 20
_CLIENT = "jobber"
_HEADERS = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}


class Unauthorized(Exception):
    """The error if a registry or its token service rejects the credentials; its text is the service's message."""


def authorization_for(
    challenges: Sequence[str], *, client: HttpClient, credentials: Credentials | None, location: RepositoryLocation
) -> str | None:
    """Return the header that answers a challenge; None if no challenge can be answered.

    Raises `Unauthorized`, `Unreachable`.
    """
    for challenge in challenges:
        scheme, _, rest = challenge.strip().partition(" ")
        if scheme.lower() == "bearer":
            return f"Bearer {_token(client, dict(_PARAMETER.findall(rest)), credentials, location)}"
        if scheme.lower() == "basic" and credentials is not None and credentials.password:
            return _basic(credentials)
    return None


def _basic(credentials: Credentials) -> str:
    return "Basic " + base64.b64encode(f"{credentials.user}:{credentials.password}".encode()).decode()


def _token(
    client: HttpClient, wanted: Mapping[str, str], credentials: Credentials | None, location: RepositoryLocation
) -> str:
    """Request a token from the service in a challenge: with a stored identity token, a password, or anonymously."""
    realm = wanted.get("realm", "")
    service = urlsplit(realm)
    if service.scheme != "https" and not (
        location.is_here and service.scheme == "http" and is_loopback(service.netloc)
    ):
        raise Unreachable(f"its token service {service.netloc or 'without an address'} is not encrypted")
    facts = {"service": wanted.get("service", ""), "scope": wanted.get("scope", f"repository:{location.name}:pull")}
    if credentials is not None and credentials.identity_token:
        grant = {"grant_type": "refresh_token", "client_id": _CLIENT, "refresh_token": credentials.identity_token}
        return _ask(client, realm, body=urlencode({**grant, **facts}).encode(), authorization=None)
    with_password = credentials is not None and credentials.password
    if with_password and credentials is not None:
        facts["account"] = credentials.user
    url = f"{realm}{'&' if service.query else '?'}{urlencode({name: text for name, text in facts.items() if text})}"
    return _ask(client, url, body=None, authorization=_basic(credentials) if with_password and credentials else None)


def _ask(client: HttpClient, url: str, *, body: bytes | None, authorization: str | None) -> str:
    try:
        with client.asked(url, headers=_HEADERS, authorization=authorization, body=body) as response:
            text = response.read(_LARGEST)
            status = response.status
    except Unreachable as error:
        raise Unreachable(f"its token service {urlsplit(url).netloc}: {error}") from None
    try:
        answer = json.loads(text)
        token = answer.get("token") or answer.get("access_token")
    except (ValueError, AttributeError):
        token = None
    if status in (400, 401, 403):
        raise Unauthorized("invalid_grant" if b"invalid_grant" in text else "unauthorized")
    if status != 200 or not isinstance(token, str) or not token:
        raise Unreachable(f"its token service {urlsplit(url).netloc} returned no token (status {status})")
    return token
