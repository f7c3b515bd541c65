"""The words of a Dockerfile on the fake: what of variables not all engines take is an error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jobber.domain.images.dockerfile.words import Reader as AnyReader
from jobber.domain.images.dockerfile.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SPECIAL = frozenset("@*#?-$!")


class Reader(AnyReader):
    """A text that is read from left to right."""

    __slots__ = ()

    def variable(self) -> str:
        """Return the value of what stands behind a dollar sign. Raises `ValueError`."""
        character = self.peek()
        if character == "{":
            self.take()
            return self.in_braces()
        if character and character in _SPECIAL:
            raise self._unknown()
        name = character if character.isdigit() else self.name()
        if character.isdigit():
            self.take()
        return self.variables.get(name, "") if name else "$"

    def in_braces(self) -> str:
        """Return the value of what stands in braces. Raises `ValueError`."""
        name = self.name()
        after = self.take()
        value = self.variables.get(name, "")
        if name and after == "}":
            return value
        modifier = self.take() if after == ":" else ""
        if not name or modifier not in ("-", "+"):
            raise self._unknown()
        word = self.until("}")
        if modifier == "-":
            return value or word
        return word if value else ""

    def _unknown(self) -> ValueError:
        known = "$NAME, ${NAME}, ${NAME:-WORD} and ${NAME:+WORD}"
        return ValueError(f"{self.text}: of variables the fake knows {known}")


def expand(text: str, variables: Mapping[str, str], *, escape: str = "\\") -> str:
    """A text without quotes and escapes, with the values of variables. Raises `ValueError`."""
    return Reader(text, variables, escape).until("")


def split(text: str, *, escape: str) -> list[str]:
    """The words of a text, each with its quotes and escapes; one that never ends a quote is its rest."""
    return list(words_of(text, escape=escape))


def pairs(text: str, variables: Mapping[str, str], *, escape: str) -> Iterator[tuple[str, str]]:
    """`NAME=VALUE NAME=VALUE`, or the older `NAME VALUE`, whose value is all the rest. Raises `ValueError`."""
    words = split(text, escape=escape)
    if "=" not in words[0]:
        name, *value = text.split(maxsplit=1)
        if not value:
            raise ValueError(f"{name} has no value")
        words = [f"{name}={value[0]}"]
    for word in words:
        name, equals, value_text = word.partition("=")
        if not equals or not name:
            raise ValueError(f"{word} is no NAME=VALUE")
        yield expand(name, variables, escape=escape), expand(value_text, variables, escape=escape)


def listed(text: str) -> tuple[str, ...] | None:
    """The words of a list in JSON; None where it is none. Raises `ValueError` for a list of something else."""
    if not text.startswith("["):
        return None
    try:
        words, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:  # engines take it for the other form
        return None
    if not all(isinstance(word, str) for word in words):
        raise ValueError("a list in JSON has to consist of strings")
    return tuple(words)
