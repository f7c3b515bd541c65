"""The command `jobber pipeline`."""

from __future__ import annotations

import os
import sys
from pathlib import Path  # noqa: TC003 - cyclopts reads annotations
from typing import TYPE_CHECKING, Annotated, Literal

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.option import Option
from jobber.cli.output.json_text import as_json
from jobber.cli.output.text_file import write_text
from jobber.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.pipelines.graph import Chosen
    from jobber.domain.pipelines.graph_view import GraphView
    from jobber.domain.pipelines.job import Pipeline
    from jobber.domain.pipelines.outcome import JobOutcome
    from jobber.domain.ports import Engine
    from jobber.session.messages import Messages
    from jobber.session.pipelines.display import JobDisplay
    from jobber.session.pipelines.opening import OpenPipeline

Format = Literal["tree", "dot", "mermaid", "svg", "html"]
EXIT_STALE = 1
EXIT_FAILED = 1
EXIT_BROKEN = 125
EXIT_INTERRUPTED = 130
Action = Literal["run", "status", "graph", "schema"]


def pipeline(
    action: Action,
    /,
    *job: str,
    file: Annotated[Path | None, Option("--file", "-f")] = None,
    param: Annotated[tuple[str, ...], Option("--param", "-p")] = (),
    dry_run: Annotated[bool, Option("--dry-run", "-n")] = False,
    jobs: Annotated[int | None, Option("--jobs", "-j")] = None,
    keep_going: Annotated[bool, Option("--keep-going", "-k")] = False,
    from_: Annotated[tuple[str, ...], Option("--from")] = (),
    to: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
    force: tuple[str, ...] = (),
    no_reuse: bool = False,
    format_: Annotated[Format | None, Option("--format")] = None,
    output: Annotated[Path | None, Option("--output", "-o")] = None,
    json: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Run a graph of jobs from jobber-pipeline.yml: only what is stale runs.

    run builds and runs the stale jobs; status prints the state of each job and exits with 1 if one is stale; graph
    draws the jobs; schema prints the JSON Schema of the file, for editors.

    Parameters
    ----------
    action
        run, status, graph or schema.
    job
        Jobs and cells of a matrix: train, train[cnn-1], train[cnn-*]; with all that they need (default: all jobs).
    file
        File of the pipeline (default: jobber-pipeline.yml in this directory or one above it).
    param
        Value of a parameter: NAME=VALUE; may be repeated.
    dry_run
        Print what would run, and why.
    jobs
        Largest number of jobs at the same time (default: the CPUs of the engine).
    keep_going
        After a failure, run everything that does not need the failed job.
    from_
        Run this job and those that need it; the others are taken as they are.
    to
        Run this job and all that it needs.
    only
        Run this job alone; the others are taken as they are.
    force
        Run this job even if it is fresh.
    no_reuse
        Run all selected jobs even if they are fresh.
    format_
        Format of the graph (default: tree).
    output
        Write the graph to this file.
    json
        Print one JSON object; the output of jobs goes to stderr.

    """
    from jobber.domain.pipelines.errors import PipelineInvalid

    options = options or GlobalOptions()
    if action == "schema":
        from jobber.domain.pipelines.settings import schema

        print(as_json(schema()))
        return 0
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs {jobs}: at least one job must be allowed")
    if action != "run":
        given = {"--dry-run": dry_run, "--jobs": jobs, "--keep-going": keep_going}
        _check_unused(action, {**given, "--no-reuse": no_reuse, "--force": force})
    if action != "graph":
        _check_unused(action, {"--format": format_, "--output": output})
    messages = options.messages()
    try:
        found, chosen = _chosen(
            options, file, param, job=job, from_=from_, to=to, only=only, force=force, reuses=not no_reuse
        )
    except PipelineInvalid as invalid:
        for error in invalid.errors:
            messages.fail(error)
        return 2
    session = options.session(messages)
    with options.connected(session) as engine:
        from jobber.session.pipelines.opening import open_pipeline

        opened = open_pipeline(session, engine, found)
        if action == "run" and not dry_run:
            return _run(options, messages, opened, chosen, jobs=jobs, keeps_going=keep_going, json=json)
        with session.interruptions.abortable():
            plan = opened.plan(chosen)
        messages.clear()
        if action == "graph":
            from jobber.domain.pipelines.graph_view import view_of

            _print_graph(view_of(found, plan.decisions), format_ or "tree", output)
            return 0
        from jobber.cli.output.pipeline.tables import status_facts, status_lines

        decisions = plan.decisions.values()
        print(as_json(status_facts(decisions)) if json else "\n".join(status_lines(decisions)))
        return EXIT_STALE if plan.stale and not dry_run else 0


def _print_graph(view: GraphView, chosen: Format, output: Path | None) -> None:
    """Print a graph, or write it to a file. Raises `JobberError`."""
    from jobber.cli.output.pipeline import graph_formats
    from jobber.cli.output.table import terminal_width

    match chosen:
        case "tree":
            lines = graph_formats.graph_tree_lines(view, width=None if output else terminal_width())
        case "dot":
            lines = graph_formats.graph_dot_lines(view)
        case "mermaid":
            lines = graph_formats.graph_mermaid_lines(view)
        case "svg":
            lines = graph_formats.graph_svg_lines(view)
        case "html":
            from jobber.cli.output.pipeline.graph_page import graph_page_lines

            lines = graph_page_lines(view)
    text = "".join(f"{line}\n" for line in lines)
    if output is None:
        print(text, end="")
    else:
        write_text(output, text)


def _check_unused(action: str, given: dict[str, object]) -> None:
    for name, value in given.items():
        if value not in (None, False, ()):
            raise UsageError(f"{name} is not an option of `jobber pipeline {action}`")


def _chosen(
    options: GlobalOptions,
    file: Path | None,
    param: Sequence[str],
    *,
    job: Sequence[str],
    from_: Sequence[str],
    to: Sequence[str],
    only: Sequence[str],
    force: Sequence[str],
    reuses: bool,
) -> tuple[Pipeline, Chosen]:
    """Return the pipeline and the jobs that the command line selects. Raises `PipelineInvalid` and others."""
    from jobber.domain.pipelines.graph import Request, choose
    from jobber.session.pipelines.opening import read_pipeline

    parameters = dict(_parameter(text) for text in param)
    found = read_pipeline(
        None if file is None else str(file), options=options, parameters=parameters, around=options.environment
    )
    return found, choose(found, Request(job, from_, to, only, force, reuses))


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"-p {text!r} is not NAME=VALUE", hint="for example -p seed=8")
    return name, value


def _run(
    options: GlobalOptions,
    messages: Messages,
    opened: OpenPipeline,
    chosen: Chosen,
    *,
    jobs: int | None,
    keeps_going: bool,
    json: bool,
) -> int:
    from jobber.cli.output.pipeline.tables import outcome_facts, outcome_lines
    from jobber.domain.configuration.settings import ENGINE, HOST

    display = _display(options, messages, json=json)
    session, settings = opened.session, options.settings

    def connect() -> Engine:
        return session.environment.connect(
            host=settings.get(HOST), choice=settings.get(ENGINE), environment=os.environ, progress=session.progress
        )

    use_case, pool = opened.runner(connect=connect, display=display, jobs=jobs, keeps_going=keeps_going)
    try:
        outcomes = use_case.run(opened.pipeline, chosen)
    finally:
        getattr(display, "clear", messages.clear)()
        pool.close()
    messages.clear()
    if json:
        print(as_json(outcome_facts(outcomes)))
    else:
        print("\n".join(outcome_lines(outcomes)))
    return _report_errors(messages, outcomes)


def _display(options: GlobalOptions, messages: Messages, *, json: bool) -> JobDisplay:
    from jobber.domain.configuration.settings import VERBOSE

    is_verbose = options.settings.get(VERBOSE)
    is_plain = json or is_verbose or options.log_format == "json"
    if not is_plain and sys.stderr.isatty() and sys.stdout.isatty():
        from jobber.cli.output.pipeline.live import LiveLines

        return LiveLines()
    from jobber.cli.output.pipeline.lines import PrefixedLines

    return PrefixedLines(messages, stream=sys.stderr if json else sys.stdout, is_verbose=is_verbose)


def _report_errors(messages: Messages, outcomes: Sequence[JobOutcome]) -> int:
    """Print the errors of jobs, and return the exit status of the command."""
    from jobber.domain.errors import Interrupted
    from jobber.domain.pipelines.outcome import JobState

    for outcome in outcomes:
        if outcome.error is not None and not isinstance(outcome.error, Interrupted):
            error = outcome.error
            error.what = f"{outcome.job.id}: {error.what}"
            messages.fail(error)
    states = {outcome.state for outcome in outcomes}
    if JobState.INTERRUPTED in states:
        return EXIT_INTERRUPTED
    if JobState.FAILED in states:
        return EXIT_FAILED
    if any(outcome.error is not None for outcome in outcomes):
        return EXIT_BROKEN
    return EXIT_INTERRUPTED if JobState.NOT_RUN in states else 0
