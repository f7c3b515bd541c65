"""RUN on the fake: programs that an image has, and layers that earlier builds have made of the same steps."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.adapters.fake.building.dockerfile_words import listed
from jobber.adapters.fake.building.shell import commands
from jobber.adapters.fake.filesystem.files import layer_digest
from jobber.adapters.fake.jobs.job import Job
from jobber.adapters.fake.jobs.process import find_program
from jobber.domain.errors import JobNotStarted

if TYPE_CHECKING:
    from jobber.adapters.fake.building.stage import Stage
    from jobber.adapters.fake.filesystem.files import Files, Layer

_SHELL = re.compile(r"(?:.*/)?(?:a|ba|da|k|z)?sh")
_READS_COMMAND = re.compile(r"-[a-z]*c")


@dataclass(slots=True)
class StepCache:
    """The layers that RUN has made on an engine, by all that they depend on."""

    _made: dict[str, tuple[tuple[Layer, ...], Layer]] = field(default_factory=dict)
    """With the layers below, so that no other program is ever taken for one that is there no more."""

    def find(self, stage: Stage, rest: str) -> Layer | None:
        """Return the layer of this step; None where it was not made."""
        known = self._made.get(_key(stage, rest))
        return known[1] if known else None

    def keep(self, stage: Stage, rest: str, layer: Layer) -> None:
        """Keep the layer of a step: in place of one that was made before on Docker, Podman finds the older one."""
        key = _key(stage, rest)
        if stage.dialect.is_docker or key not in self._made:
            self._made[key] = (stage.layers, layer)


def execute(stage: Stage, rest: str, *, log: list[bytes]) -> Layer:
    """Execute what follows RUN, and return the layer that comes of it. Raises `ValueError`."""
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


def _key(stage: Stage, rest: str) -> str:
    configuration = stage.configuration
    facts = (
        [layer_digest(layer) for layer in stage.layers],
        sorted(stage.variables.items()),
        [configuration.workdir, configuration.user, configuration.shell, rest],
    )
    return sha256(json.dumps(facts).encode()).hexdigest()
