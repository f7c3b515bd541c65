"""The first difference between a job and its nearest earlier result, in words."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import zip_longest
from shlex import join
from typing import TYPE_CHECKING, NamedTuple

from jobber.domain.errors import InvalidOption
from jobber.domain.images.reference import repository_of
from jobber.domain.pipelines.keys import identity_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobber.domain.runs.result import ListedResult, RunRecord

_MOST_WORDS = 4
_LONGEST = 60
_LONGEST_WORD = 32
_BEFORE = 8
"""The characters before the first difference of a long word that are shown; up to twice as many, from a blank on."""
_ALIKE = 3
"""The minimum number of equal facts, of four, for a result to count as one of the same pipeline's job."""
NEVER_RUN = "never run"


class Wanted(NamedTuple):
    """A run as a job specifies it, for comparison with records."""

    command: tuple[str, ...] | None
    words: tuple[str, ...]
    runtime: str | None
    out: str | None
    destinations: tuple[str, ...]
    sources: tuple[str, ...] = ()
    """The names of the code image and of the inputs, with or without a registry, a tag or a cell."""
    cell_tag: str = ""
    """The moving tag of the cell; empty for a job without a matrix."""


def nearest(wanted: Wanted, results: Sequence[ListedResult]) -> ListedResult | None:
    """Return the result to compare with: one of the same pipeline, then of the same cell, that differs least.

    Several pipelines may have a job of the same name. The newest result counts among equals.
    """

    def rank(result: ListedResult) -> tuple[bool, bool, int]:
        is_others = _facts_alike(wanted, result.record) < _ALIKE
        return is_others, wanted.cell_tag not in ("", *result.image.references), _distance(wanted, result.record)

    return min(results, key=rank, default=None)


def _facts_alike(wanted: Wanted, record: RunRecord) -> int:
    code, *inputs = map(_name, wanted.sources or ("",))
    program, was = ((command or ("",))[0] for command in (wanted.command, record.command))
    return sum(
        (
            code == _name(record.image.reference),
            {*inputs} == {_name(item.image.reference) for item in record.inputs},
            program == was,
            wanted.out == record.out,
        )
    )


def _name(reference: str) -> str:
    """Return the last part of a repository, which is also the name of a job."""
    return repository_of(reference.partition("[")[0]).rpartition("/")[2]


def own_difference(wanted: Wanted, record: RunRecord) -> str | None:
    """Return the first difference in the settings of the job; None if only its images can differ."""
    if wanted.command != record.command:
        return f"command: {_changed_words(record.command, wanted.command)}"
    if difference := _options_difference(wanted.words, record.docker_args):
        return difference
    for name, now_, was in (("runtime", wanted.runtime, record.runtime), ("out", wanted.out, record.out)):
        if now_ != was:
            return f"{name}: {now_ or 'none'}, was {was or 'none'}"
    return _inputs_difference(wanted, record)


def _inputs_difference(wanted: Wanted, record: RunRecord) -> str | None:
    before = {item.destination for item in record.inputs}
    now = {*wanted.destinations}
    if added := sorted(now - before):
        return f"inputs: {added[0]} is new"
    if removed := sorted(before - now):
        return f"inputs: {removed[0]} is no longer mounted"
    return None


def code_difference(name: str, now: Sequence[str], before: Sequence[str]) -> str:
    """Return the difference between two code images by their layers, bottom first.

    `before` may have more layers on top: those that the earlier run added.
    """
    for number, (layer, was) in enumerate(zip_longest(now, before[: len(now)]), 1):
        if layer != was:
            return f"image {name}: layer {number} of {len(now)} differs"
    return f"image {name}: its configuration differs"


def _distance(wanted: Wanted, record: RunRecord) -> int:
    ours, theirs = wanted.command or (), record.command or ()
    distance = 0 if ours == theirs else 1 + sum(one != other for one, other in zip_longest(ours, theirs))
    return (
        distance
        + (_identity(wanted.words) != _identity(record.docker_args))
        + (wanted.runtime != record.runtime)
        + (wanted.out != record.out)
        + ({*wanted.destinations} != {item.destination for item in record.inputs})
    )


def _identity(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    try:
        return identity_words(words)
    except InvalidOption:  # recorded by a newer version of jobber
        return tuple((word, "") for word in words)


def _options_difference(now: tuple[str, ...], before: tuple[str, ...]) -> str | None:
    ours, theirs = _identity(now), _identity(before)
    for one in ours:
        if one not in theirs:
            was = next((value for option, value in theirs if option == one[0]), None)
            return f"options: {_option(*one)}{f', was {was}' if was else ' is new'}"
    for other in theirs:
        if other not in ours:
            return f"options: {_option(*other)} is no longer given"
    return None if ours == theirs else "options: their order differs"


def _option(option: str, value: str) -> str:
    return _cut(f"{option} {value}".rstrip())


def _changed_words(before: Sequence[str] | None, now: Sequence[str] | None) -> str:
    """Return the first changed words of a command: `--epochs 20, was 10`."""
    if before is None or now is None:
        return f"{_shown(now)}, was {_shown(before)}"
    codes = SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
    tag, i, j, k, n = next(code for code in codes if code[0] != "equal")
    ours, theirs = [*now[k:n]], [*before[i:j]]
    is_value = tag == "replace" and k > 0 and now[k - 1].startswith("-") and " " not in ours[0]
    if len(ours) == len(theirs):
        ours, theirs = map(list, zip(*map(_cut_alike, ours, theirs), strict=True))
    option = [now[k - 1]] if is_value else []
    return f"{_shown([*option, *ours]) or 'nothing'}, was {_shown(theirs) or 'nothing'}"


def _cut_alike(one: str, other: str) -> tuple[str, str]:
    """Return two different words; long ones begin shortly before the first difference."""
    if max(len(one), len(other)) <= _LONGEST_WORD:
        return one, other
    pairs = enumerate(zip(one, other, strict=False))
    differs = next((index for index, (ours, theirs) in pairs if ours != theirs), min(len(one), len(other)))
    blank = one.rfind(" ", max(0, differs - 2 * _BEFORE), max(0, differs - 1))
    start = blank + 1 if blank >= 0 else max(0, differs - _BEFORE)
    return _excerpt(one, start), _excerpt(other, start)


def _excerpt(word: str, start: int) -> str:
    end = start + _LONGEST_WORD
    return f"{'…' if start else ''}{word[start:end]}{'…' if end < len(word) else ''}"


def _shown(words: Iterable[str] | None) -> str:
    if words is None:
        return "that of the image"
    listed = [*words]
    return _cut(join(listed[:_MOST_WORDS]) + (" …" if len(listed) > _MOST_WORDS else ""))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
