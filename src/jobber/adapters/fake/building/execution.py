"""RUN on the fake: programs of an image, and cached layers of earlier builds with the same steps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.adapters.fake.building.dockerfile_words import listed
from jobber.adapters.fake.building.shell import commands
from jobber.adapters.fake.jobs.job import Job
from jobber.adapters.fake.jobs.process import find_program
from jobber.domain.errors import JobNotStarted

if TYPE_CHECKING:
    from jobber.adapters.fake.building.stage import Stage
    from jobber.adapters.fake.filesystem.files import Files
    from jobber.adapters.fake.filesystem.node import Layer

_SHELL = re.compile(r"(?:.*/)?(?:a|ba|da|k|z)?sh")
_READS_COMMAND = re.compile(r"-[a-z]*c")


def execute(stage: Stage, rest: str, *, log: list[bytes]) -> Layer:
    """Execute the arguments of RUN and return the resulting layer. Raises `ValueError`."""
    variables = {"HOME": "/", **stage.variables}
    files = stage.files()
    for words in _commands(stage, rest, variables):
        _execute(words, stage, files, variables, log)
    return files.top


def _commands(stage: Stage, rest: str, variables: dict[str, str]) -> list[tuple[str, ...]]:
    argv = listed(rest)
    if argv == ():
        raise ValueError("a command is missing")
    if argv:
        return [argv]
    shell = stage.configuration.shell
    if shell and not (_SHELL.fullmatch(shell[0]) and _READS_COMMAND.fullmatch(shell[-1])):
        return [(*shell, rest)]
    return commands(rest, {**variables, "PWD": stage.workdir})


def _execute(argv: tuple[str, ...], stage: Stage, files: Files, variables: dict[str, str], log: list[bytes]) -> None:
    try:
        program = find_program(files, argv, variables, stage.workdir)
    except JobNotStarted as error:
        raise ValueError(f"{error.why} (the fake runs programs that an image has, and no shell)") from None
    job = Job(
        argv=argv,
        environment=variables,
        workdir=stage.workdir,
        user=stage.configuration.user or "",
        files=files,
        stdin=b"",
        hostname="build",
    )
    timeline = job.run(program)
    log.extend(output.chunk for _, output in timeline.outputs)
    if timeline.exit_status:
        raise ValueError(f"{' '.join(argv)!r} returned a non-zero code: {timeline.exit_status}")
