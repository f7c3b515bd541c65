"""Words, and the options that they spell: the rules of docker's flag library.

Knows how options are written, and nothing of what they mean.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from jobber.domain.errors import InvalidOption, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

_SECRET = re.compile(r".*(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL).*|.*_KEY", re.IGNORECASE | re.DOTALL)
_OURS = frozenset(
    "-i --interactive -t --tty -d --detach -a --attach --rm --cidfile --restart --detach-keys --sig-proxy --pull"
    " -q --quiet".split()
)
_REFUSED = {
    "--platform": "the image decides about it; name an image of that platform",
    "--disable-content-trust": "it is no property of a container",
    "--use-api-socket": "it is docker's own command line that does it, not the engine",
    **dict.fromkeys(
        ("--cpu-count", "--cpu-percent", "--io-maxbandwidth", "--io-maxiops", "--isolation"),
        "it is for Windows containers only",
    ),
    **dict.fromkeys(("--help",), "`docker run --help` tells of the options"),
}


class Spellings(NamedTuple):
    """All options there are, by how they are written."""

    options: Mapping[str, str]
    """Every spelling and the option's first one."""
    flags: Collection[str]
    """First spellings of those that need no value."""


class Word(NamedTuple):
    """One option as it was written."""

    option: str
    value: str
    words: tuple[str, ...]
    """The words that it was read from; empty for a flag that stands before others in one word."""
    prefix: str = ""
    """What stands before the value in the last of these words."""


def split_words(text: str) -> tuple[str, ...]:
    """Split as a shell does. Raises `UsageError` for quotes that don't close."""
    import shlex

    try:
        return tuple(shlex.split(text))
    except ValueError as error:  # the text is not shown: it may hold secrets
        raise UsageError(
            f"Xdocker can't be split into words: {str(error).lower()}", hint="quote as for a shell"
        ) from None


def reads_as_secret(name: str) -> bool:
    """Whether a variable's name says that its value is nobody's business."""
    return _SECRET.fullmatch(name) is not None


def read_words(words: Sequence[str], *, spellings: Spellings) -> Iterator[Word]:
    """Find the options in words. Raises `InvalidOption`."""
    position = 0
    while position < len(words):
        following = words[position + 1] if position + 1 < len(words) else None
        for word in _read(words[position], following, spellings):
            yield word
            position += len(word.words)


def _read(word: str, following: str | None, spellings: Spellings) -> Iterator[Word]:
    if word.startswith("--") and word != "--":
        return _read_long(word, following, spellings)
    if word.startswith("-") and word not in ("-", "--"):
        return _read_short(word, following, spellings)
    name, equals, _ = word.partition("=")
    raise InvalidOption(
        repr(f"{name}=***" if equals and reads_as_secret(name) else word),
        why="it is no option",
        hint="the job's command stands behind IMAGE, not in Xdocker",
    )


def _read_long(word: str, following: str | None, spellings: Spellings) -> Iterator[Word]:
    name, equals, value = word.partition("=")
    option = _known(name, spellings)
    if equals:
        yield Word(option, value, (word,), f"{name}=")
    elif option in spellings.flags:
        yield Word(option, "true", (word,))
    elif following is None:
        raise InvalidOption(name, why="its value is missing")
    else:
        yield Word(option, following, (word, following))


def _read_short(word: str, following: str | None, spellings: Spellings) -> Iterator[Word]:
    """Read `-u me`, `-ume`, `-u=me` and bunches such as `-Pu me`, where only the last takes a value."""
    for place in range(1, len(word)):
        name, rest = f"-{word[place]}", word[place + 1 :]
        option = _known(name, spellings)
        if option in spellings.flags and not rest.startswith("="):
            yield Word(option, "true", () if rest else (word,))
            continue
        if rest:
            value = rest.removeprefix("=") if len(rest) > 1 else rest
            yield Word(option, value, (word,), word[: len(word) - len(value)])
        elif following is None:
            raise InvalidOption(name, why="its value is missing")
        else:
            yield Word(option, following, (word, following))
        return


def _known(name: str, spellings: Spellings) -> str:
    if name in _OURS:
        raise InvalidOption(name, why="jobber itself decides about it", hint="leave it out")
    if name in _REFUSED:
        raise InvalidOption(name, why=_REFUSED[name], hint="leave it out")
    option = spellings.options.get(name)
    if option is None:
        import difflib

        near = difflib.get_close_matches(name, spellings.options, n=1)
        raise InvalidOption(name, why="it is not known", hint=f"did you mean {near[0]}?" if near else None)
    return option
