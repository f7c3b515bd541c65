"""Find unfinished runs, and finish one instead of the process that started it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from jobber.domain.containers.container import ContainerState
from jobber.domain.errors import CodeImageGone, ImageNotFound, LogUnreadable, RunNotFound
from jobber.domain.images.id_prefix import is_prefix_of_id, is_prefix_of_run
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.record import RunEnding, parse_plan
from jobber.domain.spelling import did_you_mean
from jobber.domain.use_cases.run.finish import FinishRun
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from jobber.domain.containers.container import Container
    from jobber.domain.ports import Clock, Engine, Interruptions, KeptLogs, Keyring
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.record import RunPlan
    from jobber.domain.use_cases.run.finish import Finished

ABANDONED_AFTER = timedelta(minutes=5)
"""The time after a job's end at which a run of another machine counts as abandoned."""
_PIECE = 1 << 20
_MOST_PER_LINE = 110
"""The maximum number of bytes that an engine's log stores per line in addition to the line."""


class Watcher(Enum):
    """The state of the process that started a run."""

    NOBODY = "nobody"
    ALIVE = "alive"
    UNKNOWN = "perhaps"
    """The state of a process on another machine."""


@frozen
class UnfinishedRun:
    """A run with a container, and its plan."""

    container: Container
    plan: RunPlan


def unfinished_runs(engine: Engine) -> Iterator[UnfinishedRun]:
    """Yield all unfinished runs on an engine, oldest first."""
    containers = engine.containers.list(labels={Label.RUN: None})
    for container in sorted(containers, key=lambda container: container.created):
        if plan := parse_plan(container.labels[Label.RUN]):
            yield UnfinishedRun(container, plan)


def find_run(engine: Engine, text: str) -> UnfinishedRun:
    """Return a run by ID, ID prefix, container ID, its prefix, or container name. Raises `RunNotFound`."""
    runs = list(unfinished_runs(engine))
    exact = [run for run in runs if text in (run.plan.id, run.container.id, run.container.name)]
    found = exact or [
        run for run in runs if is_prefix_of_run(text, run.plan.id) or is_prefix_of_id(text, run.container.id)
    ]
    if len(found) > 1:
        raise RunNotFound(text, why=f"{len(found)} runs have the ID prefix", is_ambiguous=True)
    if not found:
        raise RunNotFound(text, hint=did_you_mean(text, known=[run.container.name for run in runs]))
    return found[0]


@frozen
class RunFinisher:
    """The completion of runs that other processes started, with its dependencies."""

    engine: Engine
    clock: Clock
    interruptions: Interruptions
    keyring: Keyring
    kept_logs: KeptLogs
    progress: Progress
    version: str
    spool: Callable[[], BinaryIO]
    is_alive: Callable[[str], bool | None]
    """A function that returns whether the process that watches a run still runs; None if that is unknown."""

    def watcher(self, run: UnfinishedRun) -> Watcher:
        """Return whether a process watches a run and will finish it.

        For a process on another host the answer is `UNKNOWN` until `ABANDONED_AFTER` has passed since the job's end. If
        the job has not started, the time counts from the container's creation, by the engine's clock. Such a process
        must claim the run like all others.
        """
        owner, container = run.plan.owner, run.container
        alive = self.is_alive(owner) if owner else False
        if alive is not None:
            return Watcher.ALIVE if alive else Watcher.NOBODY
        if container.state is ContainerState.RUNNING:
            return Watcher.UNKNOWN
        since = self.moment(container.finished or container.created)
        return Watcher.UNKNOWN if self.engine.runs.now() - since < ABANDONED_AFTER else Watcher.NOBODY

    def finish(self, run: UnfinishedRun) -> Finished:
        """Finish a run whose job has ended.

        Raises `RunTaken` if another process is finishing it, and `ContainerNotFound` if it is already finished. Raises
        `CodeImageGone` if its code image was removed by force.
        """
        try:
            return self._finish(run)
        except ImageNotFound as error:
            image = run.plan.image
            if error.name != image.id:
                raise
            container = run.container.id
            raise CodeImageGone(run.plan.id, image=image.reference, id_=image.id, container=container) from None

    def _finish(self, run: UnfinishedRun) -> Finished:
        plan = run.plan
        claim = self.engine.runs.claim(plan.id, image=plan.image.id)
        try:
            container = self.engine.containers.inspect(run.container.id)
            ending = self._ending(container, plan)
            finisher = FinishRun(self.engine, self.clock, self.interruptions, self.keyring, self.progress, self.version)
            with self.spool() as log:
                finished = finisher.finish(
                    container.id,
                    plan,
                    ending,
                    claim=claim,
                    log=lambda: self._read_log(container, plan, log),
                    is_first=False,
                )
            if finished.image is not None:
                finisher.settle(plan)
            self.kept_logs.forget(plan.id)
            return finished
        finally:
            claim.release()

    def moment(self, text: str) -> datetime:
        """Return a time reported by the engine; the current time if the engine reports none."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return self.clock.now()
        return moment if moment.tzinfo else self.clock.now()

    def _read_log(self, container: Container, plan: RunPlan, log: BinaryIO) -> BinaryIO:
        if kept := self.kept_logs.find(plan.id):
            with kept:
                while chunk := kept.read(_PIECE):
                    log.write(chunk)
            return log
        try:
            self.engine.containers.logs(container.id, sink=log)
        except LogUnreadable as error:
            self.progress.warn("log-unreadable", why=error.why)
        if container.log_limit is not None and _size_in_engine(log) >= container.log_limit:
            self.progress.warn("log-may-be-cut", **plan.facts)
        return log

    def _ending(self, container: Container, plan: RunPlan) -> RunEnding:
        exit_status = container.exit_status or 0
        outcome = Outcome.SUCCEEDED if exit_status == 0 else Outcome.FAILED
        return RunEnding(
            started=self.moment(container.started),
            finished=self.moment(container.finished),
            outcome=self.engine.runs.noted_end(plan.id) or outcome,
            exit_status=exit_status,
            out_of_memory=container.out_of_memory,
        )


def _size_in_engine(log: BinaryIO) -> int:
    """Return the maximum size in bytes of an engine's log of this output; 0 for no output."""
    log.seek(0)
    size = 0
    while chunk := log.read(_PIECE):
        size += len(chunk) + _MOST_PER_LINE * chunk.count(b"\n")
    return size
