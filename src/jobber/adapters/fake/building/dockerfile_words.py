"""Words of a Dockerfile on the fake: variable syntax that not all engines support is an error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jobber.domain.images.dockerfile.words import Reader as AnyReader
from jobber.domain.images.dockerfile.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SPECIAL = frozenset("@*#?-$!")


class Reader(AnyReader):
    """A reader of a text from left to right."""

    __slots__ = ()

    def variable(self) -> str:
        """Return the value of the variable after a dollar sign. Raises `ValueError`."""
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
        """Return the value of an expression in braces. Raises `ValueError`."""
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
        return ValueError(f"{self.text}: of variables the fake supports {known}")


def expand(text: str, variables: Mapping[str, str], *, escape: str = "\\") -> str:
    """Remove quotes and escapes from a text and expand its variables. Raises `ValueError`."""
    return Reader(text, variables, escape).until("")


def split(text: str, *, escape: str) -> list[str]:
    """Return the words of a text with their quotes and escapes; a word with an unclosed quote extends to the end."""
    return list(words_of(text, escape=escape))


def pairs(text: str, variables: Mapping[str, str], *, escape: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of `NAME=VALUE NAME=VALUE` or of the older `NAME VALUE`, whose value is the whole rest.

    Raises `ValueError`.
    """
    words = split(text, escape=escape)
    if "=" not in words[0]:
        name, *value = text.split(maxsplit=1)
        if not value:
            raise ValueError(f"{name} has no value")
        words = [f"{name}={value[0]}"]
    for word in words:
        name, equals, value_text = word.partition("=")
        if not equals or not name:
            raise ValueError(f"{word} is not a NAME=VALUE")
        yield expand(name, variables, escape=escape), expand(value_text, variables, escape=escape)


def listed(text: str) -> tuple[str, ...] | None:
    """Return the strings of a JSON list; None for another text. Raises `ValueError` for a list of other values."""
    if not text.startswith("["):
        return None
    try:
        words, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:  # engines parse it as the shell form
        return None
    if not all(isinstance(word, str) for word in words):
        raise ValueError("a list in JSON has to consist of strings")
    return tuple(words)
