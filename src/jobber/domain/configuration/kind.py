"""The base classes of setting types: single values, and lists whose items have origins."""

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
"""A matcher for printable ASCII without quotes and backslashes, because `shlex` is slow even for simple text."""


class InvalidValue(Exception):
    """An invalid value of a setting.

    `why` completes the sentence "`<setting>` …", for example `must be true or false`. `line` is the line of the value
    itself, if known.
    """

    def __init__(self, why: str, *, hint: str | None = None, line: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint
        self.line = line


class SettingType(Protocol[T]):
    """A setting's type, which parses and formats its value."""

    expects: str
    """The expected value, as the documentation and errors describe it."""
    schema: Mapping[str, Any]
    """The JSON Schema of the value in a file."""
    is_scalar: bool
    """True if the value can be given as one text, for example in an environment variable."""
    is_list: bool
    """True if the value is a tuple of items that each have an origin."""

    def read(self, node: Node, origin: Origin) -> T:
        """Parse a value from a file. Raises `InvalidValue`."""

    def read_text(self, text: str, origin: Origin) -> T:
        """Parse a value from the text of a variable or an option. Raises `InvalidValue`."""

    def plain(self, value: T) -> object:
        """Return the value for JSON output, without passwords."""

    def written(self, value: T) -> object:
        """Return the value for a file. `read` parses it to the same value, except for passwords."""


class Scalar(ABC, Generic[T]):
    """The base class of single-value types."""

    is_scalar = True
    is_list = False
    expects: str
    schema: Mapping[str, Any]

    def read(self, node: Node, origin: Origin) -> T:
        """Parse a value from a file. Raises `InvalidValue`."""
        if not isinstance(node.content, str):
            raise InvalidValue(f"must be {self.expects}, not {node.kind}", hint=quoting_hint(node), line=node.line)
        return self.read_text(node.content, origin)

    @abstractmethod
    def read_text(self, text: str, origin: Origin) -> T:
        """Parse a value from one text. Raises `InvalidValue`."""

    def plain(self, value: T) -> object:
        """Return the value for JSON output."""
        return value

    def written(self, value: T) -> object:
        """Return the value for a file."""
        return self.plain(value)


class Listing(ABC, Generic[T]):
    """The base class of lists whose items each have an origin."""

    is_scalar = False
    is_list = True
    expects: str
    schema: Mapping[str, Any]

    def read(self, node: Node, origin: Origin) -> tuple[Value[T], ...]:
        """Parse a list from a file. Raises `InvalidValue`."""
        if not isinstance(node.content, list):
            raise InvalidValue(f"must be {self.expects}, not {node.kind}", line=node.line)
        return tuple(Value(self.read_item(item), origin.at(item.line)) for item in node.content)

    def read_item(self, node: Node) -> T:
        """Parse one item of a list. Raises `InvalidValue`."""
        if not isinstance(node.content, str):
            raise InvalidValue(
                f"must be {self.expects}; one of its items is {node.kind}", hint=quoting_hint(node), line=node.line
            )
        return self.parse(node.content, line=node.line)

    @abstractmethod
    def parse(self, text: str, *, line: int | None = None) -> T:
        """Parse one item from a text. Raises `InvalidValue`."""

    def read_text(self, text: str, origin: Origin) -> tuple[Value[T], ...]:
        """Parse one text as the only item. Raises `InvalidValue`."""
        return (Value(self.parse(text), origin),)

    def plain(self, value: tuple[Value[T], ...]) -> object:
        """Return the items for JSON output."""
        return [self.plain_item(item.content) for item in value]

    def written(self, value: tuple[Value[T], ...]) -> object:
        """Return the items for a file."""
        return [self.written_item(item.content) for item in value]

    @abstractmethod
    def plain_item(self, item: T) -> object:
        """Return one item for JSON output."""

    def written_item(self, item: T) -> object:
        """Return one item for a file."""
        return self.plain_item(item)


def split(text: str) -> tuple[str, ...]:
    """Split a text as a shell does. Raises `InvalidValue` for unbalanced quotes."""
    if _IS_SIMPLE(text):
        return tuple(text.split())
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise InvalidValue(f"can't be split into words: {str(error).lower()}") from None


def quoting_hint(node: Node) -> str | None:
    """Return a hint to quote the value if YAML parsed it as a boolean or number.

    The hint never contains the value, which may be a password.
    """
    return "put it in quotes" if isinstance(node.content, bool | int | float) else None
