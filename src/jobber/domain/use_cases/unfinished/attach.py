"""Attach to a run that another process started, and finish it when its job ends."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from jobber.domain.containers.container import ContainerState
from jobber.domain.errors import ContainerNotFound, Interrupted, JobberError, RunNotFound
from jobber.domain.runs.record import RunEnding
from jobber.domain.use_cases.run.finish import finished_by_another
from jobber.domain.use_cases.run.run import result_of
from jobber.domain.use_cases.run.tell_end import tell_failure, tell_memory
from jobber.domain.use_cases.run.watch import Detached, PassiveWatch
from jobber.domain.use_cases.unfinished.stop import conclude
from jobber.domain.use_cases.unfinished.unfinished_runs import Watcher, find_run
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from datetime import datetime

    from jobber.domain.ports import Console
    from jobber.domain.runs.policy import Outcome
    from jobber.domain.use_cases.run.finish import Finished
    from jobber.domain.use_cases.run.run import RunResult
    from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher, UnfinishedRun


@frozen
class AttachToRun:
    """The use case `jobber attach`, with its dependencies."""

    run_finisher: RunFinisher
    console: Console

    def attach(self, text: str, *, since: datetime | None = None) -> RunResult:
        """Forward the job's output until its end, and make sure that the run is finished.

        Raises `RunNotFound`, and `Interrupted` if the user detaches: the job continues.
        """
        run = find_run(self.run_finisher.engine, text)
        if run.container.state is ContainerState.CREATED:
            raise RunNotFound(text, why="not started yet is run")
        try:
            exit_status, outcome = self._watch(run, since)
        except ContainerNotFound:  # another process has finished the run meanwhile
            finished = finished_by_another(self.run_finisher.engine, run.plan, progress=self.run_finisher.progress)
            if finished.ending is None:
                raise
            return result_of(finished, finished.ending)
        finished = conclude(self.run_finisher, run)
        now = self.run_finisher.clock.now()
        started = self.run_finisher.moment(run.container.started)
        seen = RunEnding(started=started, finished=now, outcome=outcome, exit_status=exit_status)
        self._tell_end(run, finished, finished.ending or seen)
        return result_of(finished, finished.ending or seen)

    def _tell_end(self, run: UnfinishedRun, finished: Finished, ending: RunEnding) -> None:
        limit, words, progress = run.container.memory_limit, run.plan.docker_args, self.run_finisher.progress
        tell_memory(ending, limit=limit, docker_args=words, progress=progress)
        has_entrypoint = False
        if finished.image is not None:
            with suppress(JobberError):  # a missing hint must not cause a failure
                image = self.run_finisher.engine.images.inspect(finished.image)
                has_entrypoint = bool(image.configuration.entrypoint)
        tell_failure(ending, image=finished.image, tags=finished.tags, has_entrypoint=has_entrypoint, progress=progress)

    def _watch(self, run: UnfinishedRun, since: datetime | None) -> tuple[int, Outcome]:
        engine, container = self.run_finisher.engine, run.container
        is_interactive = container.terminal and self.console.terminal is not None
        with self.console.raw() if is_interactive else nullcontext():
            attachment = engine.containers.follow(
                container.id,
                since=since,
                stdin=self.console.stdin if is_interactive else None,
                interruptions=self.run_finisher.interruptions,
            )
            watch = PassiveWatch(
                containers=engine.containers,
                container=container.id,
                console=self.console,
                clock=self.run_finisher.clock,
                progress=self.run_finisher.progress,
                grace=run.plan.grace,
                on_end=lambda outcome: engine.runs.note_end(run.plan.id, image=run.plan.image.id, outcome=outcome),
            )
            try:
                if is_interactive and (terminal := self.console.terminal) is not None:
                    attachment.resize(terminal)
                return watch.until_exit(attachment, timeout=self._seconds_left(run))
            except Detached as abandoned:
                error = Interrupted(abandoned.signal)
                error.hint = f"the job continues: `jobber attach {run.plan.id}` attaches to it, `jobber stop` stops it"
                raise error from None
            finally:
                attachment.close()

    def _seconds_left(self, run: UnfinishedRun) -> float | None:
        """Return the seconds left until the time limit; None without one, or if another process enforces it."""
        if run.plan.timeout is None or self.run_finisher.watcher(run) is not Watcher.NOBODY:
            return None
        started = self.run_finisher.moment(run.container.started)
        taken = self.run_finisher.engine.runs.now() - started
        return max(0.0, run.plan.timeout - taken.total_seconds())
