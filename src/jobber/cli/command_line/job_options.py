"""The options that `jobber run` and `jobber rerun` share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - the command line reads annotations
from typing import Annotated

from jobber.cli.command_line.option import Option
from jobber.domain.runs.policy import PullPolicy  # noqa: TC001 - the command line reads annotations


@dataclass(frozen=True)
class JobOptions:
    """The options of a new job and of its result."""

    in_: Annotated[tuple[str, ...], Option("--in", "-i")] = ()
    """Input, in place of configured or recorded ones: IMAGE[,src=DIR][,dest=DIR]; may be repeated."""
    xdocker: Annotated[tuple[str, ...], Option("--Xdocker", "-Xd", "-XDocker")] = ()
    """Options of docker run, in place of configured or recorded ones, as one shell-quoted string; may be repeated."""
    tag: Annotated[str | None, Option("--tag", "-t")] = None
    """Repository of the result (default: that of the code image, or of the repeated run's result)."""
    timeout: str | None = None
    """Stop the run after this number of seconds."""
    pull: PullPolicy | None = None
    """Policy of pulls from registries (default: always); rerun pulls recorded images only if they are missing."""
    no_push: bool = False
    """Do not push the result."""
    iidfile: Path | None = None
    """Write the result image's ID to this file."""
    dry_run: bool = False
    """Print the plan and change nothing."""
    detach: bool = False
    """Start the job, print the run ID and exit: continue with attach, stop or recover."""
