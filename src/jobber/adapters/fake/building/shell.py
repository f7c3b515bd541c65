"""The fake's subset of the shell language: commands of plain words and variables, joined by `&&`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.adapters.fake.building.dockerfile_words import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOR_A_SHELL = frozenset("|&;<>()`*?[{}")
_AT_THE_START = frozenset("#~")
_IN_QUOTES = frozenset('$`"\\')
_IN_A_VALUE = frozenset("*?[")
_STARTS_A_NAME = re.compile(r"[A-Za-z_{]")
_ASSIGNS = re.compile(r"\w+=")


def commands(line: str, variables: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return the commands of a line. Raises `ValueError` for syntax that requires a shell."""
    return _Line(Reader(line, variables)).read()


@dataclass(slots=True)
class _Line:
    """The state of a line that is being parsed."""

    reader: Reader
    commands: list[tuple[str, ...]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    word: str | None = None

    def read(self) -> list[tuple[str, ...]]:
        while character := self.reader.take():
            if character.isspace():
                self._end_word()
            elif character == "'":
                self._add(self.reader.literal())
            elif character == '"':
                self._add(self._quoted())
            elif character == "\\":
                self._add(self.reader.take())
            elif character == "$":
                self._add_fields(self._variable())
            elif character == "&" and self.reader.peek() == "&":
                self.reader.take()
                self._end_command()
            elif character in _FOR_A_SHELL or (self.word is None and character in _AT_THE_START):
                raise _for_a_shell(character)
            else:
                self._add(character)
        self._end_command()
        return self.commands

    def _quoted(self) -> str:
        parts: list[str] = []
        while (character := self.reader.take()) != '"':
            if character == "\\" and self.reader.peek() in _IN_QUOTES:
                parts.append(self.reader.take())
            elif character == "$":
                parts.append(self._variable())
            elif character == "`":
                raise _for_a_shell(character)
            elif not character:
                raise ValueError(f'{self.reader.text} has no closing "')
            else:
                parts.append(character)
        return "".join(parts)

    def _variable(self) -> str:
        reader, start = self.reader, self.reader.at
        if not _STARTS_A_NAME.match(reader.peek()):
            raise _for_a_shell(f"${reader.peek()}")
        value = reader.variable()
        if not _FOR_A_SHELL.union("'\"\\").isdisjoint(reader.text[start + 1 : reader.at].removesuffix("}")):
            raise _for_a_shell(f"${reader.text[start : reader.at]}")
        return value

    def _add(self, text: str) -> None:
        self.word = (self.word or "") + text

    def _add_fields(self, value: str) -> None:
        """Add a value that is not quoted and is therefore split into fields."""
        if not _IN_A_VALUE.isdisjoint(value):
            raise _for_a_shell(value)
        first, *more = re.split(r"[ \t\n]+", value)
        if first:
            self._add(first)
        for piece in more:
            self._end_word()
            if piece:
                self._add(piece)

    def _end_word(self) -> None:
        if self.word is not None:
            self.words.append(self.word)
        self.word = None

    def _end_command(self) -> None:
        self._end_word()
        if not self.words:
            raise ValueError(f"{self.reader.text}: a command is missing")
        if _ASSIGNS.match(self.words[0]):
            raise _for_a_shell(self.words[0])
        self.commands.append(tuple(self.words))
        self.words = []


def _for_a_shell(text: str) -> ValueError:
    return ValueError(f"{text} needs a shell, which the fake does not have: it runs plain commands joined by &&")
