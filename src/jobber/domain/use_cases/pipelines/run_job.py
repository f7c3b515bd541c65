"""Run or build one job of a pipeline: reuse a known result, attach to a running one, or do the work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jobber.domain.configuration.origin import Value
from jobber.domain.configuration.settings import (
    CMD,
    DEFAULT_REGISTRY,
    OUT,
    PUSH,
    RESULT_IMAGE,
    TIMEOUT,
    XDOCKER,
)
from jobber.domain.containers.container import ContainerState
from jobber.domain.errors import (
    BuildFailed,
    ContainerNotFound,
    CredentialsUnusable,
    EngineFailed,
    EngineLost,
    ImageNotFound,
    Interrupted,
    JobberError,
    JobNotStarted,
    PushRefused,
    RegistryFailed,
    RunNotFound,
)
from jobber.domain.images.naming import is_timestamp_tag
from jobber.domain.images.reference import parse_reference, reference_in
from jobber.domain.pipelines.decision import FORCED
from jobber.domain.pipelines.outcome import JobOutcome, JobState
from jobber.domain.runs.input import InputSpecification
from jobber.domain.runs.keys import RunKeys, key_tag
from jobber.domain.runs.policy import Outcome
from jobber.domain.use_cases.images.engine_results import results_of_run
from jobber.domain.use_cases.images.find_image import FoundImage
from jobber.domain.use_cases.images.pull import pull
from jobber.domain.use_cases.images.push import push_all
from jobber.domain.use_cases.pipelines.adopt import adopt
from jobber.domain.use_cases.pipelines.world import content_key
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.unfinished.unfinished_runs import unfinished_runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.pipelines.decision import Decision
    from jobber.domain.pipelines.job import Job, Source
    from jobber.domain.pipelines.names import JobId
    from jobber.domain.ports import Clock, Keyring
    from jobber.domain.use_cases.pipelines.tools import JobTools, Toolbox
    from jobber.domain.use_cases.pipelines.world import World
    from jobber.domain.use_cases.run.run import RunResult
    from jobber.domain.use_cases.unfinished.unfinished_runs import UnfinishedRun

_STATES = {
    Outcome.SUCCEEDED: JobState.SUCCEEDED,
    Outcome.FAILED: JobState.FAILED,
    Outcome.TIMED_OUT: JobState.FAILED,
    Outcome.PRUNED: JobState.FAILED,
    Outcome.INTERRUPTED: JobState.INTERRUPTED,
}


@dataclass(frozen=True, slots=True)
class Results:
    """The images of jobs that are done, and those that no job makes."""

    images: Mapping[JobId, ImageId]
    remote: Mapping[JobId, str]
    """References of results that are only in a registry."""
    leaves: Mapping[tuple[JobId, str], FoundImage]
    """The images that jobs refer to by a reference."""


@dataclass(frozen=True, slots=True)
class RunPipelineJob:
    """The work on one job, in a separate thread."""

    toolbox: Toolbox
    world: World
    clock: Clock
    keyring: Keyring
    results: Results
    begun: Mapping[str, UnfinishedRun]
    """Unfinished runs by content key, from before this pipeline started."""

    def execute(self, decision: Decision, gpus: tuple[str, ...]) -> JobOutcome:
        """Do the work and return its outcome; failures of the engine are repeated as often as the job allows."""
        job, before = decision.job, self.clock.monotonic()
        attempt = 0
        while True:
            outcome = self._attempt(decision, gpus, attempt)
            if not _is_engines_fault(outcome.error) or outcome.is_good or attempt >= job.retries:
                return replace(outcome, seconds=max(0.0, self.clock.monotonic() - before))
            attempt += 1

    def _attempt(self, decision: Decision, gpus: tuple[str, ...], attempt: int) -> JobOutcome:
        job = decision.job
        try:
            with self.toolbox.open(job) as tools:
                if job.build is not None:
                    return self._build(decision, tools)
                return self._run(decision, gpus, tools, again=attempt > 0)
        except Interrupted as error:
            return JobOutcome(job, JobState.INTERRUPTED, error.what, error=error)
        except (BuildFailed, JobNotStarted) as error:
            status = error.exit_status if isinstance(error, JobNotStarted) else None
            return JobOutcome(job, JobState.FAILED, error.what, exit_status=status, error=error)
        except JobberError as error:
            return JobOutcome(job, JobState.BROKEN, error.what, error=error)

    def _build(self, decision: Decision, tools: JobTools) -> JobOutcome:
        job = decision.job
        builder, request = tools.builder(job)
        if decision.is_given and decision.why == FORCED:
            request = replace(request, no_cache=True)
        pushes = job.settings.get(PUSH)
        error: JobberError | None = None
        try:
            built = builder.build(request, names=(job.repository,), push=pushes)
            image, tags = built.image, tuple(map(str, built.tags))
        except (PushRefused, CredentialsUnusable) as refused:
            found = tools.engine.images.inspect(job.moving)
            image, tags, error = found.id, found.references, refused
        return JobOutcome(job, JobState.BUILT, image=image, tags=tags, error=error)

    def _run(self, decision: Decision, gpus: tuple[str, ...], tools: JobTools, *, again: bool) -> JobOutcome:
        job = decision.job
        code = self._found(job, job.code, tools)
        inputs = tuple(self._found(job, item.source, tools) for item in job.inputs)
        options = self.world.options(job)
        content = content_key(job, options, code=code.image, inputs=[found.image for found in inputs])
        if not decision.is_given and (known := self._known(decision, content, tools)):
            return known
        begun = self._begun(tools, content) if again else self.begun.get(content)
        if begun is not None and (attached := self._attached(decision, begun, content, tools)) is not None:
            return attached
        request = self._request(job, gpus, RunKeys(content, decision.recipe, job.cell))
        runner = tools.runner()
        prepared = runner.prepare(request, found=(code, *inputs))
        try:
            result = runner.run_prepared(request, prepared)
        except (PushRefused, CredentialsUnusable) as error:
            return self._unpushed(job, prepared.plan.id, error, tools)
        return self._ended(decision, result, content, tools)

    def _known(self, decision: Decision, content: str, tools: JobTools) -> JobOutcome | None:
        """Return the outcome of a job whose content is known on the engine or in the registry."""
        job = decision.job
        result = self.world.known.result(content)
        try:
            if result is not None:
                listed = result.image
            elif (reference := self.world.in_registry(job, content)) is not None:
                listed = self._pulled(reference, tools).listed
            else:
                return None
            id_, tags = adopt(tools.engine, job, listed, recipe=decision.recipe)
        except ImageNotFound:  # it was removed meanwhile
            return None
        error = self._share(job, tags, (decision.recipe,), tools, is_pushed=False)
        return JobOutcome(job, JobState.REUSED, "the same content", image=id_, tags=tags, error=error)

    def _begun(self, tools: JobTools, content: str) -> UnfinishedRun | None:
        """Return a run of the same content that an attempt before has left on the engine."""
        keyed = {run.plan.keys.content: run for run in unfinished_runs(tools.engine) if run.plan.keys is not None}
        return keyed.get(content)

    def _attached(self, decision: Decision, run: UnfinishedRun, content: str, tools: JobTools) -> JobOutcome | None:
        """Attach to a run, and return its outcome; None if it never started or no longer exists."""
        try:
            if run.container.state is ContainerState.CREATED:
                tools.engine.containers.remove(run.container.id)
                return None
            tools.progress.note("pipeline-attached", run=run.plan.id)
            result = tools.attacher().attach(run.plan.id)
        except (ContainerNotFound, RunNotFound):  # another process has finished it meanwhile
            return None
        return self._ended(decision, result, content, tools)

    def _ended(self, decision: Decision, result: RunResult, content: str, tools: JobTools) -> JobOutcome:
        job = decision.job
        state = _STATES[result.outcome]
        why = "" if state is JobState.SUCCEEDED else f"{result.outcome.value} with exit status {result.exit_status}"
        error = None
        image, tags = result.image, tuple(map(str, result.tags))
        if image is not None and state is JobState.SUCCEEDED:
            found = tools.engine.images.inspect(image)
            image, more = adopt(tools.engine, job, found.listed, recipe=decision.recipe)
            tags = tuple(dict.fromkeys((*tags, *more)))
            error = self._share(job, tags, (decision.recipe, content), tools, is_pushed=True)
        return JobOutcome(job, state, why, image=image, tags=tags, exit_status=result.exit_status, error=error)

    def _unpushed(self, job: Job, run: str, error: JobberError, tools: JobTools) -> JobOutcome:
        """Return the outcome of a run whose result exists and could not be pushed."""
        made = results_of_run(tools.engine, run)[0]
        return JobOutcome(job, JobState.SUCCEEDED, image=made.id, tags=made.references, error=error)

    def _share(
        self, job: Job, tags: tuple[str, ...], keys: tuple[str, ...], tools: JobTools, *, is_pushed: bool
    ) -> JobberError | None:
        """Give the tags that name the keys to an image in its registry; return the error if that fails."""
        if not job.repository.is_remote or not job.settings.get(PUSH):
            return None
        references = [found for text in tags if (found := reference_in(text)) is not None]
        own = [found for found in references if found.repository == job.repository.repository]
        pushed = min(own, key=lambda found: not (is_pushed and is_timestamp_tag(found.tag or "")))
        try:
            if not is_pushed:
                push_all(
                    [pushed],
                    registry=tools.engine.registry,
                    keyring=self.keyring,
                    interruptions=tools.interruptions,
                    progress=tools.progress,
                )
            credentials = self.keyring.credentials_for(pushed)
            for key in dict.fromkeys(keys):
                self.world.remote.add_tag(pushed, tag=key_tag(key), credentials=credentials)
        except (PushRefused, CredentialsUnusable, RegistryFailed, ImageNotFound) as error:
            return error
        return None

    def _found(self, job: Job, source: Source, tools: JobTools) -> FoundImage:
        if source.job is None:
            return self.results.leaves[job.id, source.reference]
        if (id_ := self.results.images.get(source.job)) is None:
            image = self._pulled(parse_reference(self.results.remote[source.job]), tools)
        else:
            image = tools.engine.images.inspect(id_)
        return FoundImage(image, _name_of(image))

    def _pulled(self, reference: ImageReference, tools: JobTools) -> Image:
        tools.progress.step(f"pulling {reference}")
        return pull(reference, registry=tools.engine.registry, keyring=self.keyring, progress=tools.progress)

    def _request(self, job: Job, gpus: tuple[str, ...], keys: RunKeys) -> RunRequest:
        settings = job.settings
        words, options = self.world.read_options((*settings.get(XDOCKER), *_gpu_words(job, gpus)))
        return RunRequest(
            image=job.code.label,
            options=options,
            command=settings.get(CMD),
            inputs=tuple(
                InputSpecification(item.source.label, item.source.label, item.directory, item.destination)
                for item in job.inputs
            ),
            docker_args=words,
            runtime=self.world.options(job).runtime,
            out=settings.get(OUT),
            keep=settings.get(RESULT_IMAGE),
            timeout=settings.get(TIMEOUT),
            registry=settings.get(DEFAULT_REGISTRY),
            push=settings.get(PUSH),
            configs=settings.active,
            result=job.repository,
            keys=keys,
        )


def _gpu_words(job: Job, gpus: tuple[str, ...]) -> tuple[Value[tuple[str, ...]], ...]:
    if not gpus:
        return ()
    return (Value(("--gpus", f'"device={",".join(gpus)}"'), job.origin),)


def _name_of(image: Image) -> ImageReference | None:
    """Return the tag of an image for records: the one with the time, which never moves, else any."""
    named = [found for text in image.references if (found := reference_in(text)) is not None]
    return min(named, key=lambda found: not is_timestamp_tag(found.tag or ""), default=None)


def _is_engines_fault(error: JobberError | None) -> bool:
    return isinstance(error, EngineLost | EngineFailed | ContainerNotFound)
