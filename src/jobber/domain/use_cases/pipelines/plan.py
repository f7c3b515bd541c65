"""Decide which jobs of a pipeline are stale, and why; nothing is pulled, built or run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jobber.domain.configuration.settings import CMD, OUT
from jobber.domain.errors import ImageNotFound, JobberError, RegistryFailed, UsageError
from jobber.domain.images.reference import parse_reference
from jobber.domain.pipelines import reasons
from jobber.domain.pipelines.decision import (
    FORCED,
    Decision,
    State,
    always_stale,
    by_recipe,
    recipe_of,
    tainted_jobs,
)
from jobber.domain.pipelines.errors import PipelineInvalid
from jobber.domain.runs.keys import KEY_TAG_DIGITS
from jobber.domain.runs.label_names import Label
from jobber.domain.spelling import did_you_mean
from jobber.domain.use_cases.pipelines.world import content_key
from jobber.domain.use_cases.unfinished.unfinished_runs import unfinished_runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.images.image import Image
    from jobber.domain.pipelines.graph import Chosen
    from jobber.domain.pipelines.job import Job, Pipeline, Source
    from jobber.domain.pipelines.names import JobId
    from jobber.domain.runs.result import ListedResult
    from jobber.domain.use_cases.pipelines.world import World

_MOST = 10


class ImagesMissing(JobberError):
    """Images that jobs of a pipeline need and that cannot be found, all of them."""

    def __init__(self, errors: Mapping[JobId, JobberError], *, names: tuple[str, ...] = ()) -> None:
        lines = [f"{id_}: {error.what}" for id_, error in errors.items()]
        first = next(iter(errors.values()))
        shown = "".join(f"\n  {line}" for line in lines[:_MOST])
        missing = (getattr(error, "name", "").removesuffix(":latest") for error in errors.values())
        near = (hint for name in missing if (hint := did_you_mean(name, known=names)))
        super().__init__(
            lines[0] if len(lines) == 1 else f"images of {len(lines)} jobs are missing:{shown}",
            hint=next(near, first.hint),
        )
        self.errors = dict(errors)


@dataclass(slots=True)
class Plan:
    """The decisions for all jobs that a request needs, in their order."""

    decisions: dict[JobId, Decision] = field(default_factory=dict)

    @property
    def stale(self) -> tuple[Decision, ...]:
        """The decisions for jobs that have to run, or may have to."""
        return tuple(decision for decision in self.decisions.values() if not decision.is_fresh)


@dataclass(slots=True)
class PlanPipeline:
    """The use case that decides which jobs are stale."""

    world: World
    pipeline: Pipeline
    chosen: Chosen
    _recipes: dict[JobId, str] = field(default_factory=dict)
    _given: dict[JobId, Decision] = field(default_factory=dict)

    def plan(self) -> Plan:
        """Return the decisions. Raises `UsageError`, `ImagesMissing` and others."""
        self._read_recipes()
        decided = by_recipe(
            self.pipeline,
            self.chosen,
            tainted=self._tainted(),
            known=self._by_recipe,
            as_it_is=lambda job: self._given[job.id],
        )
        plan = Plan()
        for id_, decision in decided.items():
            plan.decisions[id_] = decision or self._by_content(self.pipeline.jobs[id_], plan.decisions)
        return plan

    def _read_recipes(self) -> None:
        """Compute the recipe keys of all jobs that the request needs."""
        needed = self._needed()
        errors: dict[JobId, JobberError] = {}
        invalid: list[UsageError] = []
        for id_, job in self.pipeline.jobs.items():
            if id_ not in needed:
                continue
            if id_ not in self.chosen.may_run:
                self._given[id_] = self._as_it_is(job)
                self._recipes[id_] = self._given[id_].recipe
                continue
            try:
                self._recipes[id_] = self._recipe(job)
            except (ImageNotFound, RegistryFailed) as error:
                errors[id_] = error
                self._recipes[id_] = ""
            except UsageError as error:
                invalid.append(error)
                self._recipes[id_] = ""
        if invalid:
            raise PipelineInvalid(invalid)
        if errors:
            names = tuple(dict.fromkeys(job.name for job in self.pipeline.jobs.values()))
            raise ImagesMissing(errors, names=names)

    def _needed(self) -> set[JobId]:
        needed = set(self.chosen.targets)
        for id_ in reversed([*self.pipeline.jobs]):
            if id_ in needed and id_ in self.chosen.may_run:
                needed.update(self.pipeline.jobs[id_].upstream)
        return needed

    def _recipe(self, job: Job) -> str:
        if job.build is not None:
            return self.world.context_key(job)
        return recipe_of(
            job,
            self._recipes,
            options=self.world.options(job),
            code=lambda reference: self.world.code(job, reference),
            directory=lambda reference, source: self.world.directory(job, reference, source),
        )

    def _tainted(self) -> dict[JobId, str]:
        runs = [self.pipeline.jobs[id_] for id_ in self._recipes if id_ in self.chosen.may_run]
        reasons_ = {job.id: reason for job in runs if (reason := self._always(job))}
        return tainted_jobs(self.pipeline, self.chosen, reasons_)

    def _always(self, job: Job) -> str:
        """Return the reason why no result of a job can count as fresh; empty if there is none."""
        if job.build is not None:
            return "" if self._recipes[job.id] else "a base image is unknown to the engine and its registry"
        return always_stale(job, self.world.options(job))

    def _by_recipe(self, job: Job) -> Decision | None:
        recipe = self._recipes[job.id]
        decision = Decision(job, State.FRESH, recipe=recipe)
        known = self.world.known
        if job.build is not None:
            if (built := known.built.get(recipe)) is not None:
                return replace(decision, built=built)
        elif (result := known.result(recipe)) is not None:
            return replace(decision, result=result)
        if (reference := self.world.in_registry(job, recipe)) is not None:
            return replace(decision, remote=str(reference), why=f"in the registry: {reference}")
        return None

    def _as_it_is(self, job: Job) -> Decision:
        """Return the decision for a job that must not run: its newest result counts. Raises `UsageError`."""
        known, tag = self.world.known, str(job.moving)
        base = Decision(job, State.FRESH, why="taken as it is", is_given=True)
        if job.build is not None:
            if (built := next((it for it in known.built.values() if tag in it.references), None)) is not None:
                return replace(base, built=built, recipe=built.labels[Label.CONTEXT_KEY])
        else:
            latest = next((it for it in known.latest(str(job.repository)) if tag in it.image.references), None)
            if latest is not None:
                labels = latest.image.labels
                recipe = labels.get(Label.RECIPE_KEY) or labels.get(Label.CONTENT_KEY) or latest.image.id
                return replace(base, result=latest, recipe=recipe)
        raise UsageError(
            f"job {job.id} is not selected, and has no result to use: {tag}",
            hint="run it first, or leave out --from and --only",
        )

    def _by_content(self, job: Job, decisions: Mapping[JobId, Decision]) -> Decision:
        recipe = self._recipes[job.id]
        decision = Decision(job, State.STALE, recipe=recipe)
        if given := self._given_reason(job):
            return replace(decision, why=given, is_given=True)
        if failure := self._failure(recipe):
            return decision.as_(State.FAILED, failure)
        if waits := next((up for up in job.upstream if not decisions[up].is_fresh), None):
            why = self._own_reason(job) or f"needs {waits}, which is stale"
            return decision.as_(State.STALE, why)
        return self._with_images(job, decision, decisions)

    def _with_images(self, job: Job, decision: Decision, decisions: Mapping[JobId, Decision]) -> Decision:
        """Return the decision for a job whose code image and inputs all exist."""
        options = self.world.options(job)
        code = self._image(job, job.code, decisions)
        inputs = [self._image(job, item.source, decisions) for item in job.inputs]
        content = content_key(job, options, code=code, inputs=inputs)
        if (result := self.world.known.result(content)) is not None:
            return replace(decision, state=State.FRESH, result=result, why="the same content")
        if (reference := self.world.in_registry(job, content)) is not None:
            return replace(decision, state=State.FRESH, remote=str(reference), why=f"in the registry: {reference}")
        if failure := self._failure(content):
            return decision.as_(State.FAILED, failure)
        return decision.as_(State.STALE, self.reason(job, code, inputs))

    def _given_reason(self, job: Job) -> str:
        """Return the reason why a job runs whatever its content is; empty if its content decides."""
        if job.id in self.chosen.forced:
            return FORCED
        return self._always(job) or (self._why_built(job) if job.build is not None else "")

    def _failure(self, key: str) -> str:
        """Return how the last run with a key failed; empty if it did not."""
        last = self.world.known.ended.get(key[:KEY_TAG_DIGITS])
        if last is None or self.world.known.result(key) is not None:
            return ""
        ending = last.record.ending
        return f"{ending.outcome.value} with exit status {ending.exit_status}"

    def _image(self, job: Job, source: Source, decisions: Mapping[JobId, Decision]) -> Image:
        if source.job is None:
            return self.world.leaf(job, source.reference)
        decision = decisions[source.job]
        if decision.remote:
            return self.world.remote_image(parse_reference(decision.remote))
        assert decision.image is not None  # a fresh job has an image, on the engine or in a registry
        return self.world.image(decision.image.id)

    def _why_built(self, job: Job) -> str:
        tag = str(job.moving)
        was = any(tag in image.references for image in self.world.known.built.values())
        return "its context, Dockerfile, arguments or base image changed" if was else "never built"

    def _own_reason(self, job: Job) -> str | None:
        wanted = self._wanted(job)
        near = self._nearest(job, wanted)
        return reasons.NEVER_RUN if near is None else reasons.own_difference(wanted, near.record)

    def _nearest(self, job: Job, wanted: reasons.Wanted) -> ListedResult | None:
        return reasons.nearest(wanted, self.world.known.latest(str(job.repository), including=wanted.cell_tag))

    def _wanted(self, job: Job) -> reasons.Wanted:
        options = self.world.options(job)
        return reasons.Wanted(
            job.settings.get(CMD),
            options.words,
            options.runtime,
            job.settings.get(OUT),
            tuple(item.destination for item in job.inputs),
            (job.code.label, *(item.source.label for item in job.inputs)),
            str(job.moving) if job.cell else "",
        )

    def reason(self, job: Job, code: Image, inputs: list[Image]) -> str:
        """Return the first difference between a job, with the images that it would run with, and an earlier result."""
        wanted = self._wanted(job)
        near = self._nearest(job, wanted)
        if near is None:
            return reasons.NEVER_RUN
        if difference := reasons.own_difference(wanted, near.record):
            return difference
        if not near.image.labels.get(Label.CONTENT_KEY):
            return f"its earlier result is not one of a pipeline: run {near.record.id[:8]}"
        if near.record.image.chain != code.chain:
            try:
                before = self.world.image(near.image.id).layers
            except ImageNotFound:
                before = ()
            return reasons.code_difference(job.code.label, code.layers, before)
        recorded = {item.destination: item for item in near.record.inputs}
        for item, image in zip(job.inputs, inputs, strict=True):
            was = recorded[item.destination].image
            if was.chain != image.chain:
                what = "out differs" if image.labels.get(Label.OUT_DIGEST) else "its layers differ"
                return f"input {item.source.label}: {what}"
        return f"image {job.code.label}: its configuration differs"

    def mark_running(self, plan: Plan) -> None:
        """Mark the stale jobs whose containers exist."""
        if not plan.stale:
            return
        running = {run.plan.keys.recipe: run for run in unfinished_runs(self.world.engine) if run.plan.keys is not None}
        for decision in plan.stale:
            if (run := running.get(decision.recipe)) is not None and decision.job.build is None:
                plan.decisions[decision.job.id] = decision.as_(State.RUNNING, f"run {run.plan.id[:8]}")
