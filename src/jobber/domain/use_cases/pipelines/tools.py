"""The objects that one job of a pipeline works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.pipelines.job import Job
    from jobber.domain.ports import Engine, Interruptions
    from jobber.domain.ports.progress import Progress
    from jobber.domain.use_cases.images.build import BuildImage
    from jobber.domain.use_cases.run.run import RunJob
    from jobber.domain.use_cases.unfinished.attach import AttachToRun


class JobTools(Protocol):
    """The objects for one attempt of one job; they belong to one thread."""

    @property
    def engine(self) -> Engine:
        """The engine, over a separate connection."""

    @property
    def progress(self) -> Progress:
        """The receiver of the job's messages."""

    @property
    def interruptions(self) -> Interruptions:
        """The termination signals for the job."""

    def runner(self) -> RunJob:
        """Return the use case of `jobber run`, with a new run ID."""

    def attacher(self) -> AttachToRun:
        """Return the use case of `jobber attach`."""

    def builder(self, job: Job) -> tuple[BuildImage, BuildRequest]:
        """Return the use case of `jobber build` and the request of a build job. Raises `UsageError`."""


class Toolbox(Protocol):
    """The source of tools."""

    def open(self, job: Job) -> AbstractContextManager[JobTools]:
        """Return a context with the tools for an attempt of a job."""
