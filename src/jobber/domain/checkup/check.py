"""The checks of a report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(StrEnum):
    """The verdict of a check."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing, and not wrong."""
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    """One word, by which programs know the check; several checks may have the same one."""
    status: Status
    text: str
    hint: str | None = None
    """The remedy."""
    stops_runs: bool = False
    """Whether no run can work until this is mended."""

    def facts(self) -> dict[str, object]:
        """Return the check as JSON."""
        return {
            "name": self.name,
            "status": self.status.value,
            "text": self.text,
            "hint": self.hint,
            "stops-runs": self.stops_runs,
        }


@dataclass(frozen=True, slots=True)
class Checkup:
    """A whole report."""

    checks: tuple[Check, ...]
    facts: Mapping[str, object]
    """What was found, for programs: the value of each name is an object, or None where nothing is known."""

    @property
    def can_run(self) -> bool:
        """Whether a run could work."""
        return not any(check.stops_runs for check in self.checks)

    @property
    def problems(self) -> int:
        """The number of problems."""
        return sum(check.status is Status.PROBLEM for check in self.checks)


def ok(name: str, text: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, Status.OK, text)


def note(name: str, text: str, hint: str | None = None) -> Check:
    """Return a check that found something worth knowing."""
    return Check(name, Status.NOTE, text, hint)


def problem(name: str, text: str, hint: str | None, *, stops_runs: bool = False) -> Check:
    """Return a check that found something wrong."""
    return Check(name, Status.PROBLEM, text, hint, stops_runs)
