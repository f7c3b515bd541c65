"""SLSA provenance v1 in an in-toto statement: the images that a result was built from, and the build's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.history.export.exported import hex_of, package_url, software_url
from jobber.domain.runs.record import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.history.export.exported import ExportedRun
    from jobber.domain.runs.record import RecordedImage

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "pkg:pypi/docker-jobber#run/v1"
"""The build type, which defines the parameters: those of `jobber run`, as in the run record."""


def render_slsa(run: ExportedRun) -> dict[str, object]:
    """Return the in-toto statement."""
    record = run.record
    return {
        "_type": STATEMENT,
        "subject": list(_subjects(run.result)),
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "image": record.image.reference,
                    "inputs": [
                        {"image": item.image.reference, "src": item.source, "dest": item.destination}
                        for item in record.inputs
                    ],
                    "command": None if record.command is None else list(record.command),
                    "docker-args": list(record.docker_args),
                    "runtime": record.runtime,
                    "out": record.out,
                },
                "internalParameters": {
                    "configs": list(record.configs),
                    "outcome": record.ending.outcome.value,
                    "exit-code": record.ending.exit_status,
                },
                "resolvedDependencies": [_dependency(image) for image in record.made_from],
            },
            "runDetails": {
                "builder": {
                    "id": software_url(""),
                    "version": {"jobber": run.jobber_version, record.engine_name: record.engine_version},
                },
                "metadata": {
                    "invocationId": f"urn:uuid:{record.id}",
                    "startedOn": rfc3339(record.ending.started),
                    "finishedOn": rfc3339(record.ending.finished),
                },
            },
        },
    }


def _subjects(image: RecordedImage) -> Iterator[dict[str, object]]:
    """Yield the image under its names in registries, then under its name on the engine."""
    for digest in image.digests:
        repository, _, digits = digest.partition("@")
        yield {"name": repository, "uri": package_url(digest), "digest": _digest(digits)}
    yield {"name": image.reference, "digest": {"sha256": hex_of(image)}}


def _dependency(image: RecordedImage) -> dict[str, object]:
    annotations = {"image-id": image.id, **({"chain-id": image.chain} if image.chain else {})}
    if not image.digests:
        return {"name": image.reference, "digest": {"sha256": hex_of(image)}, "annotations": annotations}
    digest = image.digests[0]
    return {
        "name": image.reference,
        "uri": package_url(digest),
        "digest": _digest(digest.partition("@")[2]),
        "annotations": annotations,
    }


def _digest(text: str) -> dict[str, str]:
    algorithm, _, digits = text.partition(":")
    return {algorithm: digits}
