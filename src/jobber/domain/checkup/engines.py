"""Checks of the engine that a run would use, and of the addresses of other engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.checkup.check import note, ok, problem
from jobber.domain.checkup.devices import check_devices
from jobber.domain.containers.engine_facts import ImageStore
from jobber.domain.display import size_in_words
from jobber.domain.errors import EngineLost, EngineUnavailable, JobberError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.domain.checkup.check import Check
    from jobber.domain.checkup.findings import EnginePlace, EngineReport, Findings
    from jobber.domain.containers.engine import EngineDescription
    from jobber.domain.containers.engine_facts import EngineFacts, Space

_SILENT = "restart the engine, or select another one with -H or DOCKER_HOST"
_OLDEST = {"docker": (20, 10), "podman": (4, 3)}
"""The oldest versions that jobber is tested with."""
_LITTLE = 5 * 10**9
_TOO_LITTLE = 10**9
_NONE = 1 << 20
"""The free space in bytes below which no run can work: the engine cannot even record a new container."""
_INTERNAL = "io.containerd."
"""The prefix of containerd's internal names for runtimes, which exist beside the names that users write."""
_PRUNE = "free space with `jobber prune`, `docker system prune` or `podman system prune`"


def check_engine(findings: Findings) -> Iterator[Check]:
    """Check the engine, and report the engines found at other addresses."""
    found = findings.engine
    if isinstance(found, JobberError):
        yield _unavailable(found)
        yield from _check_places(findings.places)
        return
    yield ok("engine", f"{found.description.name} {found.description.version} at {_where(found)}")
    yield from _check_version(found.description)
    yield from _check_places(findings.places)
    match found.facts:
        case None:
            yield note("engine", "it does not describe its configuration")
        case JobberError() as error:
            hint = _SILENT if isinstance(error, EngineLost) else None
            text = f"it does not describe its configuration: {_why(error)}"
            yield problem("engine", text, hint, stops_runs=isinstance(error, EngineLost))
        case facts:
            yield from _check_facts(found, facts)
    yield from _check_runs(found.runs)
    yield from _check_leftovers(found.leftovers)


def _where(found: EngineReport) -> str:
    api = "" if isinstance(found.facts, JobberError) or found.facts is None else found.facts.api_version
    return f"{found.description.address or 'an unknown address'} ({found.why}){f', API {api}' if api else ''}"


def _unavailable(error: JobberError) -> Check:
    # the addresses that were tried have checks of their own
    text = "no container engine responds" if isinstance(error, EngineUnavailable) else error.what
    return problem("engine", text, error.hint, stops_runs=True)


def _check_places(places: tuple[EnginePlace, ...]) -> Iterator[Check]:
    """Report the engines found at other addresses; unnamed addresses with the same answer share a check."""
    by_answer: dict[str, list[str]] = {}
    for place in places:
        if place.is_engine:
            yield ok("elsewhere", f"{place.address} ({place.why}) also responds: {place.answer}")
        elif place.is_named:
            yield note("elsewhere", f"{place.address} ({place.why}): {place.answer}")
        else:
            by_answer.setdefault(place.answer, []).append(place.address)
    for answer, silent in by_answer.items():
        yield ok("elsewhere", f"{answer}: {', '.join(silent)}")


def _check_version(description: EngineDescription) -> Iterator[Check]:
    oldest = _OLDEST.get(description.name)
    numbers = tuple(int(number) for number in description.version.split(".")[:2] if number.isdecimal())
    if oldest is not None and numbers and numbers < oldest:
        needed = ".".join(map(str, oldest))
        yield problem(
            "engine", f"{description.name} {description.version} is not supported", f"install {needed} or later"
        )


def _check_facts(found: EngineReport, facts: EngineFacts) -> Iterator[Check]:
    if facts.builder:
        make = note if facts.builder_remedy else ok
        yield make("builder", facts.builder, *filter(None, [facts.builder_remedy]))
    yield ok("inputs", _inputs(found.description))
    yield from check_devices(found, facts)
    yield from _check_store(facts)
    yield from _check_space(found.space, facts)
    if isolation := _isolation(facts):
        yield ok("isolation", isolation)


def _inputs(description: EngineDescription) -> str:
    if description.mounts_images:
        return "mounted from their images, without a copy"
    return "copied once into a volume that runs share (this version can't mount directories of images)"


def _check_store(facts: EngineFacts) -> Iterator[Check]:
    if facts.image_store is None:
        return
    text = f"{facts.image_store.value} store, storage driver {facts.storage_driver or 'unknown'}"
    if facts.image_store is ImageStore.CONTAINERD:
        yield note("images", f"{text}: variables that a run adds remain in its result with empty values")
    else:
        yield ok("images", text)


def _check_space(space: Space | None, facts: EngineFacts) -> Iterator[Check]:
    where = f" at {facts.storage_path}" if facts.storage_path else ""
    if space is None:
        yield ok(
            "space", f"unknown{where}: the engine does not report it, and its disk can't be examined from this host"
        )
        return
    text = f"{size_in_words(space.free)} of {size_in_words(space.total)} free{where}"
    if space.free >= _LITTLE:
        yield ok("space", text)
    elif space.free >= _TOO_LITTLE:
        yield note("space", text, _PRUNE)
    else:
        yield problem("space", text, _PRUNE, stops_runs=space.free < _NONE)


def _isolation(facts: EngineFacts) -> str:
    rights = {None: "", True: "rootless", False: "not rootless"}[facts.is_rootless]
    shown = [name for name in facts.runtimes if not name.startswith(_INTERNAL) or name == facts.default_runtime]
    runtimes = [f"{name} (default)" if name == facts.default_runtime else name for name in shown]
    words = [f"cgroups {facts.cgroups}" if facts.cgroups else "", rights]
    return ", ".join(filter(None, [*words, f"runtimes: {', '.join(runtimes)}" if runtimes else ""]))


def _check_runs(runs: Mapping[str, int] | JobberError | None) -> Iterator[Check]:
    match runs:
        case None:
            return
        case JobberError() as error:
            yield note("runs", f"unknown: {_why(error)}")
        case states if ended := states.get("ended", 0):
            yield note("runs", f"unfinished: {_counts(states)}", _recover(ended))
        case states:
            yield ok("runs", f"unfinished: {_counts(states) or 'none'}")


def _counts(states: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in states.items() if count)


def _recover(ended: int) -> str:
    are = "has" if ended == 1 else "have"
    return f"{ended} {are} ended and no process creates the result: run `jobber recover`"


def _check_leftovers(leftovers: int | JobberError | None) -> Iterator[Check]:
    match leftovers:
        case None:
            return
        case JobberError() as error:
            yield note("leftovers", f"unknown: {_why(error)}")
        case 0:
            yield ok("leftovers", "none")
        case count:
            yield note("leftovers", f"{count} of ended processes", "`jobber recover` removes them")


def _why(error: JobberError) -> str:
    return error.why if isinstance(error, EngineLost) else error.what
