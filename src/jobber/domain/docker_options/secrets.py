"""Values that read as secrets."""

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
    """Whether a variable's value in a record is hidden."""
    return value == _HIDDEN and (name in PROXIES or _SECRET.fullmatch(name) is not None)


def masked_text(text: str) -> str:
    """A text that is no words yet, without what looks like a secret."""
    text = _SECRET_IN_TEXT.sub(lambda match: f"{match[1]}={_HIDDEN}", text)
    return _PROXY_IN_TEXT.sub(lambda match: f"{match[1]}={_HIDDEN}", text)
