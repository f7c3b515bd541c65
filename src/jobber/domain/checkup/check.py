"""The checks of a report."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(StrEnum):
    """The verdict of a check."""

    OK = "ok"
    NOTE = "note"
    """A remark that is not a problem."""
    PROBLEM = "problem"


@frozen
class Check:
    """The result of one check."""

    name: str
    """The check's name: one word, for programs; several checks may have the same name."""
    status: Status
    text: str
    hint: str | None = None
    """The action that solves the problem; None if there is none."""
    stops_runs: bool = False
    """True if no run can work until the problem is solved."""

    def facts(self) -> dict[str, object]:
        """Return the check as a JSON object."""
        return {
            "name": self.name,
            "status": self.status.value,
            "text": self.text,
            "hint": self.hint,
            "stops-runs": self.stops_runs,
        }


@frozen
class Checkup:
    """A whole report."""

    checks: tuple[Check, ...]
    facts: Mapping[str, object]
    """The findings for programs: each name has an object as its value, or None if nothing is known."""

    @property
    def can_run(self) -> bool:
        """True if a run could work."""
        return not any(check.stops_runs for check in self.checks)

    @property
    def problems(self) -> int:
        """The number of problems."""
        return sum(check.status is Status.PROBLEM for check in self.checks)


def ok(name: str, text: str) -> Check:
    """Return a check without findings."""
    return Check(name, Status.OK, text)


def note(name: str, text: str, hint: str | None = None) -> Check:
    """Return a check with a remark that is not a problem."""
    return Check(name, Status.NOTE, text, hint)


def problem(name: str, text: str, hint: str | None, *, stops_runs: bool = False) -> Check:
    """Return a check with a problem."""
    return Check(name, Status.PROBLEM, text, hint, stops_runs)
