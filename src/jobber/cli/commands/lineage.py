"""The command `jobber lineage`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - the command line reads annotations
from typing import TYPE_CHECKING, Annotated, Literal

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.option import Option
from jobber.cli.command_line.result_session import finding
from jobber.cli.output.table import terminal_width
from jobber.cli.output.text_file import write_text
from jobber.domain.errors import UsageError
from jobber.domain.use_cases.results.trace_lineage import TraceLineage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from jobber.domain.history.lineage import Lineage
    from jobber.domain.use_cases.results.find_result import ResultFinder
    from jobber.session.messages import Messages

Format = Literal["tree", "json", "dot", "mermaid", "svg", "html"]


def lineage(
    image: str,
    /,
    *,
    down: bool = False,
    format_: Annotated[Format | None, Option("--format")] = None,
    output: Annotated[Path | None, Option("--output", "-o")] = None,
    json: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Show the images that an image was made from: code and inputs, and their lineage in turn.

    Parameters
    ----------
    image
        A tag, an image ID or a prefix of one, or the run's ID; on the engine or in a registry.
    down
        Show what was made from the image instead.
    format_
        tree for terminals; json, dot and mermaid for programs; svg and html for viewers (default: tree).
    output
        Write to this file.
    json
        The same as --format json.

    """
    if json and format_ not in (None, "json"):
        raise UsageError(f"--json and --format {format_} exclude each other", hint="give exactly one of them")
    chosen: Format = "json" if json else format_ or "tree"
    options = options or GlobalOptions()
    with finding(options) as (finder, progress):
        traced = TraceLineage(finder, progress).trace(image, down=down)
        now = options.environment.clock().now()
        width = None if output else terminal_width()
        lines = _lines(finder, traced, chosen, progress=progress, now=now, width=width)
        text = "".join(f"{line}\n" for line in lines)
    if output is None:
        print(text, end="")
    else:
        write_text(output, text)
    return 0


def _lines(
    finder: ResultFinder, traced: Lineage, chosen: Format, *, progress: Messages, now: datetime, width: int | None
) -> Iterable[str]:
    match chosen:
        case "tree":
            from jobber.cli.output.lineage.tree import tree_lines

            return tree_lines(traced, now=now, width=width)
        case "json":
            from jobber.cli.output.lineage.formats import json_lines

            return json_lines(traced)
        case "dot":
            from jobber.cli.output.lineage.formats import dot_lines

            return dot_lines(traced)
        case "mermaid":
            from jobber.cli.output.lineage.formats import mermaid_lines

            return mermaid_lines(traced)
        case "svg":
            from jobber.cli.output.lineage.svg import svg_lines

            return svg_lines(traced)
        case "html":
            from jobber.cli.output.lineage.logs import ends_of_logs
            from jobber.cli.output.lineage.page import page_lines

            return page_lines(traced, logs=ends_of_logs(finder, traced, progress=progress))
