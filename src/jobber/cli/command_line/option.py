"""The declaration of options in the annotations of commands, without the library that prints their help."""

from __future__ import annotations

from typing import Any


class Option:
    """The spellings of an option: `Annotated[str | None, Option("--tag", "-t")]`.

    An option without this declaration has one spelling, that of its parameter: `no_push` is `--no-push`.
    """

    __slots__ = ("group", "names", "variable")

    def __init__(self, *names: str, group: str | None = None, variable: str | None = None) -> None:
        """Declare an option.

        Args:
            names: The spellings; without any, that of the parameter.
            group: The heading of the option in the help.
            variable: The environment variable whose value applies if the option is not given.

        """
        self.names, self.group, self.variable = names, group, variable


def spelling_of(parameter: str) -> str:
    """Return the spelling of a parameter's option.

    Examples:
        >>> spelling_of("no_push"), spelling_of("in_")
        ('--no-push', '--in')

    """
    return "--" + parameter.strip("_").replace("_", "-")


def option_of(hint: Any) -> Option | None:
    """Return the declaration in an annotation."""
    return next((one for one in getattr(hint, "__metadata__", ()) if isinstance(one, Option)), None)
