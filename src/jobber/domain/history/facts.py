"""Results converted to JSON objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.runs.metrics import metrics_of
from jobber.domain.runs.parameters import parameters_of
from jobber.domain.runs.record import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.runs.result import ListedResult, RunRecord


def entry_of(result: ListedResult) -> dict[str, Any]:
    """Return the image and the run of a result; times in RFC 3339, sizes in bytes."""
    image = result.image
    return {
        "id": image.id,
        "tags": list(image.references),
        "digests": list(image.digests),
        "size": image.size,
        **run_facts(result.record, image.labels),
    }


def run_facts(record: RunRecord, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a run's record, parameters and metrics."""
    return {
        "run": record.id,
        "image": image_facts(record.image),
        "inputs": [{**image_facts(item.image), "src": item.source, "dest": item.destination} for item in record.inputs],
        "command": None if record.command is None else list(record.command),
        "docker-args": list(record.docker_args),
        "runtime": record.runtime,
        "out": record.out,
        "configs": list(record.configs),
        "started": rfc3339(record.ending.started),
        "finished": rfc3339(record.ending.finished),
        "seconds": record.seconds,
        "outcome": record.ending.outcome.value,
        "exit-code": record.ending.exit_status,
        "out-of-memory": record.ending.out_of_memory,
        "engine": {"name": record.engine_name, "version": record.engine_version},
        "parameters": dict(parameters_of(record)),
        "metrics": dict(metrics_of(labels)),
    }


def image_facts(image: RecordedImage) -> dict[str, Any]:
    """Return an image as a run used it."""
    return {"ref": image.reference, "id": image.id, "digests": list(image.digests)}
