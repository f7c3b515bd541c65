"""Ports of pipelines: the workers that run jobs at the same time, and the display of their progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobber.domain.pipelines.job import Job
    from jobber.domain.pipelines.outcome import JobOutcome


class Workers(Protocol):
    """A group of workers, for example threads."""

    def start(self, work: Callable[[], JobOutcome]) -> None:
        """Start a piece of work, beside the others.

        Args:
            work: The function to call; its result is returned by `wait`.

        """

    def wait(self, seconds: float) -> Sequence[JobOutcome]:
        """Wait until a piece of work has ended.

        Args:
            seconds: The maximum time to wait, in seconds.

        Returns:
            The results of the work that has ended since the last call; empty if there is none.

        Raises:
            Exception: The exception that a piece of work raised.

        """


class JobSignals(Protocol):
    """The termination signals to a pipeline, which decide what happens to its jobs."""

    def count(self) -> int:
        """Return the number of termination signals so far.

        The second one is delivered to the running jobs.

        Returns:
            The number.

        """


class PipelineDisplay(Protocol):
    """The display of a pipeline's progress. Workers call it at the same time."""

    def started(self, job: Job, /) -> None:
        """Show that a job has started.

        Args:
            job: The job.

        """

    def ended(self, outcome: JobOutcome, /) -> None:
        """Show that a job has ended.

        Args:
            outcome: The outcome of the job.

        """

    def stopping(self, count: int, /) -> None:
        """Show the effect of a termination signal.

        Args:
            count: The number of termination signals so far.

        """

    def tick(self) -> None:
        """Update the elapsed times."""
