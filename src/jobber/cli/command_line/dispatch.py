"""The call of a command: its module is loaded when it is called."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from jobber._version import __version__
from jobber.domain.errors import UsageError

if TYPE_CHECKING:
    from jobber.cli.command_line.split_arguments import CommandLine


def dispatch(line: CommandLine) -> int:
    """Call the command of a split command line and return its exit status. Raises `JobberError`."""
    if "--version" in line.options:
        print(__version__)
        return 0
    if line.command is None:
        from jobber.cli.command_line.help import print_help

        print_help()
        if "--help" not in line.options and line.options:
            raise UsageError("no command is given", hint="see `jobber --help`")
        return 0
    if "--help" in line.options:
        from jobber.cli.command_line.app import print_command_help

        print_command_help(line.command)
        return 0
    return _call(line.command, line)


def _call(name: str, line: CommandLine) -> int:
    from jobber.cli.command_line.arguments import NotUnderstood, arguments_of

    command = getattr(import_module(f"jobber.cli.commands.{name}"), name)
    try:
        positional, named = arguments_of(command, line, environment=os.environ)
    except NotUnderstood:
        from jobber.cli.command_line.app import call_command

        return call_command(line)
    return int(command(*positional, **named) or 0)
