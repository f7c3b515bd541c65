"""A file's content as a tree, apart from the language that it is written in."""

from __future__ import annotations

from typing import NamedTuple, assert_never


class Entry(NamedTuple):
    """What a mapping has under a key, and the line of that key."""

    line: int
    node: Node


class Node(NamedTuple):
    """A part of a file: a scalar, a list or a mapping."""

    content: str | int | float | bool | list[Node] | dict[str, Entry] | None
    line: int
    text: str = ""
    """A scalar as it was written, without quotes."""

    @property
    def kind(self) -> str:
        """What it is, in words for errors."""
        match self.content:
            case None:
                return "nothing"
            case bool():
                return self.text
            case int() | float():
                return f"the number {self.text}"
            case str():
                return "a text"
            case list():
                return "a list"
            case dict():
                return "a mapping"
            case _ as never:
                assert_never(never)
