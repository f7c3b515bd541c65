"""What happens to a run's images: when a result is kept, when something is pulled."""

from __future__ import annotations

from enum import Enum
from typing import assert_never


class Outcome(Enum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    INTERRUPTED = "interrupted"
    PRUNED = "pruned"
    """Ended before its time, for it was not worth going on; no run of this version ends so."""


class ResultImagePolicy(Enum):
    """When a result image is made."""

    NONE = "none"
    SUCCESS = "success"
    ALWAYS = "always"

    def keeps(self, outcome: Outcome) -> bool:
        """Whether a run that ended so leaves a result image."""
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
    """When the image of a remote reference is pulled."""

    ALWAYS = "always"
    MISSING = "missing"
    NEVER = "never"
