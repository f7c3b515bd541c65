"""Words of a Dockerfile: remove quotes and escapes, replace variables."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAME = re.compile(r"\w+", re.ASCII)


@dataclass(slots=True)
class Reader:
    """A reader that consumes a text from left to right."""

    text: str
    variables: Mapping[str, str]
    escape: str = "\\"
    at: int = 0

    def take(self) -> str:
        """Consume and return the next character; empty at the end."""
        self.at += 1
        return self.text[self.at - 1 : self.at]

    def peek(self) -> str:
        """Return the next character without consuming it; empty at the end."""
        return self.text[self.at : self.at + 1]

    def until(self, stop: str, *, in_quotes: bool = False) -> str:
        """Return the text up to a character, or to the end if `stop` is empty.

        Raises `ValueError` if `stop` does not occur.
        """
        parts: list[str] = []
        while self.at < len(self.text):
            character = self.take()
            if character == stop:
                return "".join(parts)
            if character == self.escape:
                is_taken = not in_quotes or self.peek() in ('"', "$", self.escape)
                parts.append(self.take() if is_taken else character)
            elif character == "$":
                parts.append(self.variable())
            elif character == "'" and not in_quotes:
                parts.append(self.literal())
            elif character == '"':
                parts.append(self.until('"', in_quotes=True))
            else:
                parts.append(character)
        if stop:
            raise ValueError(f"{self.text} has no closing {stop}")
        return "".join(parts)

    def literal(self) -> str:
        """Return the text up to a single quote, unchanged. Raises `ValueError` if the quote is missing."""
        end = self.text.find("'", self.at)
        if end < 0:
            raise ValueError(f"{self.text} has no closing '")
        start, self.at = self.at, end + 1
        return self.text[start:end]

    def variable(self) -> str:
        """Return the value of the variable after a dollar sign. Raises `ValueError`."""
        if self.peek() == "{":
            self.take()
            return self.in_braces()
        name = self.name()
        return self.variables.get(name, "") if name else "$"

    def in_braces(self) -> str:
        """Return the value of a variable in braces. Raises `ValueError`."""
        name = self.name()
        operator = self.take()
        if operator == "}":
            return self.variables.get(name, "")
        if operator == ":":
            operator = self.take()
            value: str | None = self.variables.get(name) or None
        else:
            value = self.variables.get(name)
        if operator in ("#", "%", "/") and self.peek() == operator:
            operator += self.take()
        word = self.until("}")
        return _modified(value, operator, word)

    def name(self) -> str:
        """Consume and return the name of a variable; empty if none follows."""
        match = _NAME.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return match[0] if match else ""


def expand(text: str, variables: Mapping[str, str], *, escape: str = "\\") -> str:
    """Return a text with quotes and escapes removed and variables replaced. Raises `ValueError`."""
    return Reader(text, variables, escape).until("")


def words_of(text: str, *, escape: str) -> Iterator[str]:
    """Yield the words of a text with their quotes and escapes; an unclosed quote extends to the end of the text."""
    e = re.escape(escape)
    word = rf"""(?:'[^']*(?:'|$)|"(?:{e}.|[^"{e}])*(?:"|{e}?$)|{e}.?|[^\s'"{e}])+"""
    return (match[0] for match in re.finditer(word, text, re.DOTALL))


def _modified(value: str | None, operator: str, word: str) -> str:
    """Return the result of an operator on a value; `value` is None for a variable that counts as unset."""
    match operator:
        case "-":
            return word if value is None else value
        case "+":
            return "" if value is None else word
        case "?" if value is not None:
            return value
        case "#" | "##" | "%" | "%%":
            return _trimmed(value or "", operator, word)
        case "/" | "//":
            pattern, _, other = word.partition("/")
            found = re.compile(fnmatch.translate(pattern).removesuffix(r"\Z").removesuffix(r"\z"))
            return found.sub(lambda _: other, value or "", count=1 if operator == "/" else 0)
    raise ValueError(f"there is no value for {operator}{word}")


def _trimmed(value: str, operator: str, pattern: str) -> str:
    """Return a value without the shortest or longest prefix or suffix that matches a pattern."""
    at_start, is_longest = operator[0] == "#", len(operator) > 1
    lengths = range(len(value), -1, -1) if is_longest else range(len(value) + 1)
    for length in lengths:
        rest = len(value) - length
        part = value[:length] if at_start else value[rest:]
        if fnmatch.fnmatchcase(part, pattern):
            return value[length:] if at_start else value[:rest]
    return value
