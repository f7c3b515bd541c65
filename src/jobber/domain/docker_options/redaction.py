"""Redact the words of Xdocker for run records: values of variables whose names suggest secrets become `***`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.docker_options.proxies import PROXIES
from jobber.domain.docker_options.secrets import _HIDDEN, _SECRET, is_masked
from jobber.domain.docker_options.tokens import read_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.domain.docker_options.tokens import Spellings


def recorded(words: Sequence[str], spellings: Spellings) -> tuple[str, ...]:
    """Return the words with `***` in place of secrets."""
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
    """Return the words of a record with redacted values filled in from an environment, if it has them."""
    filled: list[str] = []
    for word in read_words(words, spellings):
        name, _, value = word.value.partition("=")
        filled.extend(word.words)
        if word.option == "--env" and is_masked(name, value) and name in environment:
            filled[-1] = f"{word.prefix}{name}={environment[name]}"
    return tuple(filled)


def _is_secret(name: str, value: str) -> bool:
    return _SECRET.fullmatch(name) is not None or (name in PROXIES and "@" in value)
