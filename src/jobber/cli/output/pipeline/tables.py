"""Jobs of a pipeline as tables and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.cli.output.table import Column, table_lines, terminal_width
from jobber.domain.pipelines.outcome import JobState
from jobber.domain.runs.keys import KEY_TAG
from jobber.session.humanize import duration_in_words, short_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobber.domain.pipelines.decision import Decision
    from jobber.domain.pipelines.outcome import JobOutcome

_STATUS = (Column("JOB", least=12), Column("STATE"), Column("WHY", least=20))
_OUTCOMES = (Column("JOB", least=12), Column("STATE"), Column("TIME", is_number=True), Column("RESULT", least=20))


def status_lines(decisions: Iterable[Decision]) -> Iterator[str]:
    """Yield a table of the states of jobs, with the reasons."""
    rows = [(it.job.id, it.state.value, it.why) for it in decisions]
    yield from table_lines(_STATUS, rows, width=terminal_width())


def outcome_lines(outcomes: Iterable[JobOutcome]) -> Iterator[str]:
    """Yield a table of the outcomes of jobs."""
    rows = [(it.job.id, it.state.value, _took(it), _result(it) or it.why) for it in outcomes]
    yield from table_lines(_OUTCOMES, rows, width=terminal_width())


def status_facts(decisions: Iterable[Decision]) -> dict[str, Any]:
    """Return the states of jobs as a JSON object."""
    return {"jobs": [_decision_facts(decision) for decision in decisions]}


def outcome_facts(outcomes: Iterable[JobOutcome]) -> dict[str, Any]:
    """Return the outcomes of jobs as a JSON object."""
    return {
        "jobs": [
            {
                "job": it.job.id,
                "state": it.state.value,
                "why": it.why or None,
                "id": it.image,
                "tags": list(it.tags),
                "registry": it.remote or None,
                "seconds": round(it.seconds, 3),
                "exit-status": it.exit_status,
                "error": None if it.error is None else it.error.what,
            }
            for it in outcomes
        ]
    }


def sentence_of(outcome: JobOutcome) -> str:
    """Return the outcome of a job in a few words."""
    match outcome.state:
        case JobState.SUCCEEDED | JobState.BUILT:
            return f"{outcome.state.value} after {duration_in_words(outcome.seconds)}: {_result(outcome)}"
        case JobState.REUSED | JobState.FRESH:
            return f"fresh, {outcome.why}: {_result(outcome)}"
        case _:
            result = f", result {_result(outcome)}" if outcome.image else ""
            return f"{outcome.state.value}: {outcome.why}{result}"


def _result(outcome: JobOutcome) -> str:
    if outcome.tags:
        own = [tag for tag in outcome.tags if not tag.rpartition(":")[2].startswith(KEY_TAG)]
        moving = str(outcome.job.moving)
        return moving if moving in own else next(iter(own), outcome.tags[0])
    if outcome.image is not None:
        return short_id(outcome.image)
    return outcome.remote


def _took(outcome: JobOutcome) -> str:
    return duration_in_words(outcome.seconds) if outcome.seconds else ""


def _decision_facts(decision: Decision) -> dict[str, Any]:
    listed = decision.image
    return {
        "job": decision.job.id,
        "state": decision.state.value,
        "why": decision.why or None,
        "recipe-key": decision.recipe or None,
        "id": listed.id if listed else None,
        "tags": list(listed.references) if listed else [],
        "registry": decision.remote or None,
        "needs": list(decision.job.upstream),
    }
