"""End a run before its job ends by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.domain.containers.container import ContainerState
from jobber.domain.errors import ContainerNotFound, RunTaken
from jobber.domain.runs.policy import Outcome
from jobber.domain.use_cases.run.finish import Finished, finished_by_another
from jobber.domain.use_cases.unfinished.unfinished_runs import Watcher, find_run
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher, UnfinishedRun

_POLL_SECONDS = 0.1
_PATIENT_POLL_SECONDS = 1.0
_NEVER_STARTED = "never-started"


@frozen
class StopRun:
    """The use case `jobber stop`, with its dependencies."""

    run_finisher: RunFinisher

    def stop(self, text: str) -> Finished:
        """Ask the job of a run to end, kill it after its grace period, and make sure that the run is finished.

        Raises `RunNotFound`, `Interrupted`.
        """
        run = find_run(self.run_finisher.engine, text)
        if run.container.state is ContainerState.CREATED and self.run_finisher.watcher(run) is Watcher.NOBODY:
            self.run_finisher.engine.containers.remove(run.container.id)
            self.run_finisher.progress.note(_NEVER_STARTED, **run.plan.facts)
            return Finished(None)
        if run.container.state is not ContainerState.EXITED:
            end_job(self.run_finisher, run, outcome=Outcome.INTERRUPTED)
        return conclude(self.run_finisher, run)


def end_job(run_finisher: RunFinisher, run: UnfinishedRun, *, outcome: Outcome) -> None:
    """Send SIGTERM, and SIGKILL if the job has not ended after its grace period."""
    engine, container = run_finisher.engine, run.container.id
    engine.runs.note_end(run.plan.id, image=run.plan.image.id, outcome=outcome)
    try:
        engine.containers.signal(container, signal="SIGTERM")
        give_up = run_finisher.clock.monotonic() + run.plan.grace
        killed = False
        while engine.containers.inspect(container).state is not ContainerState.EXITED:
            if not killed and run_finisher.clock.monotonic() >= give_up:
                engine.containers.signal(container, signal="SIGKILL")
                killed = True
            with run_finisher.interruptions.abortable():
                run_finisher.clock.sleep(_POLL_SECONDS)
    except ContainerNotFound:
        return  # its watcher has already finished the run


def conclude(run_finisher: RunFinisher, run: UnfinishedRun) -> Finished:
    """Wait until another process has finished an ended run, or finish it here. Raises `Interrupted`."""
    is_reported = False
    while True:
        try:
            container = run_finisher.engine.containers.inspect(run.container.id)
            run = replace(run, container=container)
            if run_finisher.watcher(run) is Watcher.NOBODY:
                return run_finisher.finish(run)
        except RunTaken as taken:
            if not is_reported:
                run_finisher.progress.note("being-finished", why=taken.what)
            is_reported = True
        except ContainerNotFound:
            return finished_by_another(run_finisher.engine, run.plan, progress=run_finisher.progress)
        with run_finisher.interruptions.abortable():
            run_finisher.clock.sleep(_POLL_SECONDS if not is_reported else _PATIENT_POLL_SECONDS)
