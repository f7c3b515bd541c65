"""The arguments of a command's function, from a split command line and the function's annotations.

cyclopts does the same from the same annotations, but its import takes a third of the CPU time of `jobber ps`. So it is
used for what is rare: command lines that are wrong, whose errors it explains, and the help of a command.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from enum import Enum
from inspect import Parameter, signature
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from jobber.cli.command_line.option import Option, option_of, spelling_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jobber.cli.command_line.split_arguments import CommandLine


class NotUnderstood(Exception):
    """A command line that is wrong, or that only cyclopts understands."""


class _Target:
    """A place for the value of an option: a parameter of the function, or a field of a group of options."""

    def __init__(self, name: str, hint: Any, values: dict[str, Any]) -> None:
        self.name, self.values = name, values
        self.type = hint
        self.option = option_of(hint) or Option()

    @property
    def spellings(self) -> tuple[str, ...]:
        return self.option.names or (spelling_of(self.name),)

    def take(self, text: str | None) -> None:
        """Set the value to that of an option, whose text is None for a flag; add it if the option may be repeated."""
        kind, is_repeated = _single(self.type)
        if (text is None) is not (kind is bool) or (self.name in self.values and not is_repeated):
            raise NotUnderstood
        content = True if text is None else _converted(text, kind)
        self.values[self.name] = (*self.values.get(self.name, ()), content) if is_repeated else content


def arguments_of(
    command: Callable[..., Any], line: CommandLine, *, environment: Mapping[str, str]
) -> tuple[list[Any], dict[str, Any]]:
    """Return the positional and the named arguments for a call of the command. Raises `NotUnderstood`."""
    hints = get_type_hints(command, include_extras=True)
    parameters = signature(command).parameters.values()
    named: dict[str, Any] = {}
    groups: dict[str, tuple[type, dict[str, Any]]] = {}
    targets: dict[str, _Target] = {}
    for parameter in parameters:
        if parameter.kind is Parameter.KEYWORD_ONLY:
            group = _group(hints[parameter.name])
            values = named
            if group is not None:
                values = {}
                groups[parameter.name] = group, values
            for target in _targets(parameter.name, hints, group, values):
                targets |= dict.fromkeys(target.spellings, target)
    _read_options(line, targets)
    _read_variables(targets, environment)
    named |= {name: group(**values) for name, (group, values) in groups.items() if values}
    if any(one.default is one.empty and one.name not in named for one in parameters if one.kind is one.KEYWORD_ONLY):
        raise NotUnderstood
    return list(_operands(list(parameters), hints, [*line.operands, *line.rest])), named


def _group(hint: Any) -> type | None:
    """Return the class of a group of options, which is a dataclass."""
    kind, _ = _single(hint)
    return kind if is_dataclass(kind) and isinstance(kind, type) else None


def _targets(name: str, hints: Mapping[str, Any], group: type | None, values: dict[str, Any]) -> Iterator[_Target]:
    if group is None:
        yield _Target(name, hints[name], values)
        return
    for field, hint in get_type_hints(group, include_extras=True).items():
        yield _Target(field, hint, values)


def _read_options(line: CommandLine, targets: Mapping[str, _Target]) -> None:
    for word in line.options:
        spelling, equals, text = word.partition("=")
        if spelling not in targets:
            raise NotUnderstood
        targets[spelling].take(text if equals else None)


def _read_variables(targets: Mapping[str, _Target], environment: Mapping[str, str]) -> None:
    for target in targets.values():
        text = environment.get(target.option.variable or "")
        if text is not None and target.name not in target.values:
            target.take(text)


def _operands(parameters: list[Parameter], hints: Mapping[str, Any], words: list[str]) -> Iterator[Any]:
    """Yield the values of the positional parameters, of which the last may take all remaining words."""
    for parameter in parameters:
        kind, _ = _single(hints[parameter.name])
        if parameter.kind is Parameter.VAR_POSITIONAL:
            yield from (_converted(word, kind) for word in words)
            words = []
        elif parameter.kind is Parameter.POSITIONAL_ONLY and words:
            yield _converted(words.pop(0), kind)
        elif parameter.kind is Parameter.POSITIONAL_ONLY and parameter.default is Parameter.empty:
            raise NotUnderstood
    if words:
        raise NotUnderstood


def _single(hint: Any) -> tuple[Any, bool]:
    """Return the type of one value, and whether there may be several: `tuple[str, ...]`."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, UnionType):
        hint = next(one for one in get_args(hint) if one is not type(None))
    return (get_args(hint)[0], True) if get_origin(hint) is tuple else (hint, False)


def _converted(text: str, kind: Any) -> Any:
    """Return the value of a text; a choice is named by its exact spelling."""
    if kind is str or kind is Path:
        return kind(text)
    if kind is int and text.isascii() and text.isdecimal():
        return int(text)
    choices: dict[str, Any] = {}
    if isinstance(kind, type) and issubclass(kind, Enum):
        choices = {member.value: member for member in kind}
    elif get_origin(kind) is Literal:
        choices = {choice: choice for choice in get_args(kind)}
    if text not in choices:
        raise NotUnderstood
    return choices[text]
