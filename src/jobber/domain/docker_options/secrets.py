"""Detect values that are probably secrets."""

from __future__ import annotations

import re

from jobber.domain.docker_options.proxies import PROXIES, PROXY_NAMES

_SECRET = re.compile(r".*(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL).*|.*_KEY", re.IGNORECASE | re.DOTALL)


_SECRET_IN_TEXT = re.compile(
    r"(\w*(?:TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)\w*|\w*_KEY)=(?:\S|\s(?!-))*", re.IGNORECASE
)


_HIDDEN = "***"


_PROXY_IN_TEXT = re.compile(rf"\b({'|'.join(PROXY_NAMES)})=[^\s'\"]*@[^\s'\"]*", re.IGNORECASE)


def is_masked(name: str, value: str) -> bool:
    """Return whether a variable's value in a record is redacted."""
    return value == _HIDDEN and (name in PROXIES or _SECRET.fullmatch(name) is not None)


def masked_text(text: str) -> str:
    """Return a text that is not split into words yet, with probable secrets redacted."""
    text = _SECRET_IN_TEXT.sub(lambda match: f"{match[1]}={_HIDDEN}", text)
    return _PROXY_IN_TEXT.sub(lambda match: f"{match[1]}={_HIDDEN}", text)
