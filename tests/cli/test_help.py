"""The help of jobber looks like the help that cyclopts prints of a command."""

from __future__ import annotations

import io

import pytest
from cyclopts import App
from rich.console import Console

from jobber.cli.command_line.help import COMMANDS, EPILOGUE, SUMMARY, USAGE, help_lines
from jobber.cli.command_line.split_arguments import COMMANDS as SYNTAX


def _by_cyclopts(width: int) -> list[str]:
    app = App(
        name="jobber",
        help=SUMMARY,
        version="1",
        help_format="plaintext",
        help_flags=["--help", "-h"],
        help_epilogue=EPILOGUE,
        usage=USAGE,
    )
    for order, (name, (_, summary)) in enumerate(COMMANDS.items()):
        app.command(App(name=name, help=summary, sort_key=order))
    printed = io.StringIO()
    app.help_print([], console=Console(file=printed, width=width))
    return [line.rstrip() for line in printed.getvalue().splitlines()]


@pytest.mark.parametrize("width", [40, 60, 79, 80, 81, 120, 200])
def test_help_is_laid_out_as_cyclopts_does(width: int) -> None:
    assert [*help_lines(width=width)] == _by_cyclopts(width)


def test_help_has_every_command() -> None:
    assert [*COMMANDS] == [*sorted(SYNTAX, key=[*COMMANDS].index)]


def test_help_without_unicode_is_ascii() -> None:
    assert all(line.isascii() for line in help_lines(width=80, is_unicode=False))


def test_colors_are_only_for_terminals() -> None:
    assert "\x1b" in "".join(help_lines(width=80, is_colored=True))
    assert "\x1b" not in "".join(help_lines(width=80))
