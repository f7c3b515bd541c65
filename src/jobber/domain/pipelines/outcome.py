"""The outcome of a job in one run of a pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.domain.errors import JobberError
    from jobber.domain.images.reference import ImageId
    from jobber.domain.pipelines.job import Job


class JobState(Enum):
    """The state of a job at the end of a run of its pipeline."""

    FRESH = "fresh"
    """Nothing was done: a result existed."""
    REUSED = "reused"
    """The content turned out to be known after the jobs upstream had run."""
    BUILT = "built"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """The job failed by itself, or its build did."""
    BROKEN = "error"
    """jobber or the engine failed."""
    INTERRUPTED = "interrupted"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """The outcome of one job."""

    job: Job
    state: JobState
    why: str = ""
    image: ImageId | None = None
    """The result, or the built image; None if there is none on the engine."""
    remote: str = ""
    """The reference of a result that is only in its registry."""
    tags: tuple[str, ...] = ()
    seconds: float = 0.0
    """The time that the job took, in seconds; 0 if it did not run."""
    exit_status: int | None = None
    error: JobberError | None = None
    """The failure; for a job that succeeded, the failure of its push."""

    @property
    def is_good(self) -> bool:
        """True if jobs that need this one can run."""
        return self.state in (JobState.FRESH, JobState.REUSED, JobState.BUILT, JobState.SUCCEEDED)
