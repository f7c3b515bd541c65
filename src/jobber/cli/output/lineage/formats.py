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
    from collections.abc import Iterable, Iterator

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
    names = numbered(lineage.nodes)
    yield "digraph lineage {"
    yield "  rankdir=LR;"
    yield '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif"];'
    for key, node in lineage.nodes.items():
        style = ', style="rounded,dashed"' if node.presence is Presence.MISSING else ""
        width = ", penwidth=2" if key == lineage.root else ""
        label = "\\n".join(dot_text(line) for line in label_of(node))
        yield f'  {names[key]} [label="{label}"{style}{width}];'
    for edge in lineage.edges:
        yield dot_edge(names[edge.parent], names[edge.child], style=_STYLES[edge.role], caption=edge.destination)
    yield "}"


def mermaid_lines(lineage: Lineage) -> Iterator[str]:
    """Yield a Mermaid flowchart, which GitHub and GitLab can draw."""
    names = numbered(lineage.nodes)
    yield "flowchart LR"
    for key, node in lineage.nodes.items():
        yield mermaid_box(names[key], label_of(node))
    for edge in lineage.edges:
        yield mermaid_edge(names[edge.parent], names[edge.child], arrow=_ARROWS[edge.role], caption=edge.destination)
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


def numbered(keys: Iterable[str]) -> dict[str, str]:
    """Return a name for each node that both formats accept."""
    return {key: f"n{number}" for number, key in enumerate(keys)}


def dot_edge(start: str, end: str, *, style: str, caption: str | None) -> str:
    """Return the line of an edge for Graphviz."""
    label = f', label="{dot_text(caption)}"' if caption else ""
    return f"  {start} -> {end} [style={style}{label}];"


def mermaid_box(name: str, lines: Iterable[str]) -> str:
    """Return the line of a node for Mermaid, with these lines of text in its box."""
    return f'  {name}["{"<br>".join(map(mermaid_text, lines))}"]'


def mermaid_edge(start: str, end: str, *, arrow: str, caption: str | None) -> str:
    """Return the line of an edge for Mermaid."""
    label = f'|"{mermaid_text(caption)}"|' if caption else ""
    return f"  {start} {arrow}{label} {end}"


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


def dot_text(text: str) -> str:
    """Return a text for a quoted string of Graphviz."""
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')


def mermaid_text(text: str) -> str:
    """Return a text for a quoted string of Mermaid."""
    return "".join(_MERMAID.get(character, character) for character in printable(text))
