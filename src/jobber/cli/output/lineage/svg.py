"""A lineage as a drawing: boxes in layers, with used images on the left of the images created from them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from jobber.cli.output.lineage.drawing import Box, Line, drawing_lines
from jobber.domain.display import printable
from jobber.domain.history.lineage import Presence
from jobber.domain.runs.metrics import metrics_of
from jobber.domain.runs.policy import Outcome
from jobber.session.humanize import (
    duration_in_words,
    image_name,
    number_in_words,
    outcome_in_words,
    short_id,
    tags_in_short,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.domain.history.lineage import Edge, Lineage, Node


def svg_lines(lineage: Lineage, *, anchors: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the drawing; with `anchors`, each box is a link to its anchor and the page provides the style."""
    boxes = (_box(lineage, node) for node in lineage.nodes.values())
    return drawing_lines(boxes, map(_line, lineage.edges), name="lineage", anchors=anchors)


def title_of(node: Node) -> str:
    """Return the name of an image in one line."""
    if node.presence is Presence.MISSING:
        return printable(", ".join(map(image_name, node.image.references)))
    return printable(tags_in_short(node.image.references) or f"(no tag) {short_id(node.key)}")


def class_of(lineage: Lineage, node: Node) -> str:
    """Return the CSS classes of a node."""
    kind = "image" if node.record is None else node.record.ending.outcome.value
    if node.presence is not Presence.HERE:
        kind = f"{kind} {node.presence.value}"
    return f"{kind} root" if node.key == lineage.root else kind


def _line(edge: Edge) -> Line:
    caption = f"{edge.role.value}: {edge.reference}" + (f", {edge.source} at {edge.destination}" if edge.source else "")
    return Line(edge.parent, edge.child, edge.role.value, caption)


def _box(lineage: Lineage, node: Node) -> Box:
    return Box(node.key, class_of(lineage, node), title_of(node), _name(node), _fact(node))


def _name(node: Node) -> str:
    """Return the first line of a box: the last part of the image's name, which fits into the box."""
    names = {image_name(tag).rpartition("/")[2] for tag in node.image.references}
    bare = {name.partition(":")[0] for name in names}
    if node.record is not None and len(bare) == 1:
        return bare.pop()  # the tag, a time, is in the second line
    return printable(", ".join(sorted(names)) or short_id(node.key))


def _fact(node: Node) -> str:
    """Return the second line of a box."""
    if node.record is None:
        kind = "missing" if node.presence is Presence.MISSING else "image"
        return f"{kind} · {short_id(node.key)}"
    metrics = [f"{name} {number_in_words(number)}" for name, number in metrics_of(node.image.labels).items()]
    ending = node.record.ending
    failure = [] if ending.outcome is Outcome.SUCCEEDED else [outcome_in_words(ending)]
    when = f"{ending.finished.astimezone(UTC):%m-%d %H:%M}"
    return printable(" · ".join((when, *(failure or metrics[:1] or [duration_in_words(node.record.seconds)]))))
