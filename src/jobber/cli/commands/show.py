"""The command `jobber show`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.result_session import finding
from jobber.cli.output.json_text import as_json
from jobber.domain.display import printable, size_in_words
from jobber.domain.history.facts import run_facts
from jobber.domain.history.lineage import Presence, Role
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.memory import recorded_limit
from jobber.domain.runs.metrics import metrics_of
from jobber.domain.runs.parameters import parameters_of
from jobber.domain.runs.record import rfc3339
from jobber.domain.use_cases.results.show_result import show_image
from jobber.session.humanize import (
    age_in_words,
    command_line,
    duration_in_words,
    number_in_words,
    outcome_in_words,
    short_id,
    tags_in_short,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.history.lineage import Node
    from jobber.domain.runs.result import RunRecord
    from jobber.domain.use_cases.results.show_result import OriginNow, ShownImage

_MARGIN = 12


def show(image: str, /, *, json: bool = False, options: GlobalOptions | None = None) -> int:
    """Show one result in full: its run, and what it was made from, then and now.

    Parameters
    ----------
    image
        A tag, an image ID or a prefix of one, or the run's ID; on the engine or in a registry.
    json
        Print a JSON object with all known facts.

    """
    options = options or GlobalOptions()
    with finding(options) as (finder, progress):
        shown = show_image(finder, image, progress=progress)
    if json:
        print(as_json(shown_facts(shown)))
        return 0
    for name, text in _lines(shown, now=options.environment.clock().now()):
        print(f"{name:<{_MARGIN}}{printable(text)}".rstrip())
    return 0


def shown_facts(shown: ShownImage) -> dict[str, Any]:
    """Return an image as JSON: the facts that `ls` lists for a result, and more; without a run, those of the image."""
    image, node = shown.image, shown.node
    facts: dict[str, Any] = {
        "id": image.id,
        "tags": list(image.references),
        "digests": list(image.digests),
        "size": image.size,
        "created": _created(shown),
        "platform": image.platform,
        "registry": node.where or None,
        "built-from": shown.base.key if shown.base and shown.base.presence is Presence.HERE else None,
        "labels": dict(image.labels),
        "run": None,
    }
    if node.record is None:
        return facts
    facts |= run_facts(node.record, image.labels)
    code, *inputs = ({"now": _now_facts(it)} for it in shown.origins)
    facts["image"] |= code
    facts["inputs"] = [{**item, **now} for item, now in zip(facts["inputs"], inputs, strict=True)]
    return {**facts, "added-size": _added_size(shown)}


def _created(shown: ShownImage) -> str | None:
    """Return the creation time of an image: for a result, the end of its run; None if it is unknown."""
    record = shown.node.record
    return (shown.image.created or None) if record is None else rfc3339(record.ending.finished)


def _now_facts(now: OriginNow) -> dict[str, Any]:
    is_there = now.node.presence is not Presence.MISSING
    return {
        "presence": now.node.presence.value,
        "id": now.node.key if is_there else None,
        "tags": list(now.node.image.references) if is_there else [],
        "registry": now.node.where or None,
        "moved": now.has_moved,
        "named": now.named_now,
    }


def _lines(shown: ShownImage, *, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield names and texts; a text without a name continues the text before it."""
    image, node = shown.image, shown.node
    yield "image", tags_in_short(image.references) or "(no tag)"
    yield "id", image.id
    if node.presence is Presence.REGISTRY:
        yield "", f"only in the registry: {node.where}"
    if node.record is None:
        yield from _image_lines(shown, now=now)
    else:
        yield from _run_lines(shown, node.record, now=now)
    yield "size", _size(shown)
    for number, digest in enumerate(image.digests):
        yield "" if number else "digests", digest


