"""A lineage as a tree of text lines; each image is described in full once."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

from jobber.cli.output.table import cut
from jobber.domain.display import printable
from jobber.domain.history.lineage import Presence, Role
from jobber.session.humanize import age_in_words, image_name, outcome_in_words, short_id, tags_in_short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from jobber.domain.history.lineage import Edge, Lineage, Node

E = TypeVar("E")
_DEEPEST = 24
"""The maximum number of indented levels. Deeper levels are numbered, so that indentation stays bounded."""


def tree_lines(lineage: Lineage, *, now: datetime, width: int | None) -> Iterator[str]:
    """Yield the lines of the tree, no wider than `width` columns."""

    def onward(key: str) -> list[tuple[Edge | None, str]]:
        return [(edge, lineage.other_end(edge).key) for edge in lineage.onward(key)]

    def text_of(edge: Edge | None, key: str) -> str:
        return _text_of(lineage, edge, lineage.nodes[key], now=now)

    yield from indented_lines([lineage.root], onward=onward, text_of=text_of, width=width)


def indented_lines(
    roots: Iterable[str],
    *,
    onward: Callable[[str], Sequence[tuple[E | None, str]]],
    text_of: Callable[[E | None, str], str],
    width: int | None,
) -> Iterator[str]:
    """Yield a graph as a tree; the part below a node is shown once.

    Args:
        roots: The keys of the nodes without a line above them.
        onward: A function that returns the edges that lead from a node, with the keys at their other ends.
        text_of: A function that returns the text for a node, reached by an edge.
        width: The largest width of a line in columns; None for any.

    """
    shown: set[str] = set()
    waiting: list[tuple[E | None, str, str, str]] = [(None, root, "", "") for root in reversed([*roots])]
    while waiting:
        edge, key, mark, indent = waiting.pop()
        following = onward(key)
        is_above = key in shown and bool(following)
        line = printable(f"{mark}{text_of(edge, key)}{' (see above)' if is_above else ''}")
        yield line if width is None else cut(line, width)
        if is_above:
            continue
        shown.add(key)
        for number, (next_edge, end) in enumerate(reversed(following)):
            is_last = number == 0
            step = _indented(indent, "└─ " if is_last else "├─ ")
            below = _indented(indent, "   " if is_last else "│  ")
            waiting.append((next_edge, end, step, below))


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
