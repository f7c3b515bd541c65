"""The graph of a pipeline as text: a tree, Graphviz dot, Mermaid, SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.cli.output.lineage.drawing import Box, Line, drawing_lines
from jobber.cli.output.lineage.formats import dot_edge, dot_text, mermaid_box, mermaid_edge, numbered
from jobber.cli.output.lineage.tree import indented_lines
from jobber.domain.display import printable
from jobber.domain.pipelines.graph_view import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.domain.pipelines.graph_view import GraphEdge, GraphJob, GraphView

_FILLS = {"fresh": "#d9f2e2", "stale": "#fbe8cc", "running": "#d3eef4", "failed": "#fbd7da", "none": "#eef1f6"}
"""The colours of jobs by state, light enough for black text."""
_STYLES = {CODE: "solid"}
_ARROWS = {CODE: "-->"}
FIRST = "root"
"""The anchor of the job that a page shows first."""
_WHY = 40
"""The maximum number of characters of a reason in a box."""


def graph_tree_lines(view: GraphView, *, width: int | None) -> Iterator[str]:
    """Yield the graph as a tree: below each job are those that it needs."""
    if not view.jobs:
        yield "(no jobs)"

    def onward(key: str) -> list[tuple[GraphEdge | None, str]]:
        return [(edge, edge.start) for edge in view.needs(key)]

    def text_of(edge: GraphEdge | None, key: str) -> str:
        job = view.jobs[key]
        role = "" if edge is None else f"{edge.role:<5}  "
        place = f" at {edge.destination}" if edge is not None and edge.destination else ""
        state = "" if job.state == "none" else f"  {job.state}"
        return f"{role}{key}{place}{state}{f': {job.why}' if job.why else ''}"

    yield from indented_lines(view.ends, onward=onward, text_of=text_of, width=width)


def graph_dot_lines(view: GraphView) -> Iterator[str]:
    """Yield the graph for Graphviz."""
    names = numbered(view.jobs)
    yield "digraph pipeline {"
    yield "  rankdir=LR;"
    yield '  node [shape=box, style="rounded,filled", fontname="sans-serif"];'
    for key, job in view.jobs.items():
        label = "\\n".join(dot_text(line) for line in _label(job))
        yield f'  {names[key]} [label="{label}", fillcolor="{_FILLS[job.state]}"];'
    for edge in view.edges:
        style = _STYLES.get(edge.role, "dashed")
        yield dot_edge(names[edge.start], names[edge.end], style=style, caption=edge.destination)
    yield "}"


def graph_mermaid_lines(view: GraphView) -> Iterator[str]:
    """Yield the graph as a Mermaid flowchart."""
    names = numbered(view.jobs)
    yield "flowchart LR"
    for key, job in view.jobs.items():
        yield mermaid_box(names[key], _label(job))
    for edge in view.edges:
        arrow = _ARROWS.get(edge.role, "-.->")
        yield mermaid_edge(names[edge.start], names[edge.end], arrow=arrow, caption=edge.destination)
    for state, colour in _FILLS.items():
        if inside := [names[key] for key, job in view.jobs.items() if job.state == state]:
            yield f"  classDef {state} fill:{colour},color:#1d2330"
            yield f"  class {','.join(inside)} {state}"


def graph_svg_lines(view: GraphView, *, anchors: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the drawing; with `anchors`, each box is a link to its anchor and the page provides the style."""
    first = {key for key, anchor in (anchors or {}).items() if anchor == FIRST}
    boxes = (
        Box(
            key,
            f"{job.state} root" if key in first else job.state,
            ": ".join(filter(None, (key, job.why))),
            key,
            ": ".join(_label(job)[1:]),
        )
        for key, job in view.jobs.items()
    )
    return drawing_lines(boxes, map(_line, view.edges), name="pipeline", anchors=anchors)


def _line(edge: GraphEdge) -> Line:
    caption = (
        f"{edge.end} runs the image of {edge.start}" if edge.role == CODE else f"{edge.start} at {edge.destination}"
    )
    return Line(edge.start, edge.end, edge.role, caption)


def _label(job: GraphJob) -> tuple[str, ...]:
    """Return the lines of a job's box: its name, its state, the reason."""
    why = job.why if len(job.why) <= _WHY else f"{job.why[: _WHY - 1]}…"
    state = "" if job.state == "none" else job.state
    return tuple(printable(text) for text in (job.key, state, why) if text)
