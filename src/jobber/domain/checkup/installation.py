"""Checks of the program, its Python interpreter and its configuration files."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from jobber.domain.checkup.check import note, ok, problem
from jobber.domain.checkup.findings import Program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.checkup.check import Check
    from jobber.domain.checkup.findings import Command, Configuration, Installation

_OLDER = "docker-jobber 0.3 of 2019, a different program by other authors"


def check_installation(installation: Installation) -> Iterator[Check]:
    """Check which program the command `jobber` runs in the user's shell, and which Python runs this one."""
    yield ok("jobber", f"{installation.version} in {installation.location}")
    for distribution in installation.distributions:
        if distribution.version.startswith("0."):
            yield problem(
                "jobber",
                f"{_OLDER}, is installed beside it: {distribution.version} in {distribution.location}",
                "remove it (`pip uninstall docker-jobber`), and install jobber again",
            )
    if installation.commands:
        yield from _check_command(installation.commands[0])
    yield ok("python", f"{installation.python_version} at {installation.python}")


def check_configuration(configuration: Configuration) -> Iterator[Check]:
    """Check the configuration files; an error in one of them prevents every run."""
    if not configuration.problems:
        active = f" (active: {', '.join(configuration.active)})" if configuration.active else ""
        yield ok("configuration", f"{', '.join(configuration.files) or 'no jobber-config.yml'}{active}")
    for error in configuration.problems:
        hint = error.hint or "`jobber config --check` lists all errors"
        yield problem("configuration", error.what, hint, stops_runs=True)


def _check_command(first: Command) -> Iterator[Check]:
    match first.program:
        case Program.THIS:
            return
        case Program.OLDER:
            folder = first.path.rpartition("/")[0]
            hint = f"remove it (`pip uninstall docker-jobber`), or put another directory before {folder} in PATH"
            yield problem("jobber", f"`jobber` in this shell is {first.path}: {_OLDER}", hint)
        case Program.OTHER:
            yield note("jobber", f"`jobber` in this shell is another installation: {first.path}")
        case Program.UNKNOWN:
            yield note("jobber", f"`jobber` in this shell is {first.path}, which is not known to be jobber")
        case _ as never:
            assert_never(never)
