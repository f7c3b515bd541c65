"""Checks of registries and stored logins. Their texts name registries and programs, never users or passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.checkup.check import ok, problem
from jobber.domain.containers.engine_facts import EngineFacts
from jobber.domain.display import listed
from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobber.domain.checkup.check import Check
    from jobber.domain.checkup.findings import Findings


def check_registries(findings: Findings) -> Iterator[Check]:
    """Report the default registry and the logins, and check that credential helpers and password files exist."""
    yield ok("registries", "; ".join(filter(None, _registries(findings))))
    logins = findings.logins
    by_helper: dict[str, list[str]] = {}
    for login in logins.found:
        by_helper.setdefault(login.helper, []).append(login.registry)
    texts = [_logins(helper, dict.fromkeys(registries)) for helper, registries in by_helper.items()]
    others = [f"all others: {helper}" for helper in logins.helpers]
    yield ok("logins", "; ".join((*texts, *others)) or "none")
    for error in logins.problems:
        yield problem("logins", error.what, error.hint)


def _registries(findings: Findings) -> Iterator[str]:
    yield f"default: {findings.configuration.default_registry or 'none'}"
    if isinstance(findings.engine, JobberError) or not isinstance(findings.engine.facts, EngineFacts):
        return
    facts = findings.engine.facts
    yield f"without TLS: {listed(facts.insecure_registries)}" if facts.insecure_registries else ""
    yield f"mirrors: {listed(facts.mirrors)}" if facts.mirrors else ""


def _logins(helper: str, registries: Iterable[str]) -> str:
    return f"{listed(tuple(registries))}{f' ({helper})' if helper else ''}"
