"""The graph of a pipeline as one self-contained page: the drawing, and the facts of each job one click away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.cli.output.lineage.drawing import html_text
from jobber.cli.output.lineage.page_frame import counted, fact_list, page_of
from jobber.cli.output.pipeline.graph_formats import FIRST, graph_svg_lines
from jobber.domain.pipelines.graph_view import CODE, INPUT
from jobber.session.humanize import command_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobber.domain.pipelines.graph_view import GraphJob, GraphView

_WORST_FIRST = ("failed", "running", "stale", "fresh", "none")


def graph_page_lines(view: GraphView) -> Iterator[str]:
    """Yield the page; the first job to be done is shown first."""
    first = min(view.jobs, key=lambda key: _WORST_FIRST.index(view.jobs[key].state), default="")
    anchors = {key: FIRST if key == first else f"j{number}" for number, key in enumerate(view.jobs)}
    counts = [f"{number} {state}" for state, number in view.counts.items() if state != "none"]
    sections = (line for job in view.jobs.values() for line in _section(view, job, anchors))
    return page_of(
        f"Pipeline {view.title}",
        ", ".join((counted(len(view.jobs), "job"), *counts)),
        drawing=graph_svg_lines(view, anchors=anchors),
        legend={CODE: "its image is run", INPUT: "is an input"},
        sections=sections,
    )


def _section(view: GraphView, job: GraphJob, anchors: Mapping[str, str]) -> Iterator[str]:
    kind = " class=root" if anchors[job.key] == FIRST else ""
    yield f'<section id="{anchors[job.key]}"{kind}>'
    yield f"<h2>{html_text(job.key)}</h2>"
    if job.state != "none":
        yield (
            f'<div><span class="badge {job.state}">{job.state}</span>'
            f'<span class="when">{html_text(job.why)}</span></div>'
        )
    if job.command is not None:
        yield f'<h3>Command</h3><code class="command">{html_text(command_line(job.command))}</code>'
    needs = [(edge.start, edge.role, edge.destination) for edge in view.needs(job.key)]
    yield from _links("Needs", needs, anchors)
    needed_by = [(edge.end, edge.role, edge.destination) for edge in view.needed_by(job.key)]
    yield from _links("Needed by", needed_by, anchors)
    yield "<h3>Job</h3>"
    yield from fact_list(job.facts)
    yield "</section>"


def _links(heading: str, others: Sequence[tuple[str, str, str]], anchors: Mapping[str, str]) -> Iterator[str]:
    if not others:
        return
    yield f'<h3>{heading}</h3><ul class="origins">'
    for key, role, destination in others:
        place = f" <span>at {html_text(destination)}</span>" if destination else ""
        yield f'<li><span>{role}</span> <a href="#{anchors[key]}">{html_text(key)}</a>{place}</li>'
    yield "</ul>"
