"""Run the stale jobs of a pipeline, in parallel within the capacity of the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from jobber.domain.configuration.settings import DEFAULT_REGISTRY, PULL
from jobber.domain.containers.container import ContainerState
from jobber.domain.errors import (
    CodeImageGone,
    ContainerNotFound,
    CredentialsUnusable,
    EngineFailed,
    ImageNotFound,
    Interrupted,
    JobberError,
    PullRefused,
    PushRefused,
    RunTaken,
)
from jobber.domain.pipelines.errors import wrong
from jobber.domain.pipelines.outcome import JobOutcome, JobState
from jobber.domain.pipelines.schedule import Schedule
from jobber.domain.use_cases.images.find_image import ImageFinder
from jobber.domain.use_cases.pipelines.adopt import adopt
from jobber.domain.use_cases.pipelines.plan import ImagesMissing, PlanPipeline
from jobber.domain.use_cases.pipelines.run_job import Results, RunPipelineJob
from jobber.domain.use_cases.unfinished.unfinished_runs import Watcher, unfinished_runs

if TYPE_CHECKING:
    from jobber.domain.images.reference import ImageId
    from jobber.domain.pipelines.decision import Decision
    from jobber.domain.pipelines.graph import Chosen
    from jobber.domain.pipelines.job import Pipeline
    from jobber.domain.pipelines.names import JobId
    from jobber.domain.pipelines.schedule import Capacity
    from jobber.domain.ports import Interruptions
    from jobber.domain.ports.pipelines import JobSignals, PipelineDisplay, Workers
    from jobber.domain.use_cases.images.find_image import FoundImage
    from jobber.domain.use_cases.pipelines.plan import Plan
    from jobber.domain.use_cases.pipelines.tools import Toolbox
    from jobber.domain.use_cases.pipelines.world import World
    from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher, UnfinishedRun

_TICK = 0.2
"""The longest time in seconds until a signal or the elapsed time is noticed."""
_LEAVES = 3


@dataclass(slots=True)
class RunPipeline:
    """The use case `jobber pipeline run`, with its dependencies."""

    world: World
    toolbox: Toolbox
    workers: Workers
    signals: JobSignals
    interruptions: Interruptions
    display: PipelineDisplay
    finisher: RunFinisher
    capacity: Capacity
    keeps_going: bool = False
    _images: dict[JobId, ImageId] = field(default_factory=dict)
    _remote: dict[JobId, str] = field(default_factory=dict)
    _outcomes: dict[JobId, JobOutcome] = field(default_factory=dict)
    _begun: dict[str, UnfinishedRun] = field(default_factory=dict)

    def run(self, pipeline: Pipeline, chosen: Chosen) -> tuple[JobOutcome, ...]:
        """Run what is stale, and return the outcomes of all jobs that were looked at, in their order.

        Raises `UsageError`, `ImagesMissing` and others before the first job starts, and `Interrupted` if the jobs are
        left to `jobber recover`.
        """
        self._finish_begun(pipeline)
        plan = PlanPipeline(self.world, pipeline, chosen).plan()
        self._check_capacity(plan)
        leaves = self._pull(plan)
        if plan.stale:
            self.world.engine.runs.sweep()
        self._take_fresh(plan)
        to_do = {decision.job.id: decision for decision in plan.stale}
        schedule = Schedule(
            {id_: [up for up in it.job.upstream if up in to_do] for id_, it in to_do.items()},
            {id_: it.job.needs for id_, it in to_do.items()},
            self.capacity,
        )
        self._work(schedule, to_do, leaves)
        for id_, decision in to_do.items():
            if id_ not in self._outcomes:
                self._outcomes[id_] = JobOutcome(decision.job, JobState.NOT_RUN, self._why_not(decision))
        return tuple(self._outcomes[id_] for id_ in plan.decisions)

    def _finish_begun(self, pipeline: Pipeline) -> None:
        """Finish runs of this pipeline that ended without a jobber process, and find those that still run."""
        repositories = {str(job.repository) for job in pipeline.jobs.values()}
        for run in unfinished_runs(self.world.engine):
            if run.plan.keys is None or run.plan.repository not in repositories:
                continue
            is_orphan = self.finisher.watcher(run) is Watcher.NOBODY
            if run.container.state is ContainerState.EXITED and is_orphan:
                try:
                    self.finisher.finish(run)
                except ContainerNotFound:  # another process has finished it meanwhile
                    continue
                except RunTaken:  # another process is finishing it, and this one's job waits
                    self._begun[run.plan.keys.content] = run
                except (PushRefused, CredentialsUnusable, EngineFailed, CodeImageGone) as error:
                    self.finisher.progress.warn("pipeline-unfinished", run=run.plan.id, why=error.what)
                    self._begun[run.plan.keys.content] = run  # the job of this process tries again
            elif run.container.state is not ContainerState.CREATED or is_orphan:
                self._begun[run.plan.keys.content] = run

    def _check_capacity(self, plan: Plan) -> None:
        for decision in plan.stale:
            if lack := self.capacity.lacks(decision.job.needs):
                raise wrong(decision.job.origin, f"job {decision.job.id} needs {lack}")

    def _pull(self, plan: Plan) -> dict[tuple[JobId, str], FoundImage]:
        """Find and pull the images that the stale jobs refer to. Raises `ImagesMissing` with all that are missing."""
        found: dict[tuple[str, str, str], FoundImage] = {}
        leaves: dict[tuple[JobId, str], FoundImage] = {}
        errors: dict[JobId, JobberError] = {}
        for decision in plan.stale:
            job = decision.job
            sources = (job.code, *(item.source for item in job.inputs)) if job.build is None else ()
            registry, policy = job.settings.get(DEFAULT_REGISTRY), job.settings.get(PULL)
            for reference in dict.fromkeys(it.reference for it in sources if it.job is None):
                key = (reference, str(registry), policy.value)
                try:
                    if key not in found:
                        world, progress = self.world, self.finisher.progress
                        finder = ImageFinder(
                            world.engine, world.keyring, self.interruptions, progress, registry, policy
                        )
                        found[key] = finder.find(reference)
                    leaves[job.id, reference] = found[key]
                except (ImageNotFound, PullRefused) as error:
                    errors[job.id] = error
        if errors:
            raise ImagesMissing(errors)
        return leaves

    def _take_fresh(self, plan: Plan) -> None:
        """Record the results of fresh jobs; give them the keys and tags that they lack."""
        for id_, decision in plan.decisions.items():
            if not decision.is_fresh:
                continue
            listed = decision.image
            tags: tuple[str, ...] = ()
            if listed is not None:
                self._images[id_], tags = listed.id, listed.references
                if not decision.is_given:
                    self._images[id_], tags = self._adopted(decision)
            else:
                self._remote[id_] = decision.remote
            self._outcomes[id_] = JobOutcome(
                decision.job,
                JobState.FRESH,
                decision.why,
                image=self._images.get(id_),
                remote=decision.remote,
                tags=tags,
            )

    def _adopted(self, decision: Decision) -> tuple[ImageId, tuple[str, ...]]:
        engine, job = self.world.engine, decision.job
        if decision.result is not None:
            return adopt(engine, job, decision.result.image, recipe=decision.recipe)
        assert decision.built is not None
        tags = decision.built.references
        if str(job.moving) not in tags:
            engine.images.tag(decision.built.id, reference=job.moving)
            tags = (str(job.moving), *tags)
        return decision.built.id, tags

    def _work(
        self, schedule: Schedule, to_do: dict[JobId, Decision], leaves: dict[tuple[JobId, str], FoundImage]
    ) -> None:
        job_run = RunPipelineJob(
            toolbox=self.toolbox,
            world=self.world,
            clock=self.finisher.clock,
            keyring=self.world.keyring,
            results=Results(self._images, self._remote, leaves),
            begun=self._begun,
        )
        signals = 0
        while True:
            for id_, gpus in schedule.start():
                self.display.started(to_do[id_].job)
                self.workers.start(partial(job_run.execute, to_do[id_], gpus))
            if schedule.is_over:
                return
            for outcome in self.workers.wait(_TICK):
                self._settle(schedule, outcome)
            signals = self._handle_signals(schedule, signals)
            self.display.tick()

    def _handle_signals(self, schedule: Schedule, handled: int) -> int:
        count = self.signals.count()
        if count > handled:
            schedule.stop()
            self.display.stopping(count)
        if count >= _LEAVES and schedule.running:
            error = Interrupted("SIGINT")
            error.hint = "the jobs continue: run the pipeline again, or finish them with `jobber recover`"
            raise error
        return count

    def _settle(self, schedule: Schedule, outcome: JobOutcome) -> None:
        id_ = outcome.job.id
        self._outcomes[id_] = outcome
        self.display.ended(outcome)
        if outcome.is_good:
            if outcome.image is not None:
                self._images[id_] = outcome.image
            schedule.succeed(id_)
            return
        schedule.fail(id_)
        if not self.keeps_going:
            schedule.stop()

    def _why_not(self, decision: Decision) -> str:
        for up in decision.job.upstream:
            outcome = self._outcomes.get(up)
            if outcome is not None and not outcome.is_good:
                return f"needs {up}"
        return ""
