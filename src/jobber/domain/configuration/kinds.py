"""The setting types: parsing from a file or from one text, and formatting."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from jobber.domain.configuration.kind import InvalidValue, Scalar, quoting_hint, split
from jobber.domain.errors import JobberError
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobber.domain.configuration.node import Node
    from jobber.domain.configuration.origin import Origin

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

LONGEST_TIMEOUT = 1_000_000_000
"""The maximum timeout in seconds (about 30 years), which every clock and every `select` accepts."""
_TRUE = frozenset(("true", "1", "yes", "on"))
_FALSE = frozenset(("false", "0", "no", "off"))


class Boolean(Scalar[bool]):
    """A boolean value."""

    expects = "true or false"
    schema: Mapping[str, Any] = {"type": "boolean"}

    def read(self, node: Node, origin: Origin) -> bool:  # noqa: ARG002 (all types share one signature)
        """Parse a value from a file. Raises `InvalidValue`."""
        if not isinstance(node.content, bool):
            raise InvalidValue(f"must be true or false, not {_shown(node)}", line=node.line)
        return node.content

    def read_text(self, text: str, origin: Origin) -> bool:  # noqa: ARG002
        """Parse a value from one text: true, 1, yes, on, false, 0, no or off, in any case. Raises `InvalidValue`."""
        word = text.strip().lower()
        if word not in _TRUE | _FALSE:
            raise InvalidValue(f"must be true or false, not {text!r}")
        return word in _TRUE


class Text(Scalar[T]):
    """A text parsed by a function; None if the value is not set."""

    def __init__(
        self,
        expects: str,
        parse: Callable[[str], T],
        *,
        none: T,
        show: Callable[[T], object] = lambda value: value,
        pattern: str = ".",
    ) -> None:
        self.expects = expects
        self.schema = {"type": ["string", "null"], "pattern": pattern}
        self._parse = parse
        self._none = none
        self._show = show

    def read(self, node: Node, origin: Origin) -> T:
        """Parse a value from a file; null undoes the value of a parent directory's file. Raises `InvalidValue`."""
        return self._none if node.content is None else super().read(node, origin)

    def read_text(self, text: str, origin: Origin) -> T:  # noqa: ARG002
        """Parse a value from one text. Raises `InvalidValue`."""
        if not text.strip():
            raise InvalidValue(f"must be {self.expects}, and can't be empty")
        try:
            return self._parse(text)
        except JobberError as error:
            raise InvalidValue(f": {error.what}", hint=error.hint) from None

    def plain(self, value: T) -> object:
        """Return the value for JSON output."""
        return None if value is None else self._show(value)


class Choice(Scalar[E]):
    """One of a few fixed words."""

    def __init__(self, words: type[E]) -> None:
        self._values = {str(member.value): member for member in words}
        self.expects = _listed([*self._values])
        self.schema = {"enum": [*self._values]}

    def read(self, node: Node, origin: Origin) -> E:
        """Parse a value from a file. Raises `InvalidValue`."""
        if not isinstance(node.content, str):
            raise InvalidValue(f"must be {self.expects}, not {node.kind}", line=node.line)
        return self.read_text(node.content, origin)

    def read_text(self, text: str, origin: Origin) -> E:  # noqa: ARG002
        """Parse a value from one text. Raises `InvalidValue`."""
        if text not in self._values:
            raise InvalidValue(f"must be {self.expects}, not {text!r}", hint=did_you_mean(text, known=self._values))
        return self._values[text]

    def plain(self, value: E) -> object:
        """Return the word for JSON output."""
        return value.value


class Seconds(Scalar[float | None]):
    """A number of seconds above 0, or none."""

    expects = "a number of seconds above 0, or none"
    schema: Mapping[str, Any] = {
        "anyOf": [
            {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_TIMEOUT},
            {"enum": ["none", None]},
        ]
    }

    def read(self, node: Node, origin: Origin) -> float | None:  # noqa: ARG002
        """Parse a value from a file. Raises `InvalidValue`."""
        match node.content:
            case None | "none":
                return None
            case int() | float() if not isinstance(node.content, bool):
                return self._checked(node.content, shown=node.text)
            case _:
                raise InvalidValue(f"must be {self.expects}, not {_shown(node)}", line=node.line)

    def read_text(self, text: str, origin: Origin) -> float | None:  # noqa: ARG002
        """Parse a value from one text. Raises `InvalidValue`."""
        if text == "none":
            return None
        try:
            seconds = float(text)
        except ValueError:
            raise InvalidValue(f"must be {self.expects}, not {text!r}") from None
        return self._checked(seconds, shown=text)

    def plain(self, value: float | None) -> object:
        """Return the seconds, as an integer if the value is a whole number."""
        return int(value) if value is not None and value == int(value) else value

    def written(self, value: float | None) -> object:
        """Return the value for a file."""
        return "none" if value is None else self.plain(value)

    def _checked(self, seconds: float, *, shown: str) -> float:
        if not 0 < seconds <= LONGEST_TIMEOUT:
            raise InvalidValue(f"must be a number of seconds above 0 and at most {LONGEST_TIMEOUT}, not {shown}")
        return float(seconds)


class Command(Scalar[tuple[str, ...] | None]):
    """A command: one text split as a shell does, a list taken word for word, or none."""

    expects = "a string, a list of words, or none"
    schema: Mapping[str, Any] = {
        "anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": ["string", "number", "boolean"]}},
            {"type": "null"},
        ]
    }

    def read(self, node: Node, origin: Origin) -> tuple[str, ...] | None:
        """Parse a value from a file. Raises `InvalidValue`."""
        match node.content:
            case None:
                return None
            case str():
                return self.read_text(node.content, origin)
            case list():
                return tuple(_word(item) for item in node.content) or None
            case _:
                raise InvalidValue(f"must be {self.expects}, not {node.kind}", hint=quoting_hint(node), line=node.line)

    def read_text(self, text: str, origin: Origin) -> tuple[str, ...] | None:  # noqa: ARG002
        """Parse a value from one text. Raises `InvalidValue`."""
        return None if text == "none" else split(text) or None

    def plain(self, value: tuple[str, ...] | None) -> object:
        """Return the words as a list."""
        return None if value is None else list(value)

    def written(self, value: tuple[str, ...] | None) -> object:
        """Return the value for a file."""
        return "none" if value is None else list(value)


def _word(node: Node) -> str:
    match node.content:
        case str():
            return node.content
        case bool() | int() | float():
            return node.text
        case _:
            raise InvalidValue(f"must be {Command.expects}; one of its words is {node.kind}", line=node.line)


def _shown(node: Node) -> str:
    return repr(node.content) if isinstance(node.content, str) else node.kind


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
