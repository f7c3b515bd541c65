"""A lineage as a drawing: boxes in layers, with used images on the left of the images created from them."""

from __future__ import annotations

from datetime import UTC
from html import escape
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from jobber.cli.output.lineage.layout import BOX_HEIGHT, BOX_WIDTH, lay_out
from jobber.cli.output.table import cut
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
    from collections.abc import Iterator, Mapping, Sequence

    from jobber.domain.history.lineage import Edge, Lineage, Node

_NAME_COLUMNS = 22
_FACT_COLUMNS = 29
_STRIPE = 6
_TEXT = 18


def svg_lines(lineage: Lineage, *, anchors: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the drawing; with `anchors`, each box is a link to its anchor and the page provides the style."""
    pairs = {(edge.parent, edge.child): edge for edge in lineage.edges}
    layout = lay_out(list(lineage.nodes), pairs)
    width, height = f"{layout.width:.0f}", f"{layout.height:.0f}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" aria-label="lineage">'
    )
    if anchors is None:
        yield f"<style>{graph_style()}</style>"
    yield '<g class="drawing">'
    for pair, points in layout.lines.items():
        yield from _edge(pairs[pair], points, anchors)
    for key, corner in layout.boxes.items():
        yield from _node(lineage, lineage.nodes[key], corner, anchors)
    yield "</g></svg>"


def graph_style() -> str:
    """Return the style sheet of drawings, for light and dark mode."""
    return files(__package__).joinpath("graph.css").read_text(encoding="utf-8")


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


def _edge(edge: Edge, points: Sequence[tuple[float, float]], anchors: Mapping[str, str] | None) -> Iterator[str]:
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (next_x, next_y) in pairwise(points):
        half = (next_x - x) / 2
        path += f"C{x + half:.1f} {y:.1f} {next_x - half:.1f} {next_y:.1f} {next_x:.1f} {next_y:.1f}"
    ends = "" if anchors is None else f' data-from="{anchors[edge.parent]}" data-to="{anchors[edge.child]}"'
    caption = f"{edge.role.value}: {edge.reference}" + (f", {edge.source} at {edge.destination}" if edge.source else "")
    yield f'<path class="edge {edge.role.value}" d="{path}"{ends}><title>{_text(caption)}</title></path>'


def _node(
    lineage: Lineage, node: Node, corner: tuple[float, float], anchors: Mapping[str, str] | None
) -> Iterator[str]:
    x, y = corner
    place = f'transform="translate({x:.1f} {y:.1f})"'
    title = title_of(node)
    if anchors is None:
        yield f'<g class="node {class_of(lineage, node)}" {place}>'
    else:
        anchor = anchors[node.key]
        yield f'<a class="node {class_of(lineage, node)}" {place} href="#{anchor}" data-key="{anchor}">'
    yield f"<title>{_text(title)}</title>"
    yield f'<rect class="box" width="{BOX_WIDTH:.0f}" height="{BOX_HEIGHT:.0f}" rx="9"/>'
    yield f'<rect class="stripe" x="7" y="11" width="{_STRIPE / 2:.0f}" height="{BOX_HEIGHT - 22:.0f}" rx="1.5"/>'
    yield f'<text class="name" x="{_TEXT}" y="24">{_text(cut(_name(node), _NAME_COLUMNS))}</text>'
    yield f'<text class="fact" x="{_TEXT}" y="43">{_text(cut(_fact(node), _FACT_COLUMNS))}</text>'
    yield "</g>" if anchors is None else "</a>"


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


def _text(text: str) -> str:
    return escape(printable(text))
