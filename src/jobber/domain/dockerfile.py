"""Which images a Dockerfile asks for: as much as is needed to know the registries that a build turns to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.domain.reference import reference_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.domain.reference import ImageReference

_CONTINUED = re.compile(r"[\\`][ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")
_FROM = re.compile(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?", re.IGNORECASE)
_ARGUMENT = re.compile(r"^[ \t]*ARG[ \t]+(.+)", re.IGNORECASE)
_DEFAULT = re.compile(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S*)")
_COPIED = re.compile(
    r"^[ \t]*(?:COPY|ADD)[ \t][^\n]*?--from=(\S+)|^[ \t]*RUN[ \t][^\n]*?--mount=\S*?\bfrom=([^\s,]+)",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?:(:?[-+])([^}]*))?\}|(\w+))")


def base_references(text: str, *, arguments: Mapping[str, str | None]) -> tuple[ImageReference, ...]:
    """The images that the Dockerfile builds on or copies from, as far as they can be told without building it."""
    values: dict[str, str] = {}
    stages: set[str] = set()
    found: dict[ImageReference, None] = {}
    for line in _CONTINUED.sub(" ", text).splitlines():
        if declared := _ARGUMENT.match(line):
            for name, default in _DEFAULT.findall(declared[1]):
                values[name] = arguments.get(name) or _filled(default.strip("\"'"), values)
            continue
        for word in _images(line):
            name = _filled(word, {**values, **{k: v for k, v in arguments.items() if v is not None}})
            if name.lower() not in stages and not name.isdecimal() and (reference := reference_in(name)):
                found[reference] = None
        if (base := _FROM.match(line)) and base[2]:
            stages.add(base[2].lower())
    return tuple(found)


def _images(line: str) -> Iterator[str]:
    if base := _FROM.match(line):
        yield base[1]
    elif copied := _COPIED.match(line):
        yield copied[1] or copied[2]


def _filled(word: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        known = values.get(match[1] or match[4], "")
        if match[2] in ("-", ":-"):
            return known or str(match[3])
        if match[2] in ("+", ":+"):
            return str(match[3]) if known else ""
        return known

    return _VARIABLE.sub(value, word)
