"""The settings of a job: the one table used to read, check and document them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jobber.domain.configuration.kinds import Boolean, Text
from jobber.domain.configuration.settings import CMD, OUT, RESULT_IMAGE, RUNTIME, XDOCKER
from jobber.domain.pipelines.kinds import SCALAR, BuildOf, Cells, Duration, Matrix, Resources, Texts, Whole

if TYPE_CHECKING:
    from collections.abc import Mapping


class JobSetting(NamedTuple):
    """One row of the table."""

    name: str
    kind: Any
    """The type, a `SettingType`."""
    summary: str
    of_builds: bool = False
    """True if a build job can have the setting."""


_INPUTS = Texts("a list of inputs: a job or an image, with src=DIR and dest=DIR")
_CONFIGS = Texts("a list of names of configurations")

SETTINGS: Mapping[str, JobSetting] = {
    row.name: row
    for row in (
        JobSetting(
            "build", BuildOf(), "build context, or a mapping with context, file, target, args and platform", True
        ),
        JobSetting("image", Text("a job or an image", str.strip, none=None), "job or image that is run"),
        JobSetting("cmd", CMD.kind, "command; ${name} is replaced in each word"),
        JobSetting("inputs", _INPUTS, "jobs and images that are mounted, in the grammar of -i"),
        JobSetting("out", OUT.kind, OUT.summary),
        JobSetting("Xdocker", XDOCKER.kind, XDOCKER.summary),
        JobSetting("runtime", RUNTIME.kind, RUNTIME.summary),
        JobSetting("timeout", Duration(), "time limit of the run: seconds, or a duration such as 3h"),
        JobSetting("result-image", RESULT_IMAGE.kind, RESULT_IMAGE.summary),
        JobSetting("configs", _CONFIGS, "configurations to activate for the job"),
        JobSetting("matrix", Matrix(), "axes; the job has a cell for each combination of their values"),
        JobSetting("exclude", Cells(), "cells that the matrix does not have"),
        JobSetting("include", Cells(), "cells that the matrix has in addition"),
        JobSetting("needs", Resources(), "resources that the job occupies: gpus, cpus, memory"),
        JobSetting("retries", Whole(), "repetitions after a failure of the engine"),
        JobSetting("assume-fresh", Boolean(), "whether unrecorded dependencies count as unchanged"),
    )
}
"""The settings of a job, in display order."""
RUN_ONLY = tuple(name for name, row in SETTINGS.items() if not row.of_builds)


def schema() -> dict[str, object]:
    """Return the JSON Schema of a pipeline's file."""
    properties = {name: {"description": row.summary, **row.kind.schema} for name, row in SETTINGS.items()}
    job = {
        "type": "object",
        "properties": properties,
        "oneOf": [{"required": ["build"]}, {"required": ["image"]}],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "jobber-pipeline.yml",
        "type": "object",
        "properties": {
            "params": {
                "description": "parameters: a mapping of names to values, or a file with one",
                "anyOf": [{"type": "object", "additionalProperties": SCALAR}, {"type": "string", "minLength": 1}],
            },
            "jobs": {
                "description": "jobs by name",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"$ref": "#/$defs/job"},
            },
        },
        "required": ["jobs"],
        "additionalProperties": False,
        "$defs": {"job": job},
    }
