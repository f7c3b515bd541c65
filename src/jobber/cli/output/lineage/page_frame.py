"""A self-contained page around the drawing of a graph: each box leads to a section with its facts."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from jobber.cli.output.lineage.drawing import graph_style, html_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'"


def page_of(
    title: str, summary: str, *, drawing: Iterable[str], legend: Mapping[str, str], sections: Iterable[str]
) -> Iterator[str]:
    """Yield the page.

    Args:
        title: The title.
        summary: A line beside the title.
        drawing: The lines of the drawing, whose boxes are links to the sections.
        legend: The meaning of lines, by CSS class.
        sections: The lines of the sections; that of class `root` is shown first.

    """
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{html_text(title)}</title>"
    yield f"<style>{graph_style()}{_file('page.css')}</style>\n</head>\n<body>"
    yield f"<header><h1>{html_text(title)}</h1><p>{html_text(summary)}</p></header>"
    yield '<main><div class="stage">'
    yield from drawing
    yield "</div>"
    entries = "".join(f'<span><i class="{name}"></i>{meaning}</span>' for name, meaning in legend.items())
    yield (
        f'<footer>{entries}<span><button id="smaller" title="smaller">&minus;</button>'
        ' <button id="larger" title="larger">+</button> <button id="fit" title="all of it">fit</button></span></footer>'
    )
    yield "</main>\n<aside>"
    yield from sections
    yield f"</aside>\n<script>{_file('page.js')}</script>\n</body>\n</html>"


def fact_list(facts: Mapping[str, str]) -> Iterator[str]:
    """Yield facts as a list of names and texts, without empty ones."""
    yield "<dl>"
    for name, text in facts.items():
        if text:
            yield f"<dt>{html_text(name)}</dt><dd>{html_text(text)}</dd>"
    yield "</dl>"


def counted(number: int, noun: str) -> str:
    """Return a number with a noun, which ends in `s` unless the number is 1."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
