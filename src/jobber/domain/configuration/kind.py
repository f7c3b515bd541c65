"""What every kind of value has in common: single values, and lists whose items know where they come from."""

from __future__ import annotations

import re
import shlex
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from jobber.domain.configuration.origin import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.configuration.node import Node
    from jobber.domain.configuration.origin import Origin

T = TypeVar("T")

_IS_SIMPLE = re.compile(r"[ !#-&(-\[\]-~]*").fullmatch
"""Whether a text is printable ASCII without quotes and backslashes: `shlex` takes long for what is simple."""


class InvalidValue(Exception):
    """A value that a setting can't have; `line` is that of the value itself, where it is known.

    `why` goes on where the setting's name stands: `must be true or false`.
    """

    def __init__(self, why: str, *, hint: str | None = None, line: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint
        self.line = line


class SettingType(Protocol[T]):
    """How a setting's value is read and written."""

    expects: str
    """The expected value, as the documentation and errors describe it."""
    schema: Mapping[str, Any]
    """JSON Schema of the value in a file."""
    is_scalar: bool
    """Whether one text can say it, in an environment variable say."""
    is_list: bool
    """Whether the value is a tuple of items that each know their origin."""

    def read(self, node: Node, origin: Origin) -> T:
        """Read a value of a file. Raises `InvalidValue`."""

    def read_text(self, text: str, origin: Origin) -> T:
        """Read a value from one text: of a variable or an option. Raises `InvalidValue`."""

    def plain(self, value: T) -> object:
        """The value as JSON has it; no password is in it."""

    def written(self, value: T) -> object:
        """The value as a file has it, so that `read` gives it back (but for passwords)."""


class Scalar(ABC, Generic[T]):
    """What all kinds of single values share."""

    is_scalar = True
    is_list = False
    expects: str
    schema: Mapping[str, Any]

    def read(self, node: Node, origin: Origin) -> T:
        """Read a value of a file. Raises `InvalidValue`."""
        if not isinstance(node.content, str):
            raise InvalidValue(f"must be {self.expects}, not {node.kind}", hint=quoting_hint(node), line=node.line)
        return self.read_text(node.content, origin)

    @abstractmethod
    def read_text(self, text: str, origin: Origin) -> T:
        """Read a value from one text. Raises `InvalidValue`."""

    def plain(self, value: T) -> object:
        """The value as JSON has it."""
        return value

    def written(self, value: T) -> object:
        """The value as a file has it."""
        return self.plain(value)


class Listing(ABC, Generic[T]):
    """A list whose items each know where they come from."""

    is_scalar = False
    is_list = True
    expects: str
    schema: Mapping[str, Any]

    def read(self, node: Node, origin: Origin) -> tuple[Value[T], ...]:
        """Read a value of a file. Raises `InvalidValue`."""
        if not isinstance(node.content, list):
            raise InvalidValue(f"must be {self.expects}, not {node.kind}", line=node.line)
        return tuple(Value(self.read_item(item), origin.at(item.line)) for item in node.content)

    def read_item(self, node: Node) -> T:
        """Read one item of a list. Raises `InvalidValue`."""
        if not isinstance(node.content, str):
            raise InvalidValue(
                f"must be {self.expects}; one of its items is {node.kind}", hint=quoting_hint(node), line=node.line
            )
        return self.parse(node.content, line=node.line)

    @abstractmethod
    def parse(self, text: str, *, line: int | None = None) -> T:
        """Read one item from a text. Raises `InvalidValue`."""

    def read_text(self, text: str, origin: Origin) -> tuple[Value[T], ...]:
        """Read one text as the only item. Raises `InvalidValue`."""
        return (Value(self.parse(text), origin),)

    def plain(self, value: tuple[Value[T], ...]) -> object:
        """The items as JSON has them."""
        return [self.plain_item(item.content) for item in value]

    def written(self, value: tuple[Value[T], ...]) -> object:
        """The items as a file has them."""
        return [self.written_item(item.content) for item in value]

    @abstractmethod
    def plain_item(self, item: T) -> object:
        """One item as JSON has it."""

    def written_item(self, item: T) -> object:
        """One item as a file has it."""
        return self.plain_item(item)


def split(text: str) -> tuple[str, ...]:
    """Split as a shell does. Raises `InvalidValue` for quotes that don't close."""
    if _IS_SIMPLE(text):
        return tuple(text.split())
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise InvalidValue(f"can't be split into words: {str(error).lower()}") from None


def quoting_hint(node: Node) -> str | None:
    """A text that YAML takes for something else is one in quotes; a password among them is not told."""
    return "put it in quotes" if isinstance(node.content, bool | int | float) else None
