"""The command `jobber config`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated, Literal

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.option import Option

if TYPE_CHECKING:
    from jobber.domain.errors import JobberError


def config(
    *,
    format_: Annotated[Literal["yaml", "json"], Option("--format")] = "yaml",
    origins: bool = False,
    schema: bool = False,
    check: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Show the effective settings, and check the configuration files.

    Parameters
    ----------
    format_
        Format of the settings (default: yaml).
    origins
        Show the origin of each value: file and line, configuration, variable or option.
    schema
        Print the JSON Schema of jobber-config.yml, for editors.
    check
        Print all errors in all files that apply here, and nothing else.

    """
    options = options or GlobalOptions()
    if schema:
        from jobber.domain.configuration.show import schema as schema_of_files

        _print(json.dumps(schema_of_files(), indent=2))
        return 0
    if check:
        return _check(options)
    settings = options.settings
    if format_ == "json":
        from jobber.domain.configuration.show import facts_of, facts_with_origins

        _print(
            json.dumps(facts_with_origins(settings) if origins else facts_of(settings), ensure_ascii=False, indent=2)
        )
        return 0
    from jobber.cli.output.yaml_lines import yaml_lines

    _print("\n".join(yaml_lines(settings, origins=origins)))
    return 0


def _print(text: str) -> None:
    """Print text that may contain bytes of paths and variables that are not UTF-8."""
    print(text.encode(errors="backslashreplace").decode())


def _check(options: GlobalOptions) -> int:
    from jobber.cli.commands.config_check import check_configuration
    from jobber.session.messages import messages

    receiver = messages(verbose=False, log_format=options.log_format, environment=options.environment)
    files, errors = check_configuration(options, environment=os.environ)
    for error in errors:
        receiver.fail(error)
    if not errors:
        receiver.note("checked", files=", ".join(files) or "no jobber-config.yml found")
    return _status(errors)


def _status(errors: tuple[JobberError, ...]) -> int:
    from jobber.cli.main import exit_status_of

    return max((exit_status_of(error, command="config") for error in errors), default=0)
