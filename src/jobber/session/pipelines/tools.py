"""The tools of each job: a separate engine connection, console, messages and signals."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.domain.errors import EngineLost, UsageError
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.dockerfile import base_references
from jobber.domain.pipelines.errors import wrong
from jobber.domain.use_cases.pipelines.tools import Toolbox
from jobber.session.bootstrap import image_build, run_finisher, runner
from jobber.session.build_arguments import check_context, check_dockerfile, dockerfile_text, find_dockerfile
from jobber.session.pipelines.display import JobConsole, JobProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobber.domain.pipelines.job import Job
    from jobber.domain.ports import Engine
    from jobber.domain.ports.progress import Progress
    from jobber.domain.use_cases.images.build import BuildImage
    from jobber.domain.use_cases.run.run import RunJob
    from jobber.domain.use_cases.unfinished.attach import AttachToRun
    from jobber.session.pipelines.display import JobDisplay
    from jobber.session.pipelines.signals import PipelineSignals, SignalsOfJob
    from jobber.session.session import Session

_PATHS = "build: {context: DIR, file: NAME}; DIR is relative to the directory of the pipeline's file"


@dataclass(slots=True)
class ToolsOfJob:
    """The tools for one attempt of one job."""

    session: Session
    """The session of the job: its messages and its signals."""
    engine: Engine
    console: JobConsole

    @property
    def progress(self) -> Progress:
        """The receiver of the job's messages."""
        return self.session.progress

    @property
    def interruptions(self) -> SignalsOfJob:
        """The termination signals for the job."""
        signals: SignalsOfJob = self.session.interruptions  # type: ignore[assignment]
        return signals

    def runner(self) -> RunJob:
        """Return the use case of `jobber run`, with a new run ID."""
        return runner(self.session, self.engine, console=self.console)

    def attacher(self) -> AttachToRun:
        """Return the use case of `jobber attach`."""
        from jobber.domain.use_cases.unfinished.attach import AttachToRun

        return AttachToRun(run_finisher(self.session, self.engine), self.console)

    def builder(self, job: Job) -> tuple[BuildImage, BuildRequest]:
        """Return the use case of `jobber build` and the request of a build job. Raises `UsageError`."""
        request = build_request(job, engine=self.engine)
        return image_build(self.session, self.engine, str(request.context), by_context_key=True), request


@dataclass(slots=True)
class EnginePool(Toolbox):
    """The tools of all jobs. Connections to the engine that no job uses now are kept for the next one."""

    session: Session
    connect: Callable[[], Engine]
    signals: PipelineSignals
    display: JobDisplay
    _idle: list[Engine] = field(default_factory=list)

    @contextmanager
    def open(self, job: Job) -> Iterator[ToolsOfJob]:
        """Yield the tools for an attempt of a job. Raises `EngineUnavailable`."""
        engine = self._idle.pop() if self._idle else self.connect()
        console = JobConsole(self.display, job)
        try:
            with self.signals.of_job() as signals:
                progress = JobProgress(self.display, job)
                session = replace(self.session, progress=progress, interruptions=signals)
                yield ToolsOfJob(session, engine, console)
        except EngineLost:
            engine.close()
            raise
        finally:
            console.stdin.close()
        self._idle.append(engine)

    def close(self) -> None:
        """Close the connections that no job uses."""
        while self._idle:
            self._idle.pop().close()


def build_request(job: Job, *, engine: Engine) -> BuildRequest:
    """Return the request of a build job. Raises `ConfigurationInvalid` for a context or Dockerfile that is missing."""
    try:
        return _build_request(job, engine=engine)
    except UsageError as error:
        raise wrong(job.origin, f"{job.id}: {error.what}", hint=_PATHS) from None


def _build_request(job: Job, *, engine: Engine) -> BuildRequest:
    build = job.build
    assert build is not None
    context = Path(os.path.normpath(Path(job.origin.directory or os.getcwd(), build.context)))  # noqa: PTH109
    check_context(context)
    named = None if build.file is None else context / build.file
    dockerfile = find_dockerfile(context, named)
    check_dockerfile(dockerfile, named, engine=engine.describe())
    arguments = {
        name: os.environ.get(name) if value.content is None else value.content for name, value in build.arguments
    }
    return BuildRequest(
        context=context,
        dockerfile=dockerfile,
        arguments=arguments,
        target=build.target,
        platform=build.platform,
        by_context_key=True,
        bases=base_references(dockerfile_text(dockerfile), arguments=arguments, platform=build.platform),
    )
