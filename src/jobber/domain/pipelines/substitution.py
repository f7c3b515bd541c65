"""Parameters in words: `${name}` is replaced once, and `$${` stands for `${`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_VARIABLE = re.compile(r"\$\$\{|\$\{([^{}]*)\}")


def substitute(word: str, values: Mapping[str, str]) -> str:
    """Return a word with its parameters replaced. The result is still one word, whatever the values contain.

    Undeclared parameters stay as they are; `variables_in` finds them.
    """
    if "${" not in word:
        return word

    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        return "${" if name is None else values.get(name.strip(), match[0])

    return _VARIABLE.sub(replaced, word)


def variables_in(word: str) -> Iterator[str]:
    """Yield the names of the parameters in a word."""
    return (match[1].strip() for match in _VARIABLE.finditer(word) if match[1] is not None)
