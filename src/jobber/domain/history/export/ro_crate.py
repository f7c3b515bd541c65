"""Process Run Crate: the metadata file of an RO-Crate that describes one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.history.export.exported import environment_of, hex_of, is_named, package_url, software_url
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.record import rfc3339

if TYPE_CHECKING:
    from jobber.domain.history.export.exported import ExportedRun
    from jobber.domain.runs.record import RecordedImage, RecordedInput

CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
CRATE = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
DOCKER_IMAGE = "https://w3id.org/ro/terms/workflow-run#DockerImage"
METADATA_FILE = "ro-crate-metadata.json"
Entity = dict[str, object]


def render_ro_crate(run: ExportedRun) -> dict[str, object]:
    """Return the content of `ro-crate-metadata.json`."""
    record = run.record
    entities: list[Entity] = [
        {"@id": METADATA_FILE, "@type": "CreativeWork", "about": _link("./"), "conformsTo": _link(CRATE)},
        _root(run),
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        _license(run),
        _action(run),
        _program(run),
        *(_data(item) for item in record.inputs),
        _result(run),
        *_containers([record.image, run.result, *(item.image for item in record.inputs)]),
        *_environment(run),
        _jobber(run),
    ]
    return {"@context": CONTEXT, "@graph": list({str(entity["@id"]): entity for entity in entities}.values())}


def _root(run: ExportedRun) -> Entity:
    data = [_input_id(item) for item in run.record.inputs]
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": run.title,
        "description": f"Run {run.record.id}: {run.sentence}.",
        "datePublished": rfc3339(run.record.ending.finished),
        "license": _link(_license_id(run)),
        "conformsTo": _link(PROFILE),
        "hasPart": [_link(id_) for id_ in dict.fromkeys((*data, _result_id(run)))],
        "mentions": _link(_run_id(run)),
    }


def _license(run: ExportedRun) -> Entity:
    licence = run.license or "no licence is stated"
    return {"@id": _license_id(run), "@type": "CreativeWork", "name": licence, "description": f"Licence: {licence}."}


def _license_id(run: ExportedRun) -> str:
    is_one = run.license.replace("-", "").replace(".", "").isalnum()
    return f"https://spdx.org/licenses/{run.license}" if is_one else "#license"


def _action(run: ExportedRun) -> Entity:
    record, ending = run.record, run.record.ending
    succeeded = ending.outcome is Outcome.SUCCEEDED
    state = "CompletedActionStatus" if succeeded else "FailedActionStatus"
    words = "the command of the image" if record.command is None else " ".join(record.command)
    action: Entity = {
        "@id": _run_id(run),
        "@type": "CreateAction",
        "identifier": f"urn:uuid:{record.id}",
        "name": run.title,
        "description": f"Command: {words}",
        "startTime": rfc3339(ending.started),
        "endTime": rfc3339(ending.finished),
        "actionStatus": _link(f"http://schema.org/{state}"),
        "instrument": _link(_program_id(record.image)),
        "object": [_link(_input_id(item)) for item in record.inputs],
        "result": [_link(_result_id(run))],
        "agent": _link(_jobber_id(run)),
        "containerImage": _link(_container_id(record.image)),
    }
    if names := [_variable_id(name) for name, _ in environment_of(record)]:
        action["environment"] = [_link(id_) for id_ in dict.fromkeys(names)]
    return action if succeeded else {**action, "error": run.sentence}


def _program(run: ExportedRun) -> Entity:
    """Return the code image as a software application."""
    image = run.record.image
    version = image.digests[0].partition("@")[2] if image.digests else image.id
    return {
        "@id": _program_id(image),
        "@type": "SoftwareApplication",
        "name": image.reference,
        "description": f"The program in the container image {image.reference}.",
        "version": version,
        "url": package_url(image.digests[0]) if image.digests else f"urn:jobber:image:{image.id}",
        "containerImage": _link(_container_id(image)),
    }


def _data(item: RecordedInput) -> Entity:
    return {
        "@id": _input_id(item),
        "@type": "Dataset",
        "name": f"{item.source} of {item.image.reference}",
        "description": f"Mounted at {item.destination}.",
        "identifier": item.image.id,
        "isPartOf": _link(_container_id(item.image)),
    }


def _result(run: ExportedRun) -> Entity:
    place = run.record.out or "/"
    return {
        "@id": _result_id(run),
        "@type": "Dataset",
        "name": f"{place} of {run.result.reference}",
        "description": "The snapshot of the run's file system; the job's output is in /run.log.",
        "identifier": run.result.id,
        "dateCreated": rfc3339(run.record.ending.finished),
        "isPartOf": _link(_container_id(run.result)),
    }


def _containers(images: list[RecordedImage]) -> list[Entity]:
    return [_container(image) for image in images]


def _container(image: RecordedImage) -> Entity:
    name = image.reference.partition("@")[0]
    head, _, last = name.rpartition("/")
    host = head.partition("/")[0]
    registry = host if "." in host or ":" in host else "docker.io"
    facts: Entity = {
        "@id": _container_id(image),
        "@type": "ContainerImage",
        "additionalType": _link(DOCKER_IMAGE),
        "name": name if is_named(image) else image.id,
        "registry": registry,
        "sha256": hex_of(image),
    }
    if is_named(image) and ":" in last:
        facts["tag"] = last.partition(":")[2]
        facts["name"] = name.removesuffix(f":{facts['tag']}").removeprefix(f"{registry}/")
    return facts


def _environment(run: ExportedRun) -> list[Entity]:
    return [
        {"@id": _variable_id(name), "@type": "PropertyValue", "name": name, "value": value}
        for name, value in environment_of(run.record)
    ]


def _jobber(run: ExportedRun) -> Entity:
    record = run.record
    return {
        "@id": _jobber_id(run),
        "@type": "SoftwareApplication",
        "name": "jobber",
        "version": run.jobber_version or "unknown",
        "url": software_url(run.jobber_version),
        "description": f"With {record.engine_name} {record.engine_version}.",
    }


def _run_id(run: ExportedRun) -> str:
    return f"#run-{run.record.id}"


def _program_id(image: RecordedImage) -> str:
    return f"#program-{hex_of(image)}"


def _container_id(image: RecordedImage) -> str:
    return f"#image-{hex_of(image)}"


def _input_id(item: RecordedInput) -> str:
    return f"urn:jobber:input:{item.image.id}:{_escaped(item.source.rstrip('/'))}/"


def _result_id(run: ExportedRun) -> str:
    return f"urn:jobber:result:{run.image.id}/"


def _variable_id(name: str) -> str:
    return f"#variable-{_escaped(name)}"


def _jobber_id(run: ExportedRun) -> str:
    return f"#jobber-{run.jobber_version or 'unknown'}"


def _escaped(text: str) -> str:
    """Return a text as part of a URI: bytes that are reserved or not allowed are percent-encoded."""
    data = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if chr(byte) in _PLAIN else f"%{byte:02X}" for byte in data)


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")


def _link(id_: str) -> dict[str, str]:
    return {"@id": id_}
