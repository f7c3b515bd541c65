"""The types of settings that only pipelines have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jobber.domain.configuration.kind import InvalidValue, Listing, Scalar
from jobber.domain.configuration.kinds import LONGEST_TIMEOUT, Seconds
from jobber.domain.configuration.origin import Value
from jobber.domain.docker_options.values import read_size
from jobber.domain.pipelines.definition import BuildDefinition, Cell, Needs
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.configuration.node import Entry, Node
    from jobber.domain.configuration.origin import Origin

IS_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*").fullmatch
SCALAR = {"type": ["string", "number", "boolean"]}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_NEEDS = ("gpus", "cpus", "memory")
_BUILD = ("context", "file", "target", "args", "platform")
_MOST_RETRIES = 100


class Duration(Seconds):
    """A number of seconds above 0, a duration such as `3h` or `1h30m`, or none."""

    expects = "a number of seconds above 0, a duration such as 90m or 3h, or none"
    schema: Mapping[str, Any] = {
        "anyOf": [
            {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_TIMEOUT},
            {"type": "string", "pattern": r"^(\d+(\.\d+)?[smhd])+$"},
            {"enum": ["none", None]},
        ]
    }

    def read(self, node: Node, origin: Origin) -> float | None:
        """Parse a value from a file. Raises `InvalidValue`."""
        if isinstance(node.content, str) and re.fullmatch(f"(?:{_DURATION.pattern})+", node.content):
            seconds = sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(node.content))
            return self._checked(seconds, shown=node.content)
        return super().read(node, origin)


class Texts(Listing[str]):
    """A list of texts; a single text is a list of one."""

    def __init__(self, expects: str) -> None:
        self.expects = expects
        self.schema: Mapping[str, Any] = {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string", "minLength": 1}}]
        }

    def read(self, node: Node, origin: Origin) -> tuple[Value[str], ...]:
        """Parse a value from a file. Raises `InvalidValue`."""
        if isinstance(node.content, str):
            return (Value(self.parse(node.content, line=node.line), origin.at(node.line)),)
        return super().read(node, origin)

    def parse(self, text: str, *, line: int | None = None) -> str:
        """Return a text. Raises `InvalidValue` if it is empty."""
        if not text.strip():
            raise InvalidValue("has an empty item", line=line)
        return text

    def plain_item(self, item: str) -> object:
        """Return the text."""
        return item


class Whole(Scalar[int]):
    """A whole number from 0."""

    expects = f"a whole number from 0 to {_MOST_RETRIES}"
    schema: Mapping[str, Any] = {"type": "integer", "minimum": 0, "maximum": _MOST_RETRIES}

    def read(self, node: Node, origin: Origin) -> int:
        """Parse a value from a file. Raises `InvalidValue`."""
        if isinstance(node.content, bool) or not isinstance(node.content, int):
            raise InvalidValue(f"must be {self.expects}, not {node.kind}", line=node.line)
        return self.read_text(node.text, origin)

    def read_text(self, text: str, origin: Origin) -> int:  # noqa: ARG002 (all types share one signature)
        """Parse a value from one text. Raises `InvalidValue`."""
        if not text.isdecimal() or int(text) > _MOST_RETRIES:
            raise InvalidValue(f"must be {self.expects}, not {text}")
        return int(text)


class _Structure:
    """The base class of types that only a file can express."""

    is_scalar = False
    is_list = False
    expects: str
    schema: Mapping[str, Any]

    def read_text(self, text: str, origin: Origin) -> Any:  # noqa: ARG002
        """Raise `InvalidValue`: one text cannot express the value."""
        raise InvalidValue(f"must be {self.expects}, not {text!r}")

    def plain(self, value: Any) -> object:
        """Return the value."""
        return value

    def written(self, value: Any) -> object:
        """Return the value."""
        return value


class Matrix(_Structure):
    """The axes of a matrix, each a name with a list of values."""

    expects = "a mapping of names, each to a list of values"
    schema: Mapping[str, Any] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": "array", "minItems": 1, "items": SCALAR},
    }

    def read(self, node: Node, origin: Origin) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        """Parse a value from a file. Raises `InvalidValue`."""
        axes: dict[str, tuple[str, ...]] = {}
        for axis, (line, values) in _entries(node, self.expects).items():
            if not isinstance(values.content, list) or not values.content:
                raise InvalidValue(f"must be {self.expects}; {axis} is {values.kind}", line=line)
            _check_name(axis, line)
            axes[axis] = tuple(scalar(f"{axis} has a value that", item) for item in values.content)
            if len({*axes[axis]}) < len(axes[axis]):
                raise InvalidValue(f"has a value twice in {axis}", line=line)
        if not axes:
            raise InvalidValue(f"must be {self.expects}, and can't be empty", line=node.line)
        return axes


class Cells(_Structure):
    """A list of cells of a matrix."""

    expects = "a list of mappings of names to values"
    schema: Mapping[str, Any] = {
        "type": "array",
        "items": {"type": "object", "minProperties": 1, "additionalProperties": SCALAR},
    }

    def read(self, node: Node, origin: Origin) -> tuple[Value[Cell], ...]:
        """Parse a value from a file. Raises `InvalidValue`."""
        if not isinstance(node.content, list):
            raise InvalidValue(f"must be {self.expects}, not {node.kind}", line=node.line)
        return tuple(Value(self._cell(item), origin.at(item.line)) for item in node.content)

    def _cell(self, node: Node) -> Cell:
        entries = _entries(node, self.expects)
        if not entries:
            raise InvalidValue(f"must be {self.expects}; one of its items is empty", line=node.line)
        for axis, (line, _) in entries.items():
            _check_name(axis, line)
        return {axis: scalar(axis, value) for axis, (_, value) in entries.items()}


class Resources(_Structure):
    """The resources that a job occupies."""

    expects = "a mapping of gpus, cpus and memory"
    schema: Mapping[str, Any] = {
        "type": "object",
        "properties": {
            "gpus": {"type": "integer", "minimum": 0},
            "cpus": {"type": "number", "minimum": 0},
            "memory": {"type": ["string", "integer"], "pattern": r"^[0-9.]+ ?[bkmgtBKMGT]?[iI]?[bB]?$"},
        },
        "additionalProperties": False,
    }

    def read(self, node: Node, origin: Origin) -> Needs:  # noqa: ARG002
        """Parse a value from a file. Raises `InvalidValue`."""
        found: dict[str, Any] = {}
        for name, (line, value) in _entries(node, self.expects).items():
            if name not in _NEEDS:
                raise InvalidValue(
                    f"has an unknown resource {name!r}",
                    hint=did_you_mean(name, known=_NEEDS) or f"the resources are {', '.join(_NEEDS)}",
                    line=line,
                )
            found[name] = self._amount(name, value)
        return Needs(**found)

    def _amount(self, name: str, node: Node) -> float | int:
        text = scalar(name, node)
        try:
            amount = read_size(text) if name == "memory" else float(text) if name == "cpus" else int(text)
        except ValueError:
            raise InvalidValue(f"has an invalid amount of {name}: {text}", line=node.line) from None
        if not 0 <= amount < float("inf"):
            raise InvalidValue(f"has an invalid amount of {name}: {text}", line=node.line)
        return amount


class BuildOf(_Structure):
    """A build: its context, or a mapping with more."""

    expects = f"a directory, or a mapping of {', '.join(_BUILD)}"
    schema: Mapping[str, Any] = {
        "anyOf": [
            {"type": "string", "minLength": 1},
            {
                "type": "object",
                "properties": {
                    **{name: {"type": "string", "minLength": 1} for name in _BUILD if name != "args"},
                    "args": {
                        "type": "object",
                        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                    },
                },
                "required": ["context"],
                "additionalProperties": False,
            },
        ]
    }

    def read(self, node: Node, origin: Origin) -> BuildDefinition:
        """Parse a value from a file. Raises `InvalidValue`."""
        if isinstance(node.content, str):
            return BuildDefinition(_text("", node))
        if not isinstance(node.content, dict):
            raise InvalidValue(f"must be {self.expects}, not {node.kind}", line=node.line)
        texts: dict[str, str] = {}
        arguments: tuple[tuple[str, Value[str | None]], ...] = ()
        for name, (line, value) in node.content.items():
            if name == "args":
                arguments = tuple(_arguments(value, origin))
            elif name in _BUILD:
                texts[name] = _text(f"{name} ", value)
            else:
                hint = did_you_mean(name, known=_BUILD) or f"it has {', '.join(_BUILD)}"
                raise InvalidValue(f"has an unknown key {name!r}", hint=hint, line=line)
        if "context" not in texts:
            raise InvalidValue("needs a context", hint="build: {context: DIRECTORY}", line=node.line)
        return BuildDefinition(
            texts["context"], texts.get("file"), texts.get("target"), texts.get("platform"), arguments
        )


def scalar(name: str, node: Node) -> str:
    """Return the text of a scalar as it was written. Raises `InvalidValue`."""
    if isinstance(node.content, str):
        return node.content
    if node.content is None or isinstance(node.content, list | dict):
        raise InvalidValue(f"{name} must be a string, a number or a boolean, not {node.kind}", line=node.line)
    return node.text


def _arguments(node: Node, origin: Origin) -> list[tuple[str, Value[str | None]]]:
    return [
        (name, Value(None if value.content is None else scalar(f"args: {name}", value), origin.at(line)))
        for name, (line, value) in _entries(node, "args: a mapping of names to values").items()
    ]


def _entries(node: Node, expects: str) -> Mapping[str, Entry]:
    if not isinstance(node.content, dict):
        raise InvalidValue(f"must be {expects}, not {node.kind}", line=node.line)
    return node.content


def _text(name: str, node: Node) -> str:
    if not isinstance(node.content, str) or not node.content.strip():
        raise InvalidValue(f"{name}must be a string that is not empty, not {node.kind}", line=node.line)
    return node.content


def _check_name(name: str, line: int) -> None:
    if not IS_PARAMETER(name):
        raise InvalidValue(f"has an invalid name {name!r}", hint="names have letters, digits, _, . and -", line=line)
