"""The policies for creating a result image."""

from __future__ import annotations

import pytest

from jobber.domain.runs.policy import Outcome, PullPolicy, ResultImagePolicy


@pytest.mark.parametrize("outcome", Outcome)
def test_always_keeps_whatever_the_outcome(outcome: Outcome) -> None:
    assert ResultImagePolicy.ALWAYS.keeps(outcome)


@pytest.mark.parametrize("outcome", Outcome)
def test_none_never_keeps(outcome: Outcome) -> None:
    assert not ResultImagePolicy.NONE.keeps(outcome)


def test_success_keeps_after_success() -> None:
    assert ResultImagePolicy.SUCCESS.keeps(Outcome.SUCCEEDED)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.SUCCEEDED])
def test_success_keeps_after_nothing_else(outcome: Outcome) -> None:
    assert not ResultImagePolicy.SUCCESS.keeps(outcome)


def test_policies_are_spelled_as_the_command_line_takes_them() -> None:
    spellings = [policy.value for policy in ResultImagePolicy], [policy.value for policy in PullPolicy]

    assert spellings == (["none", "success", "always"], ["always", "missing", "never"])


def test_outcomes_are_spelled_as_the_run_record_has_them() -> None:
    assert [outcome.value for outcome in Outcome] == ["succeeded", "failed", "timed-out", "interrupted", "pruned"]
