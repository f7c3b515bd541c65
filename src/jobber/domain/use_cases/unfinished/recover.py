"""Finish ended runs that no process watches any more, and remove leftovers of ended processes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from jobber.domain.containers.container import ContainerState
from jobber.domain.errors import ContainerNotFound, JobberError, RunTaken
from jobber.domain.runs.policy import Outcome
from jobber.domain.use_cases.unfinished.stop import end_job
from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher, Watcher, unfinished_runs
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.use_cases.unfinished.unfinished_runs import UnfinishedRun


@frozen
class RecoverRuns:
    """The use case `jobber recover`, with its dependencies."""

    run_finisher: RunFinisher

    def recover(self) -> tuple[JobberError, ...]:
        """Finish all runs that have ended, and return the errors of those that could not be finished."""
        errors: list[JobberError] = []
        progress = self.run_finisher.progress
        found = 0
        for run in unfinished_runs(self.run_finisher.engine):
            try:
                found += self._recover(run)
            except RunTaken as taken:
                progress.note("being-finished", why=taken.what)
            except ContainerNotFound:
                continue  # another process has finished it meanwhile
            except JobberError as error:
                errors.append(error)
                found += 1
        swept = self.run_finisher.engine.runs.sweep()
        if swept:
            progress.note("swept", count=swept)
        elif not found:
            progress.note("nothing-to-recover")
        return tuple(errors)

    def _recover(self, run: UnfinishedRun) -> bool:
        """Recover a run; return False if its own process is still watching it."""
        match self.run_finisher.watcher(run):
            case Watcher.ALIVE:
                return False
            case Watcher.UNKNOWN:
                owner = run.plan.owner.partition("/")[0]
                self.run_finisher.progress.note("perhaps-watched", owner=owner, **run.plan.facts)
                return True
            case Watcher.NOBODY:
                self._see_to(run)
                return True
            case _ as never:
                assert_never(never)

    def _see_to(self, run: UnfinishedRun) -> None:
        """Finish a run that no process watches, if its job has ended or exceeded its time limit."""
        progress = self.run_finisher.progress
        match run.container.state:
            case ContainerState.RUNNING if not self._is_overdue(run):
                progress.note("still-running", **run.plan.facts)
                return
            case ContainerState.RUNNING:
                end_job(self.run_finisher, run, outcome=Outcome.TIMED_OUT)
            case ContainerState.CREATED:
                self.run_finisher.engine.containers.remove(run.container.id)
                progress.note("never-started", **run.plan.facts)
                return
            case ContainerState.EXITED:
                pass
            case _ as never:
                assert_never(never)
        self.run_finisher.finish(run)
        progress.note("recovered", **run.plan.facts)

    def _is_overdue(self, run: UnfinishedRun) -> bool:
        """Return whether a job runs longer than its time limit because no process was there to end it."""
        if run.plan.timeout is None:
            return False
        started = self.run_finisher.moment(run.container.started)
        return self.run_finisher.engine.runs.now() - started > timedelta(seconds=run.plan.timeout)
