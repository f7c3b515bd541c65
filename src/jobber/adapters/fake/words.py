"""The words of a Dockerfile: quotes and escapes taken off, the values of variables put in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAME = re.compile(r"\w+", re.ASCII)
_SPECIAL = frozenset("@*#?-$!")


@dataclass(slots=True)
class Reader:
    """A text that is read from left to right."""

    text: str
    variables: Mapping[str, str]
    escape: str = "\\"
    at: int = 0

    def take(self) -> str:
        """The next character; empty at the end."""
        self.at += 1
        return self.text[self.at - 1 : self.at]

    def peek(self) -> str:
        """The next character, which stays the next."""
        return self.text[self.at : self.at + 1]

    def until(self, stop: str, *, in_quotes: bool = False) -> str:
        """All up to a character, or with none to the end. Raises `ValueError` where that never comes."""
        said: list[str] = []
        while self.at < len(self.text):
            character = self.take()
            if character == stop:
                return "".join(said)
            if character == self.escape:
                is_taken = not in_quotes or self.peek() in ('"', "$", self.escape)
                said.append(self.take() if is_taken else character)
            elif character == "$":
                said.append(self.variable())
            elif character == "'" and not in_quotes:
                said.append(self.literal())
            elif character == '"':
                said.append(self.until('"', in_quotes=True))
            else:
                said.append(character)
        if stop:
            raise ValueError(f"{self.text} has no closing {stop}")
        return "".join(said)

    def literal(self) -> str:
        """All up to a single quote, as it is. Raises `ValueError`."""
        end = self.text.find("'", self.at)
        if end < 0:
            raise ValueError(f"{self.text} has no closing '")
        start, self.at = self.at, end + 1
        return self.text[start:end]

    def variable(self) -> str:
        """The value of what stands behind a dollar sign. Raises `ValueError`."""
        character = self.peek()
        if character == "{":
            self.take()
            return self._in_braces()
        if character and character in _SPECIAL:
            raise self._unknown()
        name = character if character.isdigit() else self._name()
        if character.isdigit():
            self.take()
        return self.variables.get(name, "") if name else "$"

    def _in_braces(self) -> str:
        name = self._name()
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

    def _name(self) -> str:
        match = _NAME.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return match[0] if match else ""

    def _unknown(self) -> ValueError:
        known = "$NAME, ${NAME}, ${NAME:-WORD} and ${NAME:+WORD}"
        return ValueError(f"{self.text}: of variables the fake knows {known}")


def expand(text: str, variables: Mapping[str, str], *, escape: str = "\\") -> str:
    """A text without quotes and escapes, with the values of variables. Raises `ValueError`."""
    return Reader(text, variables, escape).until("")


def split(text: str, *, escape: str) -> list[str]:
    """The words of a text, each with its quotes and escapes; one that never ends a quote is its rest."""
    e = re.escape(escape)
    word = rf"""(?:'[^']*(?:'|$)|"(?:{e}.|[^"{e}])*(?:"|{e}?$)|{e}.?|[^\s'"{e}])+"""
    return re.findall(word, text, re.DOTALL)


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
