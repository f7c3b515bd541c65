"""A lineage as a tree of text lines; each image is described in full once."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from jobber.cli.output.table import cut
from jobber.domain.display import printable
from jobber.domain.history.lineage import Presence, Role
from jobber.session.humanize import age_in_words, image_name, outcome_in_words, short_id, tags_in_short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from jobber.domain.history.lineage import Edge, Lineage, Node

_DEEPEST = 24
"""The maximum number of indented levels. Deeper levels are numbered, so that indentation stays bounded."""


def tree_lines(lineage: Lineage, *, now: datetime, width: int | None) -> Iterator[str]:
    """Yield the lines of the tree, no wider than `width` columns."""
    shown: set[str] = set()
    waiting: list[tuple[Edge | None, Node, str, str]] = [(None, lineage.nodes[lineage.root], "", "")]
    while waiting:
        edge, node, mark, indent = waiting.pop()
        onward = lineage.onward(node.key)
        is_above = node.key in shown and bool(onward)
        line = printable(f"{mark}{_text_of(lineage, edge, node, now=now)}{' (see above)' if is_above else ''}")
        yield line if width is None else cut(line, width)
        if is_above:
            continue
        shown.add(node.key)
        for number, following in enumerate(reversed(onward)):
            is_last = number == 0
            step = _indented(indent, "└─ " if is_last else "├─ ")
            below = _indented(indent, "   " if is_last else "│  ")
            waiting.append((following, lineage.other_end(following), step, below))


def _indented(indent: str, mark: str) -> str:
    if len(indent) < 3 * _DEEPEST:
        return indent + mark
    level = int(indent.rpartition("[")[2].partition("]")[0] or _DEEPEST) + 1 if "[" in indent else _DEEPEST + 1
    return f"{indent[: 3 * _DEEPEST]}[{level}] "


def _text_of(lineage: Lineage, edge: Edge | None, node: Node, *, now: datetime) -> str:
    parts = [_name(lineage, edge, node), short_id(node.key)]
    if node.record is not None:
        age = (now - node.record.ending.finished.astimezone(UTC)).total_seconds()
        parts.append(f"{outcome_in_words(node.record.ending)} {age_in_words(age)} ago")
    if node.presence is Presence.MISSING:
        parts.append("missing")
    elif node.presence is Presence.REGISTRY:
        parts.append(f"in the registry: {node.where}")
    return "  ".join(parts)


def _name(lineage: Lineage, edge: Edge | None, node: Node) -> str:
    """Return the recorded and the current name of an image, and its role."""
    tags = node.image.references
    called_now = tags_in_short(tags)
    if edge is None:
        return called_now or "(no tag)"
    if lineage.goes_down:
        return f"{_role(edge)} of  {called_now or '(no tag)'}"
    name = image_name(edge.reference) if edge.reference else called_now or "(no tag)"
    if edge.role is Role.INPUT:
        name += f", {edge.source} at {edge.destination}"
    has_moved = edge.reference and tags and edge.reference not in tags
    return f"{_role(edge):<5}  {name}" + (f" (now {called_now})" if has_moved else "")


def _role(edge: Edge) -> str:
    return edge.role.value
