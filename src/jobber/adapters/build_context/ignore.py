"""`.dockerignore`, with Docker's rules.

The rules are those of moby's pattern matcher (docs: "Dockerfile reference, .dockerignore file"). Patterns are applied
in order; the last one that matches a path or one of its parents decides. docker-py has a matcher too. It treats `**`,
escapes and invalid patterns differently, and its import takes 180 ms.
"""

from __future__ import annotations

import posixpath
import re
import warnings
from typing import TYPE_CHECKING

from jobber.domain.errors import UsageError
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_LITERAL = frozenset(".+()|{}$^")
_WILDCARDS = frozenset("*?[]^\\")


@frozen
class Pattern:
    """One pattern (line) of the file."""

    text: str
    excepts: bool
    """True if the pattern is an exception (`!`) to earlier patterns."""
    matches: re.Pattern[str]

    @property
    def has_wildcards(self) -> bool:
        """True if the pattern has wildcards other than a trailing `/*` or `/**`."""
        return not _WILDCARDS.isdisjoint(self.text.removesuffix("/**").removesuffix("/*"))


@frozen
class Ignore:
    """All patterns of a file, in order."""

    patterns: tuple[Pattern, ...] = ()

    def ignores(self, path: str) -> bool:
        """Return whether a path is ignored. The path is relative and has no trailing slash."""
        paths = [path, *_parents(path)]
        ignored = False
        for pattern in self.patterns:
            if pattern.excepts is ignored and any(map(pattern.matches.fullmatch, paths)):
                ignored = not pattern.excepts
        return ignored

    def may_except_below(self, directory: str) -> bool:
        """Return whether an ignored directory may contain exceptions, so that it must be searched.

        The rule is that of BuildKit and Podman: an exception with wildcards (`!**/x`) may apply to any directory.
        Docker's older builder searched only directories that are a literal prefix of an exception.
        """
        start = directory + "/"
        return any(
            pattern.excepts and (pattern.has_wildcards or (pattern.text + "/").startswith(start))
            for pattern in self.patterns
        )

    def sparing(self, *names: str) -> Ignore:
        """Return the same rules, with exceptions for these files, because the builder itself reads them."""
        added = tuple(_pattern(_escape(name), excepts=True) for name in names if self.ignores(name))
        return Ignore((*self.patterns, *added))


def parse_ignore(text: str, *, name: str = ".dockerignore") -> Ignore:
    """Parse the text of an ignore file. Raises `UsageError`, which names the line of an invalid pattern."""
    patterns = []
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if raw.startswith("#"):
            continue
        line = raw.strip()
        excepts = line.startswith("!")
        word = line[1:].strip() if excepts else line
        if not word:
            if excepts:
                raise UsageError(f"{name}:{number}: '!' stands alone", hint="add a pattern after it, or remove it")
            continue
        try:
            patterns.append(_pattern(_clean(word), excepts=excepts))
        except (ValueError, re.error):
            raise UsageError(
                f"{name}:{number}: {raw!r} is not a valid pattern",
                hint="close its bracket, or escape it with \\",
            ) from None
    return Ignore(tuple(patterns))


def _clean(word: str) -> str:
    cleaned = "/" + posixpath.normpath(word).lstrip("/") if word.startswith("/") else posixpath.normpath(word)
    return cleaned[1:] if len(cleaned) > 1 and cleaned.startswith("/") else cleaned


def _pattern(text: str, *, excepts: bool) -> Pattern:
    ending = text.removeprefix("**")
    if ending != text and not ending.startswith("/") and _WILDCARDS.isdisjoint(ending):
        # `**.py` matches all names with this suffix, not only files with exactly this name
        return Pattern(text, excepts, re.compile(f".*{re.escape(ending)}", re.DOTALL))
    with warnings.catch_warnings():  # `[[]` may get another meaning in a future Python
        warnings.simplefilter("ignore", FutureWarning)
        return Pattern(text, excepts, re.compile("".join(_pieces(text)), re.DOTALL))


def _pieces(text: str) -> Iterator[str]:
    """Yield the parts of the regular expression of a pattern. Raises `ValueError` for an invalid pattern."""
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if text.startswith("**", position - 1):
            position += 1
            if text.startswith("/", position):
                position += 1
            yield ".*" if position >= len(text) else "(?:.*/)?"
        elif character == "*":
            yield "[^/]*"
        elif character == "?":
            yield "[^/]"
        elif character == "[":
            end = _end_of_class(text, position)
            yield f"(?!/)[{text[position:end]}]"
            position = end + 1
        elif character == "\\":
            if position == len(text):
                raise ValueError(text)
            yield re.escape(text[position])
            position += 1
        else:
            yield re.escape(character) if character in _LITERAL else character


def _end_of_class(text: str, start: int) -> int:
    """Return the end of the `[…]` that begins before `start`. Raises `ValueError` if it is unclosed or empty."""
    position = start + (1 if text.startswith("^", start) else 0)
    first = position
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text[position] == "]" and position > first:
            return position
        elif text[position] == "]":
            break
        else:
            position += 1
    raise ValueError(text)


def _parents(path: str) -> Iterator[str]:
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)


def _escape(name: str) -> str:
    return re.sub(r"([*?\[\]\\])", r"\\\1", name)
