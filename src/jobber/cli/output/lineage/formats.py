"""Lineages in machine-readable formats: JSON, Graphviz dot, Mermaid."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobber.cli.output.json_text import array_of_lines
from jobber.domain.display import printable
from jobber.domain.history.facts import run_facts
from jobber.domain.history.lineage import Presence, Role
from jobber.session.humanize import outcome_in_words, short_id, tags_in_short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.history.lineage import Edge, Lineage, Node

_STYLES = {Role.CODE: "solid", Role.INPUT: "dashed", Role.BASE: "dotted"}
_ARROWS = {Role.CODE: "-->", Role.INPUT: "-.->", Role.BASE: "-.->"}
_MERMAID = {'"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;"}


def json_lines(lineage: Lineage) -> Iterator[str]:
    """Yield one JSON object with all images and edges; each edge leads from the used image to the created one."""
    yield "{"
    yield f'"root": {json.dumps(lineage.root)},'
    yield f'"direction": "{"down" if lineage.goes_down else "up"}",'
    yield f'"images": {array_of_lines(map(_node_facts, lineage.nodes.values()))},'
    yield f'"edges": {array_of_lines(map(_edge_facts, lineage.edges))}'
    yield "}"


def dot_lines(lineage: Lineage) -> Iterator[str]:
    """Yield a graph for Graphviz."""
    names = _names(lineage)
    yield "digraph lineage {"
    yield "  rankdir=LR;"
    yield '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif"];'
    for key, node in lineage.nodes.items():
        style = ', style="rounded,dashed"' if node.presence is Presence.MISSING else ""
        width = ", penwidth=2" if key == lineage.root else ""
        label = "\\n".join(_dot_text(line) for line in label_of(node))
        yield f'  {names[key]} [label="{label}"{style}{width}];'
    for edge in lineage.edges:
        label = f', label="{_dot_text(edge.destination)}"' if edge.destination else ""
        yield f"  {names[edge.parent]} -> {names[edge.child]} [style={_STYLES[edge.role]}{label}];"
    yield "}"


def mermaid_lines(lineage: Lineage) -> Iterator[str]:
    """Yield a Mermaid flowchart, which GitHub and GitLab can draw."""
    names = _names(lineage)
    yield "flowchart LR"
    for key, node in lineage.nodes.items():
        yield f'  {names[key]}["{"<br>".join(_mermaid_text(line) for line in label_of(node))}"]'
    for edge in lineage.edges:
        label = f'|"{_mermaid_text(edge.destination)}"|' if edge.destination else ""
        yield f"  {names[edge.parent]} {_ARROWS[edge.role]}{label} {names[edge.child]}"
    yield "  classDef missing stroke-dasharray: 4 4"
    missing = [names[key] for key, node in lineage.nodes.items() if node.presence is Presence.MISSING]
    if missing:
        yield f"  class {','.join(missing)} missing"


def label_of(node: Node) -> tuple[str, ...]:
    """Return the short label of an image: its name, its ID, its outcome."""
    name = tags_in_short(node.image.references) or "(no tag)"
    if node.presence is Presence.MISSING:
        state = "missing"
    elif node.record is not None:
        state = outcome_in_words(node.record.ending)
    else:
        state = ""
    return tuple(printable(text) for text in (name, short_id(node.key), state) if text)


def _names(lineage: Lineage) -> dict[str, str]:
    return {key: f"n{number}" for number, key in enumerate(lineage.nodes)}


def _node_facts(node: Node) -> dict[str, Any]:
    image = node.image
    is_missing = node.presence is Presence.MISSING
    return {
        "id": image.id,
        "tags": [] if is_missing else list(image.references),
        "digests": list(image.digests),
        "presence": node.presence.value,
        "registry": node.where or None,
        "size": None if is_missing else image.size,
        "run": None if node.record is None else run_facts(node.record, image.labels),
    }


def _edge_facts(edge: Edge) -> dict[str, Any]:
    return {
        "from": edge.parent,
        "to": edge.child,
        "role": edge.role.value,
        "ref": edge.reference or None,
        "src": edge.source or None,
        "dest": edge.destination or None,
    }


def _dot_text(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')


def _mermaid_text(text: str) -> str:
    return "".join(_MERMAID.get(character, character) for character in printable(text))
