"""Pipelines for tests, from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from jobber.adapters.configuration.tree import read_tree
from jobber.domain.configuration.in_force import Settings
from jobber.domain.errors import UsageError
from jobber.domain.pipelines.errors import PipelineInvalid
from jobber.domain.pipelines.expand import expand
from jobber.domain.pipelines.job import Pipeline
from jobber.domain.pipelines.read import read_pipeline

PATH = "/p/jobber-pipeline.yml"


def pipeline_of(text: str, *, settings: Settings | None = None, given: Mapping[str, str] | None = None) -> Pipeline:
    """Return the pipeline in a text."""
    errors: list[UsageError] = []
    definition = read_pipeline(read_tree(dedent(text).encode(), path=PATH), path=PATH, errors=errors)

    def settings_of(names: tuple[str, ...]) -> Settings:
        if "unknown" in names:
            raise UsageError("-c unknown: unknown configuration 'unknown'")
        return settings or Settings(active=names)

    return expand(definition, overrides=given or {}, settings_of=settings_of, errors=errors)


def errors_of(text: str, given: Mapping[str, str] | None = None) -> list[str]:
    """Return the errors in a text, each with its hint."""
    try:
        pipeline_of(text, given=given)
    except PipelineInvalid as error:
        return [
            f"{it.what.removeprefix(PATH + ':')} ({it.hint})" if it.hint else it.what.removeprefix(PATH + ":")
            for it in error.errors
        ]
    return []


def commands_of(pipeline: Pipeline) -> Mapping[str, object]:
    """Return the commands of the jobs."""
    from jobber.domain.configuration.settings import CMD

    return {str(id_): job.settings.get(CMD) for id_, job in pipeline.jobs.items()}
