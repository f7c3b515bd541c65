"""Redaction of passwords and tokens in engine and registry messages, which quote requests, addresses and responses."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.credentials import Credentials

_MASK = "***"
_SHORT = 3
"""Secrets of at most so many characters are redacted where they stand alone: else every such letter would be."""
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@\"']+:[^/\s@\"']+(?=@)")
_IN_HEADER = re.compile(r"\b(Bearer|Basic) +[A-Za-z0-9+/=_.~-]{8,}", re.IGNORECASE)
_BUILD_ARGUMENTS = re.compile(r"(?<=[?&])(buildargs=)[^&]+")
_IN_QUERY = re.compile(r"\b((?:access_|refresh_|identity_?)?token|password|secret)=[^&\s\"']+", re.IGNORECASE)


def masked(text: str, credentials: Iterable[Credentials | None] = ()) -> str:
    """Return the text without these credentials, in any encoded form, and without anything that looks like a secret."""
    for secret in sorted(_secrets(credentials), key=len, reverse=True):
        text = text.replace(secret, _MASK) if len(secret) > _SHORT else _as_word(secret).sub(_MASK, text)
    text = _IN_ADDRESS.sub(_MASK, text)
    text = _IN_HEADER.sub(rf"\1 {_MASK}", text)
    return _IN_QUERY.sub(rf"\1={_MASK}", text)


def masked_call(path: str) -> str:
    """Return the path of an engine call without the values of build arguments, which may hold passwords of proxies."""
    return _BUILD_ARGUMENTS.sub(rf"\1{_MASK}", path)


def _secrets(credentials: Iterable[Credentials | None]) -> set[str]:
    found: set[str] = set()
    for known in credentials:
        if known is None:
            continue
        pair = f"{known.user}:{known.password}".encode(errors="surrogatepass")
        for secret in (known.password, known.identity_token):
            if secret:
                found |= {secret, json.dumps(secret)[1:-1], _quoted(secret), _quoted(secret).replace("%20", "+")}
        if known.password:
            found |= {base64.b64encode(pair).decode(), base64.urlsafe_b64encode(pair).decode()}
    return found


def _as_word(secret: str) -> re.Pattern[str]:
    """Return what finds a secret that no letter, digit or underscore adjoins."""
    return re.compile(rf"(?<!\w){re.escape(secret)}(?!\w)")


def _quoted(secret: str) -> str:
    return quote(secret, safe="", errors="surrogatepass")
