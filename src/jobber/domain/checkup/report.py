"""Create the report from the findings."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from jobber.domain.checkup.check import Checkup
from jobber.domain.checkup.engines import check_engine
from jobber.domain.checkup.installation import check_configuration, check_installation
from jobber.domain.checkup.registries import check_registries
from jobber.domain.containers.engine_facts import EngineFacts
from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from jobber.domain.checkup.check import Check
    from jobber.domain.checkup.findings import EngineReport, Findings, Logins

_PASSWORD = re.compile(r"(?<=//)([^/@\s:]*):[^/@\s]*(?=@)")


def report(findings: Findings) -> Checkup:
    """Return the report: whether a run could work, and which problems to solve."""
    checks = (
        *check_installation(findings.installation),
        *check_configuration(findings.configuration),
        *check_engine(findings),
        *check_registries(findings),
    )
    return Checkup(tuple(map(_without_passwords, checks)), _clean(_facts(findings)))


def _facts(findings: Findings) -> dict[str, Any]:
    installation, configuration = findings.installation, findings.configuration
    engine = None if isinstance(findings.engine, JobberError) else findings.engine
    return {
        "jobber": {
            "version": installation.version,
            "location": installation.location,
            "commands": [asdict(command) for command in installation.commands],
            "distributions": [asdict(distribution) for distribution in installation.distributions],
        },
        "python": {"version": installation.python_version, "path": installation.python},
        "configuration": {
            "files": list(configuration.files),
            "active": list(configuration.active),
            "default-registry": configuration.default_registry or None,
        },
        "engine": engine and _engine_facts(engine),
        "elsewhere": [
            {
                "address": place.address,
                "why": place.why,
                "answer": place.answer,
                "is-engine": place.is_engine,
                "is-named": place.is_named,
            }
            for place in findings.places
        ],
        "logins": _login_facts(findings.logins),
        "runs": engine.runs if engine and not isinstance(engine.runs, JobberError) else None,
        "leftovers": engine.leftovers if engine and not isinstance(engine.leftovers, JobberError) else None,
    }


def _engine_facts(engine: EngineReport) -> dict[str, Any]:
    description = engine.description
    described = engine.facts if isinstance(engine.facts, EngineFacts) else None
    set_up = asdict(described or EngineFacts())
    set_up["space"] = engine.space and asdict(engine.space)
    return {
        "name": description.name,
        "version": description.version,
        "address": description.address or None,
        "why": engine.why,
        "mounts-images": description.mounts_images,
        "is-described": described is not None,
        **{name.replace("_", "-"): None if value == "" else value for name, value in set_up.items()},
        "devices": engine.devices and asdict(engine.devices),
    }


def _login_facts(logins: Logins) -> dict[str, Any]:
    return {
        "registries": [
            {"registry": login.registry, "origin": login.origin, "helper": login.helper or None}
            for login in logins.found
        ],
        "helpers": list(logins.helpers),
    }


def _without_passwords(check: Check) -> Check:
    return replace(check, text=_clean(check.text), hint=_clean(check.hint))


def _clean(value: Any) -> Any:
    """Return a value with the passwords in its addresses redacted."""
    match value:
        case str():
            return _PASSWORD.sub(r"\1:***", value)
        case dict():
            return {name: _clean(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
        case _:
            return value
