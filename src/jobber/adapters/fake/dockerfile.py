"""How the fake reads a Dockerfile: instructions, their words and variables."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))")


def instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Lines with their numbers, comments gone and continuations joined."""
    pending, start = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or (not line.strip() and not pending):
            continue
        start = start if pending else number
        if line.rstrip().endswith("\\"):
            pending += line.rstrip()[:-1] + " "
            continue
        word, _, rest = (pending + line).strip().partition(" ")
        pending = ""
        yield start, word.upper(), rest.strip()


def command(rest: str) -> tuple[str, ...]:
    """What is executed: words in JSON, or a line for a shell. Raises `ValueError`."""
    return tuple(json.loads(rest)) if rest.startswith("[") else ("/bin/sh", "-c", rest)


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """`NAME=VALUE NAME=VALUE`, or the old `NAME VALUE`."""
    words = shlex.split(text)
    if words and "=" not in words[0]:
        yield words[0], " ".join(words[1:])
        return
    for word in words:
        name, _, value = word.partition("=")
        yield name, value


def unquote(text: str) -> str:
    """A word without its quotes."""
    return shlex.split(text)[0] if text else ""


def expand(text: str, variables: Mapping[str, str]) -> str:
    """A text with the values of `$NAME`, `${NAME}` and `${NAME:-DEFAULT}` in it."""
    return _VARIABLE.sub(lambda m: variables.get(m[1] or m[3]) or m[2] or "", text)
