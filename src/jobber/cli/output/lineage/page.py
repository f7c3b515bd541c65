"""A lineage as one self-contained page: the drawing, and each image's record and log one click away."""

from __future__ import annotations

from datetime import UTC
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from jobber.cli.output.lineage.svg import class_of, graph_style, svg_lines, title_of
from jobber.domain.display import printable, size_in_words
from jobber.domain.history.lineage import Presence, Role
from jobber.domain.runs.metrics import metrics_of
from jobber.domain.runs.parameters import parameters_of
from jobber.session.humanize import (
    command_line,
    duration_in_words,
    image_name,
    number_in_words,
    outcome_in_words,
    short_id,
    tags_in_short,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jobber.domain.history.lineage import Edge, Lineage, Node
    from jobber.domain.runs.result import RunRecord

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'"
_NOT_HERE = {Presence.MISSING: "missing", Presence.REGISTRY: "only in the registry"}


def page_lines(lineage: Lineage, *, logs: Mapping[str, str]) -> Iterator[str]:
    """Yield the page; `logs` maps keys of images to logs and may be incomplete."""
    anchors = {key: "root" if key == lineage.root else f"i{number}" for number, key in enumerate(lineage.nodes)}
    root = lineage.nodes[lineage.root]
    title = f"{'Made from' if lineage.goes_down else 'Lineage of'} {title_of(root)}"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(title)}</title>"
    yield f"<style>{graph_style()}{_file('page.css')}</style>\n</head>\n<body>"
    yield f"<header><h1>{_text(title)}</h1><p>{_text(_summary(lineage))}</p></header>"
    yield '<main><div class="stage">'
    yield from svg_lines(lineage, anchors=anchors)
    yield "</div>"
    yield (
        '<footer><span><i class="code"></i>ran</span><span><i class="input"></i>was an input</span>'
        '<span><i class="base"></i>built from</span>'
        '<span><button id="smaller" title="smaller">&minus;</button> <button id="larger" title="larger">+</button>'
        ' <button id="fit" title="all of it">fit</button></span></footer>'
    )
    yield "</main>\n<aside>"
    backward: dict[str, list[Edge]] = {}
    for edge in lineage.edges:
        backward.setdefault(edge.parent, []).append(edge)
    for node in lineage.nodes.values():
        yield from _section(lineage, node, anchors, backward.get(node.key, []), log=logs.get(node.key))
    yield f"</aside>\n<script>{_file('page.js')}</script>\n</body>\n</html>"


def _section(
    lineage: Lineage, node: Node, anchors: Mapping[str, str], made: Iterable[Edge], *, log: str | None
) -> Iterator[str]:
    """Yield the section with all facts about one image."""
    kind = " class=root" if node.key == lineage.root else ""
    yield f'<section id="{anchors[node.key]}"{kind}>'
    yield f"<h2>{_text(title_of(node))}</h2>"
    record = node.record
    if record is None:
        state = _NOT_HERE.get(node.presence, "an image that was not created by a run")
        yield f'<div><span class="badge {class_of(lineage, node)}">{_text(state)}</span></div>'
    else:
        ended = f"{record.ending.finished.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        yield (
            f'<div><span class="badge {record.ending.outcome.value}">{_text(outcome_in_words(record.ending))}</span>'
            f'<span class="when">{ended}, in {_text(duration_in_words(record.seconds))}</span></div>'
        )
        yield from _run(node, record)
    yield from _links("Made from", ((edge, edge.parent) for edge in _made_from(lineage, node)), lineage, anchors)
    yield from _links("Used by", ((edge, edge.child) for edge in made), lineage, anchors)
    if record is not None:
        yield "<h3>Log</h3>"
        yield from _log(node, log)
        yield "<h3>Run</h3>"
        yield from _facts(_run_facts(record))
    yield "<h3>Image</h3>"
    yield from _facts(_image_facts(node))
    yield "</section>"


def _run(node: Node, record: RunRecord) -> Iterator[str]:
    metrics = metrics_of(node.image.labels)
    if metrics:
        yield '<h3>Metrics</h3><ul class="metrics">'
        for name, number in metrics.items():
            yield f"<li><b>{_text(number_in_words(number))}</b><span>{_text(name)}</span></li>"
        yield "</ul>"
    yield "<h3>Command</h3>"
    yield f'<code class="command">{_text(command_line(record.command) or "(of the image)")}</code>'
    parameters = parameters_of(record)
    if parameters:
        yield "<h3>Parameters</h3>"
        yield from _facts(parameters)


def _log(node: Node, log: str | None) -> Iterator[str]:
    if log is None:
        yield f'<p class="note">Not in this page: <code>jobber logs {short_id(node.key)}</code></p>'
    elif not log:
        yield '<p class="note">No output.</p>'
    else:
        yield f'<pre class="log" tabindex="0">{escape(log)}</pre>'


def _run_facts(record: RunRecord) -> dict[str, str]:
    return {
        "run": record.id,
        "options": command_line(record.docker_args),
        "runtime": record.runtime or "",
        "out": record.out or "",
        "configurations": ", ".join(record.configs),
        "engine": f"{record.engine_name} {record.engine_version}",
    }


def _image_facts(node: Node) -> dict[str, str]:
    is_missing = node.presence is Presence.MISSING
    return {
        "id": node.key,
        "tags": "" if is_missing else tags_in_short(node.image.references),
        "digests": ", ".join(node.image.digests),
        "size": "" if is_missing else size_in_words(node.image.size),
        "registry": node.where,
    }


def _made_from(lineage: Lineage, node: Node) -> Iterable[Edge]:
    if not lineage.goes_down:
        return lineage.onward(node.key)
    return [edge for edge in lineage.edges if edge.child == node.key]


def _links(
    heading: str, edges: Iterable[tuple[Edge, str]], lineage: Lineage, anchors: Mapping[str, str]
) -> Iterator[str]:
    lines = [
        f"<li><span>{edge.role.value}</span> "
        f'<a href="#{anchors[key]}">{_text(_called(edge, key, lineage))}</a>'
        f"{_where(edge)}</li>"
        for edge, key in edges
    ]
    if lines:
        yield f'<h3>{heading}</h3><ul class="origins">'
        yield from lines
        yield "</ul>"


def _called(edge: Edge, key: str, lineage: Lineage) -> str:
    """Return the recorded name of a parent, or the current name of a child."""
    return image_name(edge.reference) if key == edge.parent and edge.reference else title_of(lineage.nodes[key])


def _where(edge: Edge) -> str:
    if edge.role is not Role.INPUT:
        return ""
    return f" <span>{_text(edge.source)} at {_text(edge.destination)}</span>"


def _facts(facts: Mapping[str, str]) -> Iterator[str]:
    yield "<dl>"
    for name, text in facts.items():
        if text:
            yield f"<dt>{_text(name)}</dt><dd>{_text(text)}</dd>"
    yield "</dl>"


def _summary(lineage: Lineage) -> str:
    nodes = lineage.nodes.values()
    runs = sum(node.record is not None for node in nodes)
    missing = sum(node.presence is Presence.MISSING for node in nodes)
    parts = [_count(len(nodes), "image"), _count(runs, "run")]
    return ", ".join([*parts, f"{missing} missing"] if missing else parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _text(text: str) -> str:
    return escape(printable(text))
