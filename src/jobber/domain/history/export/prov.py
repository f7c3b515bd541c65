"""W3C PROV-JSON: images are entities, a run is an activity, jobber and the engine are its agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.history.export.exported import hex_of, software_url
from jobber.domain.runs.record import rfc3339

if TYPE_CHECKING:
    from jobber.domain.history.export.exported import ExportedRun
    from jobber.domain.runs.record import RecordedImage, RecordedInput

PREFIXES = {"image": "urn:jobber:image:sha256:", "jobber": "urn:jobber:term:", "run": "urn:uuid:"}
Attributes = dict[str, object]


def render_prov(run: ExportedRun) -> dict[str, object]:
    """Return the PROV-JSON document."""
    record = run.record
    activity = f"run:{record.id}"
    result = _name(run.result)
    used: list[Attributes] = [
        {"prov:activity": activity, "prov:entity": _name(record.image), "prov:role": "code"},
        *(_used(activity, item) for item in record.inputs),
    ]
    return {
        "prefix": PREFIXES,
        "entity": {_name(image): _entity(image) for image in (run.result, *reversed(record.made_from))},
        "activity": {activity: _activity(run)},
        "agent": {
            "jobber:jobber": _software("jobber", run.jobber_version, software_url(run.jobber_version)),
            f"jobber:{record.engine_name}": _software(record.engine_name, record.engine_version),
        },
        "used": _numbered("u", used),
        "wasGeneratedBy": {
            "_:g1": {"prov:entity": result, "prov:activity": activity, "prov:time": rfc3339(record.ending.finished)}
        },
        "wasDerivedFrom": _numbered(
            "d",
            [
                {"prov:generatedEntity": result, "prov:usedEntity": name, "prov:activity": activity}
                for name in dict.fromkeys(map(_name, record.made_from))
            ],
        ),
        "wasAssociatedWith": _numbered(
            "a",
            [
                {"prov:activity": activity, "prov:agent": "jobber:jobber"},
                {"prov:activity": activity, "prov:agent": f"jobber:{record.engine_name}", "prov:role": "engine"},
            ],
        ),
    }


def _name(image: RecordedImage) -> str:
    return f"image:{hex_of(image)}"


def _entity(image: RecordedImage) -> Attributes:
    digests = {"jobber:digest": list(image.digests)} if image.digests else {}
    chain = {"jobber:chain": image.chain} if image.chain else {}
    return {"prov:label": image.reference, "prov:type": "container image", **digests, **chain}


def _activity(run: ExportedRun) -> Attributes:
    record = run.record
    optional = {
        "jobber:command": None if record.command is None else list(record.command) or None,
        "jobber:docker-args": list(record.docker_args) or None,
        "jobber:runtime": record.runtime,
        "jobber:out": record.out,
        "jobber:configs": list(record.configs) or None,
    }
    return {
        "prov:startTime": rfc3339(record.ending.started),
        "prov:endTime": rfc3339(record.ending.finished),
        "prov:label": run.title,
        "prov:type": "jobber run",
        "jobber:outcome": record.ending.outcome.value,
        "jobber:exit-code": record.ending.exit_status,
        **{name: _in_order(value) for name, value in optional.items() if value is not None},
    }


def _in_order(value: list[str] | str) -> str:
    """Return a list of words as one JSON text, because PROV's own lists are unordered."""
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _software(name: str, version: str, url: str | None = None) -> Attributes:
    address = {"prov:location": url} if url else {}
    kind = {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}
    return {"prov:type": kind, "prov:label": name, "jobber:version": version, **address}


def _used(activity: str, item: RecordedInput) -> Attributes:
    return {
        "prov:activity": activity,
        "prov:entity": _name(item.image),
        "prov:role": "input",
        "jobber:src": item.source,
        "jobber:dest": item.destination,
    }


def _numbered(letter: str, relations: list[Attributes]) -> dict[str, Attributes]:
    return {f"_:{letter}{number}": relation for number, relation in enumerate(relations, 1)}
