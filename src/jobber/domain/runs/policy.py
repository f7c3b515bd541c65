"""Policies of a run: when to keep a result image, and when to pull an image."""

from __future__ import annotations

from enum import Enum
from typing import assert_never


class Outcome(Enum):
    """The outcome of a run."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    INTERRUPTED = "interrupted"
    PRUNED = "pruned"
    """The run was ended early because it was not worth continuing. This version of jobber never sets it."""


class ResultImagePolicy(Enum):
    """The policy for creating a result image."""

    NONE = "none"
    SUCCESS = "success"
    ALWAYS = "always"

    def keeps(self, outcome: Outcome) -> bool:
        """Return whether a run with this outcome gets a result image."""
        match self:
            case ResultImagePolicy.NONE:
                return False
            case ResultImagePolicy.SUCCESS:
                return outcome is Outcome.SUCCEEDED
            case ResultImagePolicy.ALWAYS:
                return True
            case _ as never:
                assert_never(never)


class PullPolicy(Enum):
    """The policy for pulling the image of a remote reference."""

    ALWAYS = "always"
    MISSING = "missing"
    NEVER = "never"
