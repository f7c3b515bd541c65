"""Drawings of graphs as SVG: boxes in layers, with lines from left to right."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from jobber.cli.output.lineage.layout import BOX_HEIGHT, BOX_WIDTH, lay_out
from jobber.cli.output.table import cut
from jobber.domain.display import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_NAME_COLUMNS = 22
_FACT_COLUMNS = 29
_STRIPE = 6
_TEXT = 18


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a drawing."""

    key: str
    classes: str
    """CSS classes, separated by blanks."""
    title: str
    """The text shown when the pointer rests on the box."""
    name: str
    """The first line."""
    fact: str
    """The second line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a drawing, from the right of a box to the left of another one."""

    start: str
    """The key of the first box."""
    end: str
    classes: str
    title: str


def drawing_lines(
    boxes: Iterable[Box], lines: Iterable[Line], *, name: str, anchors: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield a drawing.

    Args:
        boxes: The boxes.
        lines: The lines between them.
        name: The name of the drawing for readers that do not see it.
        anchors: The anchor of each box in a page, which then provides the style; None for a drawing by itself.

    """
    by_key = {box.key: box for box in boxes}
    pairs = {(line.start, line.end): line for line in lines}
    layout = lay_out(list(by_key), pairs)
    width, height = f"{layout.width:.0f}", f"{layout.height:.0f}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" aria-label="{name}">'
    )
    if anchors is None:
        yield f"<style>{graph_style()}</style>"
    yield '<g class="drawing">'
    for pair, points in layout.lines.items():
        yield _line(pairs[pair], points, anchors)
    for key, corner in layout.boxes.items():
        yield from _box(by_key[key], corner, anchors)
    yield "</g></svg>"


def graph_style() -> str:
    """Return the style sheet of drawings, for light and dark mode."""
    return files(__package__).joinpath("graph.css").read_text(encoding="utf-8")


def _line(line: Line, points: Sequence[tuple[float, float]], anchors: Mapping[str, str] | None) -> str:
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (next_x, next_y) in pairwise(points):
        half = (next_x - x) / 2
        path += f"C{x + half:.1f} {y:.1f} {next_x - half:.1f} {next_y:.1f} {next_x:.1f} {next_y:.1f}"
    ends = "" if anchors is None else f' data-from="{anchors[line.start]}" data-to="{anchors[line.end]}"'
    return f'<path class="edge {line.classes}" d="{path}"{ends}><title>{html_text(line.title)}</title></path>'


def _box(box: Box, corner: tuple[float, float], anchors: Mapping[str, str] | None) -> Iterator[str]:
    x, y = corner
    place = f'transform="translate({x:.1f} {y:.1f})"'
    if anchors is None:
        yield f'<g class="node {box.classes}" {place}>'
    else:
        anchor = anchors[box.key]
        yield f'<a class="node {box.classes}" {place} href="#{anchor}" data-key="{anchor}">'
    yield f"<title>{html_text(box.title)}</title>"
    yield f'<rect class="box" width="{BOX_WIDTH:.0f}" height="{BOX_HEIGHT:.0f}" rx="9"/>'
    yield f'<rect class="stripe" x="7" y="11" width="{_STRIPE / 2:.0f}" height="{BOX_HEIGHT - 22:.0f}" rx="1.5"/>'
    yield f'<text class="name" x="{_TEXT}" y="24">{html_text(cut(box.name, _NAME_COLUMNS))}</text>'
    yield f'<text class="fact" x="{_TEXT}" y="43">{html_text(cut(box.fact, _FACT_COLUMNS))}</text>'
    yield "</g>" if anchors is None else "</a>"


def html_text(text: str) -> str:
    """Return a text for HTML and SVG, in printable form."""
    return escape(printable(text))
