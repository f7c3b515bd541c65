"""Split words into options as docker's command line does: long, short and combined short options, attached values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jobber.domain.errors import InvalidOption, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OURS = frozenset(
    "-i --interactive -t --tty -d --detach -a --attach --rm --cidfile --restart --detach-keys --sig-proxy --pull"
    " -q --quiet".split()
)
"""Options that jobber itself controls."""

_TERMINAL = (
    "omit it: the job gets a terminal if stdin, stdout and stderr are one; otherwise run jobber under `script`:"
    " script -qec 'jobber run …' /dev/null"
)


class Spellings(NamedTuple):
    """The spellings of all options."""

    canonical: Mapping[str, str]
    """The canonical name of each spelling, which error messages use."""
    flags: frozenset[str]
    """Canonical names of the options without a value."""


class OptionWord(NamedTuple):
    """One option as it was written."""

    option: str
    value: str
    words: tuple[str, ...]
    """The words of the option; empty if it shares its word with the option after it."""
    prefix: str
    """The text before the value in the last of these words."""


def split_words(text: str) -> tuple[str, ...]:
    """Split a text as a shell does. Raises `UsageError` for an unclosed quote."""
    import shlex

    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        from jobber.domain.docker_options.secrets import masked_text

        shown = masked_text(text)
        raise UsageError(f"Xdocker {shown!r} can't be split into words: {str(error).lower()}") from None


def read_words(words: Sequence[str], spellings: Spellings) -> Iterator[OptionWord]:
    """Yield each option with its value. Raises `InvalidOption`."""
    position = 0
    while position < len(words):
        word = words[position]
        following = words[position + 1] if position + 1 < len(words) else None
        if not word.startswith("-") or word in ("-", "--"):
            raise InvalidOption(
                repr(word), why="it is not an option", hint="the job's command follows IMAGE and is not part of Xdocker"
            )
        reader = _read_long if word.startswith("--") else _read_short
        read = [*reader(word, following, spellings)]
        yield from read
        position += len(read[-1].words)


def _read_long(word: str, following: str | None, spellings: Spellings) -> Iterator[OptionWord]:
    name, equals, value = word.partition("=")
    option = _known(name, spellings)
    if equals:
        yield OptionWord(option, value, (word,), f"{name}=")
    elif option in spellings.flags:
        yield OptionWord(option, "true", (word,), "")
    else:
        yield _with_following(name, option, word, following)


def _read_short(word: str, following: str | None, spellings: Spellings) -> Iterator[OptionWord]:
    """Read `-u me`, `-ume`, `-u=me`, and combined options such as `-Pu me`."""
    letters = word[1:]
    while letters:
        name, rest = f"-{letters[0]}", letters[1:]
        option = _known(name, spellings)
        if len(rest) > 1 and rest.startswith("="):
            yield OptionWord(option, rest[1:], (word,), word[: len(word) - len(rest) + 1])
            return
        if option not in spellings.flags:
            if rest:
                yield OptionWord(option, rest, (word,), word[: len(word) - len(rest)])
            else:
                yield _with_following(name, option, word, following)
            return
        yield OptionWord(option, "true", (word,) if not rest else (), "")
        letters = rest


def _with_following(name: str, option: str, word: str, following: str | None) -> OptionWord:
    if following is None:
        raise InvalidOption(name, why="its value is missing")
    return OptionWord(option, following, (word, following), "")


def _known(name: str, spellings: Spellings) -> str:
    if name in OURS:
        hint = _TERMINAL if name in ("-t", "--tty") else "omit it"
        raise InvalidOption(name, why="it is reserved for jobber", hint=hint)
    option = spellings.canonical.get(name)
    if option is None:
        import difflib

        near = difflib.get_close_matches(name, [*spellings.canonical, *OURS], n=1)
        raise InvalidOption(
            name,
            why="unknown option",
            hint=f"did you mean {near[0]}?" if near else "`docker run --help` lists the options",
        )
    return option
