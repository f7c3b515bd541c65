"""The cyclopts application: it prints the help of a command, and explains what is wrong with a command line."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

import cyclopts
from cyclopts import App, Parameter

from jobber._version import __version__
from jobber.cli.command_line.help import COMMANDS, EPILOGUE, SUMMARY, USAGE
from jobber.cli.command_line.option import option_of
from jobber.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.cli.command_line.split_arguments import CommandLine


def make_app(command: str) -> App:
    """Return the application with one command: cyclopts iterates over all commands repeatedly."""
    app = App(
        name="jobber",
        help=SUMMARY,
        version=__version__,
        version_flags=["--version"],
        help_flags=["--help", "-h"],
        help_format="plaintext",
        help_epilogue=EPILOGUE,
        usage=USAGE,
        default_parameter=Parameter(negative=(), show_env_var=True, show_default=False),
        result_action="return_value",
    )
    operands, summary = COMMANDS[command]
    usage = f"Usage: jobber {command} [OPTIONS] {operands}".rstrip()
    app.command(f"jobber.cli.commands.{command}:{command}", name=command, usage=usage, help=summary, help_epilogue="")
    _declare(app[command].default_command)
    return app


def print_command_help(command: str) -> None:
    """Print the help of a command."""
    make_app(command).help_print([command])


def call_command(line: CommandLine) -> int:
    """Call a command and return its exit status. Raises `UsageError` for arguments that it does not have."""
    assert line.command is not None
    tokens = [line.command, *line.options, "--", *line.operands, *line.rest]
    try:
        return int(make_app(line.command)(tokens, exit_on_error=False, print_error=False) or 0)
    except cyclopts.CycloptsError as error:
        raise UsageError(_reason(error), hint=f"see `jobber {line.command} --help`") from None


def _reason(error: cyclopts.CycloptsError) -> str:
    return " ".join(filter(None, map(str.strip, str(error).splitlines()))).rstrip(".")


def _declare(command: Callable[..., object] | None) -> None:
    """Declare the options of a command to cyclopts."""
    if command is None:
        return
    _resolve(command)
    for name, hint in command.__annotations__.items():
        for group in filter(is_dataclass, get_args(hint)):
            _resolve(group)
            command.__annotations__[name] = Annotated[hint, Parameter(name="*")]


def _resolve(annotated: Any) -> None:
    """Add cyclopts' declarations to the annotations, and replace strings, which cyclopts would resolve each time."""
    if any(isinstance(hint, str) for hint in annotated.__annotations__.values()):
        hints = get_type_hints(annotated, include_extras=True)
        annotated.__annotations__ = {name: _with_parameter(hint) for name, hint in hints.items()}


def _with_parameter(hint: Any) -> Any:
    option = option_of(hint)
    if option is None:
        return hint
    given: dict[str, Any] = {"name": option.names, "group": option.group, "env_var": option.variable}
    declared = {name: content for name, content in given.items() if content}  # None would be a declaration too
    return Annotated[hint, Parameter(**declared)]
