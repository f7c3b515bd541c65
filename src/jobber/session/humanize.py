"""Human-readable text for runs: durations, commands, outcomes, image names."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from jobber.domain.images.reference import parse_image_id
from jobber.domain.runs.policy import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.runs.record import RunEnding

_KILLED = 137
"""The exit status of a job whose first process was killed by the kernel: it adds nothing to "out of memory"."""


def short_id(id_: str) -> str:
    """Return an ID in the short form that engines print."""
    return id_.removeprefix("sha256:")[:12]


def image_name(reference: str) -> str:
    """Return a reference without `:latest`, or an ID in its short form."""
    return short_id(reference) if parse_image_id(reference) else reference.removesuffix(":latest")


def tags_in_short(tags: Sequence[str]) -> str:
    """Return tags, the one with a time first; further tags of the same repository without the repository."""
    ordered = sorted(tags, key=lambda tag: (tag.endswith(":latest-run"), tag))
    shown: list[str] = []
    for tag in ordered:
        repository, _, last = tag.rpartition(":")
        is_same = shown and ordered[0].rpartition(":")[0] == repository
        shown.append(f":{last}" if is_same else tag)
    return ", ".join(shown)


def command_line(command: Sequence[str] | None) -> str:
    """Return a command as a shell command line; empty for the image's own command."""
    return "" if command is None else shlex.join(command)


def outcome_in_words(ending: RunEnding) -> str:
    """Return the outcome of a run, with the exit status unless it is 0, and a note if memory ran out."""
    if ending.outcome is Outcome.SUCCEEDED or ending.exit_status == 0:
        return ending.outcome.value
    if not ending.out_of_memory:
        return f"{ending.outcome.value} ({ending.exit_status})"
    status = "" if ending.exit_status == _KILLED else f"{ending.exit_status}, "
    return f"{ending.outcome.value} ({status}out of memory)"


def duration_in_words(seconds: float) -> str:
    """Return a duration in words: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 13 min`, `4 d 2 h`."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    for size, unit, smaller, small_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit} {rest} {small_unit}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"


def age_in_words(seconds: float) -> str:
    """Return an age in its largest unit, in words."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}s"
    whole = max(0, round(seconds))
    return f"{whole} second{'' if whole == 1 else 's'}"


def age_in_short(seconds: float) -> str:
    """Return an age in its largest unit, abbreviated: `8 s`, `3 min`, `2 h`, `12 d`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def number_in_words(number: float) -> str:
    """Return a metric with up to six significant digits."""
    return str(number) if isinstance(number, int) else f"{number:.6g}"