def _run_lines(shown: ShownImage, record: RunRecord, *, now: datetime) -> Iterator[tuple[str, str]]:
    yield "run", record.id
    yield "outcome", outcome_in_words(record.ending)
    if record.ending.out_of_memory:
        yield "memory", f"ran out, and the kernel killed a process of the job; {_memory_limit(record)}"
    yield "ended", _moment(record.ending.finished, now=now)
    yield "took", duration_in_words(record.seconds)
    for number, origin in enumerate(shown.origins):
        name = "code" if origin.origin.role is Role.CODE else "inputs" if number == 1 else ""
        yield from _origin_lines(name, origin)
    yield "command", command_line(record.command) or "the image's own"
    yield from _pairs("parameters", dict(parameters_of(record)))
    metrics = metrics_of(shown.image.labels)
    yield from _pairs("metrics", {metric: number_in_words(number) for metric, number in metrics.items()})
    for name, text in (
        ("options", command_line(record.docker_args)),
        ("runtime", record.runtime or ""),
        ("out", record.out or ""),
        ("configs", ", ".join(record.configs)),
    ):
        if text:
            yield name, text
    yield "engine", f"{record.engine_name} {record.engine_version}"


def _memory_limit(record: RunRecord) -> str:
    limit = recorded_limit(record.docker_args)
    return f"its limit was --memory {limit}" if limit else "it had no limit of its own"


def _image_lines(shown: ShownImage, *, now: datetime) -> Iterator[tuple[str, str]]:
    labels, configuration = shown.image.labels, shown.image.configuration
    if labels.get(Label.BUILD_TAGS):
        yield "made by", f"jobber build, as {labels[Label.BUILD_TAGS].replace(',', ', ')}"
    else:
        yield "made by", "no run of jobber's"
    if shown.base is not None:
        yield "built from", _base_in_words(shown.base)
    if shown.node.image.created:
        yield "created", _moment(datetime.fromtimestamp(shown.node.image.created, UTC), now=now)
    for name, text in (
        ("revision", labels.get(Label.REVISION, "")),
        ("source", labels.get(Label.SOURCE_URL, "")),
        ("entrypoint", command_line(configuration.entrypoint)),
        ("command", command_line(configuration.command)),
        ("platform", shown.image.platform),
    ):
        if text:
            yield name, text


def _base_in_words(base: Node) -> str:
    if base.presence is Presence.MISSING:
        return f"the result of run {base.key}, which is not on the engine"
    return f"the result {tags_in_short(base.image.references)} {short_id(base.key)}".replace("  ", " ")


def _origin_lines(name: str, now: OriginNow) -> Iterator[tuple[str, str]]:
    origin = now.origin
    where = f", {origin.source} at {origin.destination}" if origin.role is Role.INPUT else ""
    called = f"{origin.image.reference}{where}" if now.has_name else f"by ID{where}"
    yield name, f"{called}  {short_id(origin.image.id)}"
    note = _note(now)
    if note:
        yield "", f"  ! {note}"


def _note(now: OriginNow) -> str:
    """Return a note about changes since the run; empty if nothing changed."""
    reference = now.origin.image.reference
    moved = f"{reference} is another image now: {short_id(now.named_now)}" if now.has_moved and now.named_now else ""
    match now.node.presence:
        case Presence.MISSING:
            missing = "this image is missing; the result does not need it"
            return f"{missing}; {moved}" if moved else missing
        case Presence.REGISTRY:
            return f"this image is only in the registry: {now.node.where}" + (f"; {moved}" if moved else "")
        case Presence.HERE:
            names = tags_in_short(now.node.image.references)
            here = f"; this one is {names}" if names else ""
            if moved:
                return moved + here
            return f"nothing is named {reference} any more{here}" if now.has_lost_name else ""


def _pairs(name: str, pairs: dict[str, str]) -> Iterator[tuple[str, str]]:
    width = max(map(len, pairs), default=0)
    for number, (key, text) in enumerate(pairs.items()):
        yield "" if number else name, f"{key:<{width}}  {text}"


def _moment(moment: datetime, *, now: datetime) -> str:
    age = (now - moment.astimezone(UTC)).total_seconds()
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, {age_in_words(age)} ago"


def _size(shown: ShownImage) -> str:
    size = size_in_words(shown.image.size)
    if shown.node.presence is Presence.REGISTRY:
        return f"{size}, as the registry keeps it"
    added = _added_size(shown)
    return size if added is None else f"{size}, {size_in_words(added)} of them added by the run"


def _added_size(shown: ShownImage) -> int | None:
    """Return the size that the run added; None also for an image without the layers of its recorded code image."""
    added = shown.added_size
    return None if added is None or added < 0 else added
