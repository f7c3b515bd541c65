"""The words of Xdocker as a run record keeps them: values of variables that read as secrets are hidden."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.domain.docker_options.proxies import PROXIES, PROXY_NAMES
from jobber.domain.docker_options.tokens import read_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.domain.docker_options.tokens import Spellings

_SECRET = re.compile(r".*(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL).*|.*_KEY", re.IGNORECASE | re.DOTALL)
_SECRET_IN_TEXT = re.compile(
    r"(\w*(?:TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)\w*|\w*_KEY)=(?:\S|\s(?!-))*", re.IGNORECASE
)
_HIDDEN = "***"
_PROXY_IN_TEXT = re.compile(rf"\b({'|'.join(PROXY_NAMES)})=[^\s'\"]*@[^\s'\"]*", re.IGNORECASE)


def recorded(words: Sequence[str], spellings: Spellings) -> tuple[str, ...]:
    """The words, with `***` for what must not be kept."""
    kept: list[str] = []
    for word in read_words(words, spellings):
        name, equals, value = word.value.partition("=")
        if not word.words:
            continue
        hides = word.option == "--env" and equals and _is_secret(name, value)
        last = f"{word.prefix}{name}={_HIDDEN}" if hides else word.words[-1]
        kept.extend((*word.words[:-1], last))
    return tuple(kept)


def with_secrets(words: Sequence[str], spellings: Spellings, *, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The words of a record with the values that are hidden there, as far as an environment has them."""
    filled: list[str] = []
    for word in read_words(words, spellings):
        name, _, value = word.value.partition("=")
        filled.extend(word.words)
        if word.option == "--env" and is_masked(name, value) and name in environment:
            filled[-1] = f"{word.prefix}{name}={environment[name]}"
    return tuple(filled)


def is_masked(name: str, value: str) -> bool:
    """Whether a variable's value in a record is hidden."""
    return value == _HIDDEN and (name in PROXIES or _SECRET.fullmatch(name) is not None)


def _is_secret(name: str, value: str) -> bool:
    return _SECRET.fullmatch(name) is not None or (name in PROXIES and "@" in value)


def masked_text(text: str) -> str:
    """A text that is no words yet, without what looks like a secret."""
    text = _SECRET_IN_TEXT.sub(lambda match: f"{match[1]}={_HIDDEN}", text)
    return _PROXY_IN_TEXT.sub(lambda match: f"{match[1]}={_HIDDEN}", text)
