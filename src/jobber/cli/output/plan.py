"""The output of `jobber run --dry-run`: the plan of a run as YAML-like lines on stdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jobber._version import __version__
from jobber.domain.images.naming import LATEST_RUN
from jobber.domain.images.reference import parse_reference
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.labels import container_labels
from jobber.domain.runs.policy import ResultImagePolicy
from jobber.domain.runs.record import rfc3339

if TYPE_CHECKING:
    from jobber.domain.runs.result import ListedResult
    from jobber.domain.use_cases.run.prepare import PreparedRun, RunRequest


def print_plan(request: RunRequest, prepared: PreparedRun, *, reused: ListedResult | None = None) -> None:
    """Print the plan of a run in YAML; `reused` is the result that would replace the run."""
    plan = prepared.plan
    lines = [
        _pair("image", f"{plan.image.reference} ({plan.image.id})"),
        _pair("command", None if plan.command is None else list(plan.command)),
        "inputs:" if plan.inputs else "inputs: []",
        *(
            f"- {json.dumps(item.image.reference)} # {item.image.id}\n  src: {json.dumps(item.source)}"
            f"\n  dest: {json.dumps(item.destination)}"
            for item in plan.inputs
        ),
        _pair("mounts", [f"{m.source or m.kind}:{m.destination}" for m in request.options.mounts]),
        _pair("Xdocker", list(plan.docker_args)),
        _pair("configs", list(plan.configs)),
        _pair("runtime", plan.runtime),
        _pair("out", plan.out),
        _pair("timeout", request.timeout),
        _pair("result-image", plan.keep.value),
        _pair("engine", f"{plan.engine_name} {plan.engine_version}"),
        _pair("tags", _tags(prepared)),
        _pair("push", plan.push and _is_remote(plan.repository)),
        *([_pair("reuse", _reused_run(reused))] if request.reuse else []),
        "labels:",
        *(
            f"  {name}: {json.dumps(value, ensure_ascii=False)}"
            for name, value in container_labels(plan, version=__version__).items()
            if name != Label.RUN
        ),
    ]
    print("\n".join(lines))


def _reused_run(reused: ListedResult | None) -> str | None:
    if reused is None:
        return None
    return f"run {reused.record.id} of {rfc3339(reused.record.ending.finished)} ({reused.image.id})"


def _tags(prepared: PreparedRun) -> list[str]:
    plan = prepared.plan
    if plan.repository is None or plan.keep is ResultImagePolicy.NONE:
        return []
    return [f"{plan.repository}:{LATEST_RUN}", f"{plan.repository}:YYYYMMDD_HHMMSS"]


def _is_remote(repository: str | None) -> bool:
    return repository is not None and parse_reference(repository).is_remote


def _pair(name: str, value: object) -> str:
    return f"{name}: {json.dumps(value, ensure_ascii=False)}"
