"""The help of jobber as a whole: the list of commands.

It looks like the help of one command, which cyclopts prints. Without cyclopts it is there in half the time.
"""

from __future__ import annotations

import os
import shutil
import sys
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SUMMARY = "Build and run machine-learning jobs in containers, and keep every run as an image."

COMMANDS = {
    "build": ("[CONTEXT]", "Build an image from a Dockerfile, and tag it."),
    "run": ("[IMAGE [COMMAND [ARGS]]]", "Run a job in a container and keep its file system as a result image."),
    "pipeline": ("run|status|graph|schema [JOB...]", "Run a graph of jobs: only what is stale runs."),
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
EPILOGUE = (
    "Every command takes -v, -H, -r, -c, --engine and --log-format; `jobber COMMAND --help` describes them."
    " `jobber --install-completion` installs shell completion of commands, options and names."
)
USAGE = "Usage: jobber [OPTIONS] COMMAND [ARGS]"
_OPTIONS = {"--help (-h)": "Display this message and exit.", "--version": "Display application version."}
_LEAST_WIDTH = 40
_ROUND, _ASCII = tuple("╭─╮│╰╯"), tuple("+-+|++")
_BOLD, _CYAN, _PLAIN = "\x1b[1m", "\x1b[36m", "\x1b[0m"


def print_help() -> None:
    """Print the help of jobber."""
    is_colored = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    is_unicode = sys.stdout.encoding.lower().startswith("utf")
    width = max(shutil.get_terminal_size().columns, _LEAST_WIDTH)
    print("\n".join(help_lines(width=width, is_colored=is_colored, is_unicode=is_unicode)))


def help_lines(*, width: int, is_colored: bool = False, is_unicode: bool = True) -> Iterator[str]:
    """Yield the lines of the help, no wider than `width`."""
    bold, cyan, plain = (_BOLD, _CYAN, _PLAIN) if is_colored else ("", "", "")
    left, line, right, side, lower_left, lower_right = _ROUND if is_unicode else _ASCII
    yield f"{bold}{USAGE}{plain}"
    yield ""
    yield from wrap(SUMMARY, width, break_on_hyphens=False)
    yield ""
    yield f"{left}{line} Commands ".ljust(width - 1, line) + right
    rows = {**{name: summary for name, (_, summary) in COMMANDS.items()}, **_OPTIONS}
    names = max(map(len, rows))
    for name, summary in rows.items():
        pieces = wrap(summary, width - names - 6, break_on_hyphens=False)
        for shown, piece in zip((name, *[""] * len(pieces)), pieces, strict=False):
            yield f"{side} {cyan}{shown:{names}}{plain}  {piece:{width - names - 6}} {side}"
    yield lower_left + line * (width - 2) + lower_right
    yield ""
    yield from wrap(EPILOGUE, width, break_on_hyphens=False)
