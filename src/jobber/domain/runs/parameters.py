"""Parameters of a run: the settings of its job by name, as found in the run record.

Parameters are the variables that Xdocker sets (`-e NAME=VALUE`) and the pairs of the command (`--name value`,
`--name=value`). If a name occurs twice, the last one counts. A pair of the command overrides a variable.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from jobber.domain.errors import InvalidOption, UsageError
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobber.domain.runs.result import RunRecord

_NAME = re.compile(r"--([A-Za-z_][\w.\-]*)").fullmatch
_NUMBER = re.compile(r"[-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?").fullmatch


def parameters_of(record: RunRecord) -> Mapping[str, str]:
    """Return the parameters of a run by name; redacted values are `***`."""
    return {**dict(_variables(record.docker_args)), **dict(_pairs(record.command or ()))}


def number_in(text: str) -> float | None:
    """Return the number that a text represents, in any notation; None if it is not a number."""
    return float(text) if _NUMBER(text) else None


@frozen
class ParameterChoice:
    """A filter for a parameter, with a given value or any value."""

    name: str
    value: str | None = None

    def fits(self, parameters: Mapping[str, str]) -> bool:
        """Return whether the parameter is among these.

        Numbers are compared by value: 0.1, .10 and 1e-1 are equal.
        """
        found = parameters.get(self.name)
        if found is None or self.value is None:
            return found is not None
        number = number_in(self.value)
        return found == self.value or (number is not None and number == number_in(found))


def parse_parameter(text: str) -> ParameterChoice:
    """Parse `NAME=VALUE` or `NAME`; two leading dashes are ignored. Raises `UsageError`."""
    name, equals, value = text.partition("=")
    name = name.removeprefix("--")
    if not name:
        raise UsageError(f"--param {text!r} has no parameter name", hint="for example --param lr=0.1")
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
    except InvalidOption:  # recorded by a newer version of jobber, with options that this one does not know
        return
