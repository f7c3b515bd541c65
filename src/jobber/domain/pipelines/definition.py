"""The jobs of a pipeline as its file defines them, before parameters and matrices are applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.configuration.origin import Origin, Value

Cell = dict[str, str]
"""The values of a cell, by axis."""


@dataclass(frozen=True, slots=True)
class BuildDefinition:
    """A build job."""

    context: str
    """The build context: a directory, relative to the pipeline's file."""
    file: str | None = None
    """The Dockerfile, relative to the context."""
    target: str | None = None
    platform: str | None = None
    arguments: tuple[tuple[str, Value[str | None]], ...] = ()
    """Build arguments by name; None takes the value from the caller's environment."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The resources that a job occupies while it runs."""

    gpus: int = 0
    cpus: float = 0.0
    memory: int = 0
    """Memory in bytes."""


NOTHING = Needs()


@dataclass(frozen=True, slots=True)
class JobDefinition:
    """A job as its file defines it."""

    name: str
    origin: Origin
    values: Mapping[str, Value[Any]] = field(default_factory=dict)
    """The values of its settings, by name."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a setting, or the default if it is missing or could not be read."""
        value = self.values.get(name)
        return default if value is None or value.content is None else value.content


@dataclass(frozen=True, slots=True)
class PipelineDefinition:
    """The content of a pipeline's file."""

    path: str
    parameters: Mapping[str, Value[str]] = field(default_factory=dict)
    jobs: Mapping[str, JobDefinition] = field(default_factory=dict)
    parameter_file: Value[str] | None = None
    """The file that declares the parameters, if the pipeline's file names one."""
