"""The content of a file as a tree, independent of the file format."""

from __future__ import annotations

from typing import NamedTuple, assert_never


class Entry(NamedTuple):
    """The value of a key in a mapping, with the line of the key."""

    line: int
    node: Node


class Node(NamedTuple):
    """A scalar, list or mapping in a file."""

    content: str | int | float | bool | list[Node] | dict[str, Entry] | None
    line: int
    text: str = ""
    """The text of a scalar as it was written, without quotes."""

    @property
    def kind(self) -> str:
        """The kind of the content, in words for errors."""
        match self.content:
            case None:
                return "nothing"
            case bool():
                return self.text
            case int() | float():
                return f"the number {self.text}"
            case str():
                return "a string"
            case list():
                return "a list"
            case dict():
                return "a mapping"
            case _ as never:
                assert_never(never)
