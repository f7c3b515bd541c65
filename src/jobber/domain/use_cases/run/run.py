"""Run an image: pull, check, create, attach, start, stream, and finish."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from jobber.domain.containers.container import ContainerId, ContainerSpecification
from jobber.domain.containers.run_constraints import check_platform, chosen_runtime
from jobber.domain.errors import (
    ContainerNotFound,
    EngineFailed,
    EngineLost,
    ImageNotFound,
    InputGone,
    Interrupted,
    LogLost,
)
from jobber.domain.history.blank_variables import unset_variables
from jobber.domain.runs.input import check_destinations
from jobber.domain.runs.labels import container_labels
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.record import RunEnding, rfc3339
from jobber.domain.use_cases.images.find_image import FoundImage, ImageFinder
from jobber.domain.use_cases.run.abandon_container import discard, left_as_it_is
from jobber.domain.use_cases.run.keep_output import keep_log
from jobber.domain.use_cases.run.prepare import PreparedRun, check_volumes, lent_destinations, plan_of
from jobber.domain.use_cases.run.tell_end import tell_failure, tell_memory
from jobber.domain.use_cases.run.watch import Detached, Watch, take_signal
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from typing import BinaryIO

    from jobber.domain.containers.container import Container, ImageMount, Terminal, VolumeMount
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import Attachment, Clock, Console, Engine, Interruptions, KeptLogs, Keyring
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.record import RunPlan
    from jobber.domain.runs.result import ListedResult
    from jobber.domain.use_cases.run.finish import Finished, FinishRun
    from jobber.domain.use_cases.run.prepare import RunRequest

EXIT_TIMED_OUT = 124
EXIT_INTERRUPTED = 130
_TRIES = 3
"""The number of attempts to provide inputs that are removed before the container mounts them."""


@frozen
class RunResult:
    """The result of a run."""

    exit_status: int
    """The exit status of `jobber run`."""
    outcome: Outcome
    image: ImageId | None
    """The result image; None if none is kept."""
    tags: tuple[ImageReference, ...] = ()
    reused: str = ""
    """The ID of the run that created a reused result; empty if the job was run."""
    out_of_memory: bool | None = None
    """True if the kernel killed a process of the job for lack of memory; None if the engine does not report it."""


@frozen
class _Watched:
    """The observed end of a job."""

    ending: RunEnding
    promptly: bool
    """True if this process watched without interruption, so that no other can have taken the run over."""


@frozen
class RunJob:
    """The use case `jobber run`, with its dependencies."""

    engine: Engine
    clock: Clock
    console: Console
    interruptions: Interruptions
    keyring: Keyring
    kept_logs: KeptLogs
    progress: Progress
    version: str
    """The version of jobber."""
    new_id: str
    """A new UUID for the run."""
    owner: str
    """The identity of this process, in the format of `Label.PART`."""

    def prepare(self, request: RunRequest, *, found: tuple[FoundImage, ...] | None = None) -> PreparedRun:
        """Find and check everything that the run needs, without creating anything.

        `found` are the code image and the inputs, if the caller has them. Raises `UsageError`, `OptionUnsupported`,
        `ImageNotFound`, `PullRefused`.
        """
        check_destinations(request.inputs, taken=request.options.mount_destinations)
        request = replace(request, runtime=chosen_runtime(request.runtime, options=request.options))
        self.engine.containers.check(request.options)
        request = replace(request, options=self._options(request))
        lent = lent_destinations(request.options, containers=self.engine.containers)
        check_destinations(request.inputs, taken=lent)
        code, *inputs = found or self._find(request)
        check_platform(request.options, image=code.image)
        check_volumes(request, code.image, lent=lent, progress=self.progress)
        plan = plan_of(request, code, inputs, id_=self.new_id, owner=self.owner, engine=self.engine.describe())
        return PreparedRun(plan, code, tuple(inputs))

    def _find(self, request: RunRequest) -> tuple[FoundImage, ...]:
        finder = ImageFinder(
            self.engine, self.keyring, self.interruptions, self.progress, request.registry, request.pull
        )
        return finder.find(request.image), *(finder.find(spec.image) for spec in request.inputs)

    def run(self, request: RunRequest) -> RunResult:
        """Run a job to its end and save its result, or reuse an existing one. Raises any `JobberError`."""
        prepared = self.prepare(request)
        return self._reused(request, prepared) or self.run_prepared(request, prepared)

    def run_prepared(self, request: RunRequest, prepared: PreparedRun) -> RunResult:
        """Run a prepared job to its end and commit its result. Raises any `JobberError`."""
        container = self._create(request, prepared)
        with self.console.spool() as log:
            try:
                watched = self._watch(container, prepared.plan, log, memory_from=request.memory_from)
                finished = self._finish(container, prepared, watched, log)
            except ContainerNotFound:
                from jobber.domain.use_cases.run.finish import finished_by_another

                finished = finished_by_another(self.engine, prepared.plan, progress=self.progress)
                if finished.ending is None:
                    raise
        assert finished.ending is not None
        tell_failure(
            finished.ending,
            image=finished.image,
            tags=finished.tags,
            has_entrypoint=bool(prepared.code.image.configuration.entrypoint or request.options.entrypoint),
            has_registry=request.registry is not None,
            progress=self.progress,
        )
        return result_of(finished, finished.ending)

    def detach(self, request: RunRequest) -> str:
        """Start a job without waiting for its end, and return the run's ID. Raises any `JobberError`.

        If an existing result is reused, the ID is that of the run that created it.
        """
        prepared = self.prepare(request)
        if reused := self._reused(request, prepared):
            return reused.reused
        return self.detach_prepared(request, prepared)

    def detach_prepared(self, request: RunRequest, prepared: PreparedRun) -> str:
        """Start a prepared job without waiting for its end, and return the run's ID. Raises any `JobberError`."""
        container = self._create(request, prepared)
        try:
            self._stop_if_interrupted()
        except Interrupted as error:
            discard(self.engine.containers, container, run=prepared.plan.id, cause=error)
            raise
        self._start(container, prepared.plan)
        return prepared.plan.id

    def reusable(self, request: RunRequest, prepared: PreparedRun) -> ListedResult | None:
        """Return the result to reuse instead of running the job; None if it must run."""
        if not request.reuse:
            return None
        from jobber.domain.use_cases.run.reuse import FindReusableResult

        reuse = FindReusableResult(self.engine, self.progress)
        return reuse.find(prepared.plan, code=prepared.code.image, options=request.options)

    def _reused(self, request: RunRequest, prepared: PreparedRun) -> RunResult | None:
        result = self.reusable(request, prepared)
        if result is None:
            return None
        record = result.record
        self.progress.note("reused", run=record.id, when=rfc3339(record.ending.finished))
        try:
            tags = self._finisher().hand_over(result.image.id, prepared.plan, at=self.clock.now())
        except ImageNotFound:
            self.progress.warn("reused-is-gone", run=record.id)
            return None
        return RunResult(
            0, Outcome.SUCCEEDED, result.image.id, tags, reused=record.id, out_of_memory=record.ending.out_of_memory
        )

    def _create(self, request: RunRequest, prepared: PreparedRun) -> ContainerId:
        for _ in range(_TRIES):
            try:
                return self._create_once(request, prepared)
            except InputGone:  # `jobber prune` has removed an input
                continue
        return self._create_once(request, prepared)

    def _create_once(self, request: RunRequest, prepared: PreparedRun) -> ContainerId:
        with self.interruptions.abortable():
            mounts = self._provide(prepared)
        self._stop_if_interrupted()
        options = self._options(request)
        specification = ContainerSpecification(
            image=prepared.code.image.id,
            options=options,
            command=request.command,
            inputs=mounts,
            labels=container_labels(prepared.plan, version=self.version),
            runtime=prepared.plan.runtime,
            terminal=None if request.detach else self.console.terminal,
            reads_input=not request.detach,
            unset=unset_variables(prepared.code.image, options=options),
        )
        return self.engine.containers.create(specification)

    def _options(self, request: RunRequest) -> ContainerOptions:
        """Return the options with the defaults of the engine's own client; records contain only the requested ones."""
        return request.options.with_defaults(self.engine.containers.client_environment)

    def _watch(self, container: ContainerId, plan: RunPlan, log: BinaryIO, *, memory_from: str) -> _Watched:
        terminal = self.console.terminal
        with self.console.raw():
            attachment = self._attach(container, plan, terminal)
            started = self.clock.now()
            try:
                self._start(container, plan)
            except BaseException:
                attachment.close()
                raise
            if terminal is not None:
                attachment.resize(terminal)
            watch = self._watcher(container, plan, log)
            try:
                import jobber.domain.use_cases.run.finish  # noqa: F401 - while the job runs

                exit_status, outcome = watch.until_exit(attachment, timeout=plan.timeout)
            except Detached as abandoned:
                interrupted = Interrupted(abandoned.signal)
                interrupted.hint = left_as_it_is(container, run=plan.id)
                raise interrupted from None
            except (EngineFailed, EngineLost, LogLost) as error:
                error.hint = left_as_it_is(container, run=plan.id)
                raise
            finally:
                attachment.close()
        finished = self.clock.now()
        if watch.ends_early is None and exit_status:
            outcome = self.engine.runs.noted_end(plan.id) or outcome  # `jobber stop` records the outcome
        ended = self._inspected(container)
        ending = RunEnding(started, finished, outcome, exit_status, ended.out_of_memory if ended else None)
        tell_memory(
            ending,
            limit=ended.memory_limit if ended else None,
            docker_args=plan.docker_args,
            place=memory_from,
            progress=self.progress,
        )
        return _Watched(ending, promptly=not watch.was_disturbed)

    def _inspected(self, container: ContainerId) -> Container | None:
        """Inspect a container whose job has ended; None if the engine fails, because the result does not need it."""
        try:
            return self.engine.containers.inspect(container)
        except (EngineFailed, EngineLost):
            return None

    def _attach(self, container: ContainerId, plan: RunPlan, terminal: Terminal | None) -> Attachment:
        try:
            self._stop_if_interrupted()
            return self.engine.containers.attach(
                container, stdin=self.console.stdin, interruptions=self.interruptions, terminal=terminal
            )
        except BaseException as error:
            discard(self.engine.containers, container, run=plan.id, cause=error)
            raise

    def _start(self, container: ContainerId, plan: RunPlan) -> None:
        """Start the job. If it did not start, remove the container; if it may have started, leave it for recovery."""
        try:
            self.engine.containers.start(container)
        except (Interrupted, EngineLost) as error:
            error.hint = left_as_it_is(container, run=plan.id)
            raise
        except BaseException as error:
            discard(self.engine.containers, container, run=plan.id, cause=error)
            raise

    def _watcher(self, container: ContainerId, plan: RunPlan, log: BinaryIO) -> Watch:
        return Watch(
            containers=self.engine.containers,
            container=container,
            console=self.console,
            clock=self.clock,
            progress=self.progress,
            log=log,
            grace=plan.grace,
            on_end=lambda outcome: self.engine.runs.note_end(plan.id, image=plan.image.id, outcome=outcome),
        )

    def _finish(self, container: ContainerId, prepared: PreparedRun, watched: _Watched, log: BinaryIO) -> Finished:
        plan, ending = prepared.plan, watched.ending
        runs, image = self.engine.runs, prepared.code.image.id
        try:
            claim = runs.hold(plan.id, image=image) if watched.promptly else runs.claim(plan.id, image=image)
        except (EngineFailed, EngineLost) as error:
            left, log_is = left_as_it_is(container, run=plan.id), self._keep_log(container, plan, log)
            error.hint = f"{left}; {log_is}" if log_is else left
            raise
        try:
            return self._finisher().finish(
                container,
                plan,
                ending,
                claim=claim,
                code=prepared.code.image,
                log=lambda: log,
                is_first=watched.promptly and ending.outcome in (Outcome.SUCCEEDED, Outcome.FAILED),
                keep_log=lambda: self._keep_log(container, plan, log),
            )
        finally:
            claim.release()

    def _keep_log(self, container: ContainerId, plan: RunPlan, log: BinaryIO) -> str | None:
        containers, kept = self.engine.containers, self.kept_logs
        return keep_log(plan.id, container=container, log=log, containers=containers, kept=kept, progress=self.progress)

    def _finisher(self) -> FinishRun:
        from jobber.domain.use_cases.run.finish import FinishRun

        return FinishRun(self.engine, self.clock, self.interruptions, self.keyring, self.progress, self.version)

    def _provide(self, prepared: PreparedRun) -> tuple[ImageMount | VolumeMount, ...]:
        return tuple(
            self.engine.inputs.provide(
                replace(found.image, references=(recorded.image.reference,)),
                source=recorded.source,
                destination=recorded.destination,
                progress=self.progress,
            )
            for found, recorded in zip(prepared.inputs, prepared.plan.inputs, strict=True)
        )

    def _stop_if_interrupted(self) -> None:
        if signal := take_signal(self.interruptions):
            raise Interrupted(signal)


def result_of(finished: Finished, ending: RunEnding) -> RunResult:
    """Return the outcome of a finished run with the exit status of `jobber run`."""
    match ending.outcome:
        case Outcome.TIMED_OUT:
            exit_status = EXIT_TIMED_OUT
        case Outcome.INTERRUPTED:
            exit_status = EXIT_INTERRUPTED
        case Outcome.SUCCEEDED | Outcome.FAILED | Outcome.PRUNED:
            exit_status = ending.exit_status
        case _ as never:
            assert_never(never)
    return RunResult(exit_status, ending.outcome, finished.image, finished.tags, out_of_memory=ending.out_of_memory)
