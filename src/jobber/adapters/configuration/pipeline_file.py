"""Search for the file of a pipeline, and parsing of it and of its file with parameters."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jobber.adapters.configuration.files import read_content, upwards
from jobber.domain.errors import UsageError
from jobber.domain.pipelines.read import read_parameters, read_pipeline

if TYPE_CHECKING:
    from jobber.domain.pipelines.definition import PipelineDefinition

NAME = "jobber-pipeline.yml"


def find_pipeline_file(directory: str, *, top: str = "/") -> str:
    """Return the path of the pipeline's file in a directory or one above it, none above `top`. Raises `UsageError`."""
    for path in upwards(directory, NAME, top=top):
        if os.path.lexists(path):
            return path
    raise UsageError(f"there is no {NAME} in {directory} or a directory above it", hint="name another file with -f")


def read_pipeline_file(path: str, errors: list[UsageError]) -> PipelineDefinition:
    """Return the content of a pipeline's file, with the parameters of the file that it names.

    Errors in the content are reported in `errors`. Raises `ConfigurationUnreadable`, and `ConfigurationInvalid` if a
    file is not YAML.
    """
    from dataclasses import replace

    from jobber.adapters.configuration.tree import read_tree

    definition = read_pipeline(read_tree(read_content(path), path=path), path=path, errors=errors)
    if definition.parameter_file is None:
        return definition
    named = os.path.join(os.path.dirname(path), definition.parameter_file.content)  # noqa: PTH118, PTH120
    if not os.path.exists(named):  # noqa: PTH110
        from jobber.domain.pipelines.errors import wrong

        origin = definition.parameter_file.origin
        errors.append(wrong(origin, f"params: there is no file {named}", hint="write params: {NAME: VALUE}"))
        return definition
    tree = read_tree(read_content(named), path=named)
    return replace(definition, parameters=read_parameters(tree, path=named, errors=errors))
