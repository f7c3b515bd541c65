"""The jobs of a pipeline: one for each cell, with all parameters replaced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.configuration.in_force import Settings
from jobber.domain.configuration.settings import DEFAULT_REGISTRY
from jobber.domain.images.naming import moving_tag
from jobber.domain.images.reference import ImageReference
from jobber.domain.pipelines.definition import NOTHING, Needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.domain.configuration.origin import Origin
    from jobber.domain.pipelines.definition import BuildDefinition
    from jobber.domain.pipelines.names import JobId


@dataclass(frozen=True, slots=True)
class Source:
    """The image that a job runs or mounts: that of another job, or a reference."""

    job: JobId | None = None
    reference: str = ""

    @property
    def label(self) -> str:
        """The name for messages."""
        return self.job or self.reference


@dataclass(frozen=True, slots=True)
class JobInput:
    """An input of a job."""

    source: Source
    directory: str | None
    """The directory of the image; None for the image's own out directory."""
    destination: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a pipeline, or a cell of one."""

    id: JobId
    name: str
    origin: Origin
    cell: str = ""
    build: BuildDefinition | None = None
    """The build; None for a job that runs."""
    code: Source = Source()
    """The image that the job runs."""
    inputs: tuple[JobInput, ...] = ()
    settings: Settings = field(default_factory=Settings)
    """The settings in force, with the job's own on top."""
    needs: Needs = NOTHING
    retries: int = 0
    assumes_fresh: bool = False

    @property
    def upstream(self) -> tuple[JobId, ...]:
        """The jobs that this one needs, each once."""
        sources = (self.code, *(item.source for item in self.inputs))
        return tuple(dict.fromkeys(source.job for source in sources if source.job is not None))

    @property
    def repository(self) -> ImageReference:
        """The repository of the job's results."""
        return ImageReference(self.name).within(self.settings.get(DEFAULT_REGISTRY))

    @property
    def moving(self) -> ImageReference:
        """The tag that moves to the job's newest result."""
        return self.repository.tagged("latest" if self.build else moving_tag(self.cell))


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The jobs of a pipeline, each after those that it needs."""

    path: str
    jobs: Mapping[JobId, Job] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def cells(self, name: str) -> Iterator[Job]:
        """Yield the cells of a job."""
        return (job for job in self.jobs.values() if job.name == name)
