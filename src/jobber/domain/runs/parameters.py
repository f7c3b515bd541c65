"""Parameters of a run: what its record says of the settings that a job was given, by name.

They are the variables that Xdocker sets (`-e NAME=VALUE`) and the pairs of the command (`--name value`,
`--name=value`); of one name twice the last counts, and the command's goes before a variable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from jobber.domain.errors import InvalidOption, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobber.domain.runs.result import RunRecord

_NAME = re.compile(r"--([A-Za-z_][\w.\-]*)").fullmatch
_NUMBER = re.compile(r"[-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?").fullmatch


def parameters_of(record: RunRecord) -> Mapping[str, str]:
    """The parameters of a run, by name; masked values are `***`."""
    return {**dict(_variables(record.docker_args)), **dict(_pairs(record.command or ()))}


def number_in(text: str) -> float | None:
    """The number that a text is, however it is written; None for another text."""
    return float(text) if _NUMBER(text) else None


@dataclass(frozen=True, slots=True)
class ParameterChoice:
    """A parameter that is wanted, with a value or with any."""

    name: str
    value: str | None = None

    def fits(self, parameters: Mapping[str, str]) -> bool:
        """Whether it is among these; numbers are compared as such: 0.1, .10 and 1e-1 are one."""
        found = parameters.get(self.name)
        if found is None or self.value is None:
            return found is not None
        number = number_in(self.value)
        return found == self.value or (number is not None and number == number_in(found))


def parse_parameter(text: str) -> ParameterChoice:
    """Read `NAME=VALUE` or `NAME`; two dashes before it don't matter. Raises `UsageError`."""
    name, equals, value = text.partition("=")
    name = name.removeprefix("--")
    if not name:
        raise UsageError(f"--param {text!r} names no parameter", hint="for example --param lr=0.1")
    return ParameterChoice(name, value if equals else None)


def _pairs(command: Sequence[str]) -> Iterator[tuple[str, str]]:
    for word, following in pairwise((*command, "--")):
        option, equals, value = word.partition("=")
        name = _NAME(option)
        if name is None:
            continue
        if equals:
            yield name[1], value
        elif not following.startswith("-") or _NUMBER(following):
            yield name[1], following


def _variables(docker_args: Sequence[str]) -> Iterator[tuple[str, str]]:
    from jobber.domain.docker_options.table import SPELLINGS
    from jobber.domain.docker_options.tokens import read_words

    try:
        for word in read_words(docker_args, SPELLINGS):
            name, equals, value = word.value.partition("=")
            if word.option == "--env" and equals:
                yield name, value
    except InvalidOption:  # of a jobber that knows more options than this one
        return
