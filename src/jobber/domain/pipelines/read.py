"""Read the tree of a pipeline's file; every error is reported, with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.configuration.kind import InvalidValue
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.errors import SettingInvalid, UnknownSetting
from jobber.domain.images.reference import is_image_name
from jobber.domain.pipelines.definition import JobDefinition, PipelineDefinition
from jobber.domain.pipelines.errors import wrong
from jobber.domain.pipelines.kinds import IS_PARAMETER, scalar
from jobber.domain.pipelines.settings import RUN_ONLY, SETTINGS
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from jobber.domain.configuration.node import Entry, Node
    from jobber.domain.errors import UsageError

_TOP = ("params", "jobs")
_EXAMPLE = "for example `jobs: {train: {image: python, cmd: python3 -V}}`"


def read_pipeline(node: Node, *, path: str, errors: list[UsageError]) -> PipelineDefinition:
    """Return the content of a file; invalid parts are left out and reported in `errors`."""
    if not isinstance(node.content, dict):
        errors.append(wrong(Origin(path, node.line), f"a pipeline is a mapping, not {node.kind}", hint=_EXAMPLE))
        return PipelineDefinition(path)
    for name, (line, _) in node.content.items():
        if name not in _TOP:
            hint = did_you_mean(name, known=_TOP) or "a pipeline has params and jobs"
            errors.append(UnknownSetting(Origin(path, line).point, name=name, hint=hint))
    parameters, file = _parameters(node.content.get("params"), path, errors)
    return PipelineDefinition(path, parameters, _jobs(node.content.get("jobs"), path, errors), file)


def read_parameters(node: Node, *, path: str, errors: list[UsageError]) -> dict[str, Value[str]]:
    """Return the parameters in the tree of a file or of a mapping."""
    if node.content is None:
        return {}
    if not isinstance(node.content, dict):
        errors.append(wrong(Origin(path, node.line), f"params must be a mapping of names to values, not {node.kind}"))
        return {}
    parameters = {}
    for name, (line, value) in node.content.items():
        origin = Origin(path, line)
        try:
            parameters[name] = Value(scalar(name, value), origin)
        except InvalidValue as error:
            errors.append(SettingInvalid(origin.point, name="params:", why=error.why))
        if not IS_PARAMETER(name):
            hint = "names have letters, digits, _, . and -, and begin with a letter"
            errors.append(wrong(origin, f"params: invalid name {name!r}", hint=hint))
    return parameters


def _parameters(
    entry: Entry | None, path: str, errors: list[UsageError]
) -> tuple[dict[str, Value[str]], Value[str] | None]:
    if entry is None:
        return {}, None
    if isinstance(entry.node.content, str):
        return {}, Value(entry.node.content, Origin(path, entry.line))
    return read_parameters(entry.node, path=path, errors=errors), None


def _jobs(entry: Entry | None, path: str, errors: list[UsageError]) -> dict[str, JobDefinition]:
    if entry is None or not isinstance(entry.node.content, dict) or not entry.node.content:
        line = 1 if entry is None else entry.line
        what = (
            "a pipeline needs jobs"
            if entry is None
            else f"jobs must be a mapping of names to jobs, not {_shown(entry)}"
        )
        errors.append(wrong(Origin(path, line), what, hint=_EXAMPLE))
        return {}
    return {name: _job(name, item, path, errors) for name, item in entry.node.content.items()}


def _job(name: str, entry: Entry, path: str, errors: list[UsageError]) -> JobDefinition:
    origin = Origin(path, entry.line)
    if not is_image_name(name):
        hint = (
            "a job's name is the repository of its results: lower case letters, digits, and single . _ - between them"
        )
        errors.append(wrong(origin, f"{name!r} is not a valid name of a job", hint=hint))
    if not isinstance(entry.node.content, dict):
        errors.append(wrong(origin, f"job {name} must be a mapping of settings, not {entry.node.kind}"))
        return JobDefinition(name, origin)
    values: dict[str, Value[Any]] = {}
    for key, (line, node) in entry.node.content.items():
        at = Origin(path, line)
        row = SETTINGS.get(key)
        if row is None:
            hint = did_you_mean(key, known=SETTINGS) or f"a job has {', '.join(SETTINGS)}"
            errors.append(UnknownSetting(at.point, name=key, hint=hint))
            continue
        try:
            values[key] = Value(row.kind.read(node, at), at)
        except InvalidValue as error:
            point = at.at(error.line or line).point
            errors.append(SettingInvalid(point, name=f"{name}: {key}", why=error.why, hint=error.hint))
            values[key] = Value(None, at)
    definition = JobDefinition(name, origin, values)
    _check_kind(definition, errors)
    return definition


def _check_kind(job: JobDefinition, errors: list[UsageError]) -> None:
    if "build" not in job.values and "image" not in job.values:
        hint = f"{job.name}: {{image: IMAGE, cmd: COMMAND}}, or {job.name}: {{build: DIRECTORY}}"
        errors.append(wrong(job.origin, f"job {job.name} has neither image nor build", hint=hint))
    if "build" in job.values:
        for key in (key for key in job.values if key in RUN_ONLY):
            hint = "build in one job, and run its image in another"
            errors.append(wrong(job.values[key].origin, f"{job.name}: a build job can't have {key}", hint=hint))


def _shown(entry: Entry) -> str:
    return "an empty mapping" if entry.node.content == {} else entry.node.kind
