"""The cyclopts application: all commands and their help; a command's module is loaded when the command is called."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import cyclopts
from cyclopts import App, Parameter

from jobber._version import __version__
from jobber.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.cli.command_line.split_arguments import CommandLine

_SUMMARY = "Build and run machine-learning jobs in containers, and keep every run as an image."

_COMMANDS = {
    "build": ("[CONTEXT]", "Build an image from a Dockerfile, and tag it."),
    "run": ("[IMAGE [COMMAND [ARGS]]]", "Run a job in a container and keep its file system as a result image."),
    "ls": ("[NAME]", "List results: what ran, on what, when, how it went."),
    "show": ("IMAGE", "Show one result in full, and the images it was made from, then and now."),
    "lineage": ("IMAGE", "Show what an image was made from, or what was made from it."),
    "rerun": ("IMAGE", "Repeat the run that created a result."),
    "cp": ("IMAGE:PATH DEST", "Copy a file or a directory out of an image, without running it."),
    "logs": ("IMAGE|RUN", "Print the output of a job, from its result or while it runs."),
    "diff": ("A B", "Show the differences between two results and their files."),
    "push": ("REFERENCE...", "Push images to their registries."),
    "config": ("", "Show the effective settings, and check the configuration files."),
    "doctor": ("", "Check the installation and the engine, and print how to fix problems."),
    "ps": ("", "List the unfinished runs."),
    "attach": ("RUN", "Attach to a run: show its output, return its exit status and finish it when it ends."),
    "stop": ("RUN", "Stop a run, and keep its result as planned."),
    "export": ("IMAGE", "Export a run as RO-Crate, SLSA provenance or W3C PROV."),
    "prune": ("", "Remove unused copies of inputs, leftovers of ended processes, and old results."),
    "recover": ("", "Finish runs that have ended and that no process is finishing."),
}
"""The operands and the summary of each command, available without loading its module."""
_EPILOGUE = (
    "Every command takes -v, -H, -r, -c, --engine and --log-format; `jobber COMMAND --help` describes them."
    " `jobber --install-completion` installs shell completion of commands, options and names."
)


def make_app(*, only: str | None = None) -> App:
    """Return the application with all commands, or with one: cyclopts iterates over all commands repeatedly."""
    app = App(
        name="jobber",
        help=_SUMMARY,
        version=__version__,
        version_flags=["--version"],
        help_flags=["--help", "-h"],
        help_format="plaintext",
        help_epilogue=_EPILOGUE,
        usage="Usage: jobber [OPTIONS] COMMAND [ARGS]",
        default_parameter=Parameter(negative=(), show_env_var=True, show_default=False),
        result_action="return_value",
    )
    for order, (name, (operands, summary)) in enumerate(_COMMANDS.items()):
        if only not in (None, name):
            continue
        usage = f"Usage: jobber {name} [OPTIONS] {operands}".rstrip()
        where = f"jobber.cli.commands.{name}:{name}"
        app.command(where, name=name, usage=usage, help=summary, help_epilogue="", sort_key=order)
    return app


def dispatch(line: CommandLine) -> int:
    """Call the command of a split command line and return its exit status. Raises `JobberError`."""
    app = make_app(only=line.command)
    if "--version" in line.options:
        print(__version__)
        return 0
    if line.command is None or "--help" in line.options:
        app.help_print([line.command] if line.command else [])
        if line.command is None and "--help" not in line.options and line.options:
            raise UsageError("no command is given", hint="see `jobber --help`")
        return 0
    _settle_annotations(app[line.command].default_command)
    tokens = [line.command, *line.options, "--", *line.operands, *line.rest]
    try:
        return int(app(tokens, exit_on_error=False, print_error=False) or 0)
    except cyclopts.CycloptsError as error:
        raise UsageError(_reason(error), hint=f"see `jobber {line.command} --help`") from None


def _reason(error: cyclopts.CycloptsError) -> str:
    return " ".join(filter(None, map(str.strip, str(error).splitlines()))).rstrip(".")


def _settle_annotations(command: Callable[..., object] | None) -> None:
    """Resolve the annotations of a command and of its groups of options: cyclopts would resolve strings each time."""
    if command is None:
        return
    _resolve(command)
    for hint in command.__annotations__.values():
        for group in filter(is_dataclass, get_args(hint)):
            _resolve(group)


def _resolve(annotated: Any) -> None:
    if any(isinstance(hint, str) for hint in annotated.__annotations__.values()):
        annotated.__annotations__ = get_type_hints(annotated, include_extras=True)
