"""Run a job, as `jobber run` does."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jobber.api.connection import Connection, interruptible, progress_for
from jobber.api.console import GuestConsole
from jobber.api.images import Image
from jobber.api.inputs import name_of, specification_of
from jobber.api.result import Result
from jobber.domain import policy
from jobber.domain.errors import EngineLost, UsageError
from jobber.domain.options import ContainerOptions
from jobber.domain.reference import parse_registry
from jobber.domain.use_cases.run import RunRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.api.inputs import Input
    from jobber.domain.ports import Engine
    from jobber.domain.progress import Progress


def run(
    image: str | Image | Result,
    *,
    command: str | Sequence[str] | None = None,
    inputs: Sequence[str | Input | Image | Result] = (),
    out: str | None = None,
    environment: Mapping[str, str] | None = None,
    xdocker: str | Sequence[str] = (),
    runtime: str | None = None,
    result_image: Literal["none", "success", "always"] = "always",
    timeout: float | None = None,
    pull: Literal["always", "missing", "never"] = "always",
    push: bool = True,
    registry: str | None = None,
    engine: str | Engine | None = None,
    host: str | None = None,
    check: bool = False,
    quiet: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Run a job in a container, wait for it, and keep its file system as a result image.

    `image` is a reference, an id, or an image or result at hand. `command` replaces the image's own; a text is split
    as a shell does. `inputs` are written as on the command line, or are `Input`s, images or results. `out` is the
    directory of the result that it gives as an input. `environment` adds variables, `xdocker` options of
    `docker run`. `timeout` is in seconds. `engine` is a name, or an engine itself; by default `JOBBER_ENGINE`, else
    the first that answers. `host` is its address.

    What the job says is shown as it comes, unless `quiet`; `progress` is told what happens besides. A job that fails
    is a result like another one, unless `check` is set. Configuration files are not read.

    Raises `JobFailed` under `check`, `UsageError`, `ImageNotFound`, `SourceNotFound`, `JobNotStarted`, `PullRefused`,
    `PushRefused`, `EngineUnavailable`, `EngineLost` and other `JobberError`s, and `KeyboardInterrupt` when the run was
    interrupted; its result is kept then.
    """
    from jobber.cli.composition import runner

    told = progress_for(quiet=quiet, progress=progress)
    words, options = _options(xdocker, environment or {})
    request = RunRequest(
        image=name_of(image),
        options=options,
        command=tuple(shlex.split(command) if isinstance(command, str) else command) if command is not None else None,
        inputs=tuple(specification_of(given) for given in inputs),
        docker_args=words,
        runtime=runtime,
        out=_absolute(out),
        keep=policy.ResultImagePolicy(result_image),
        timeout=_positive(timeout),
        registry=parse_registry(registry) if registry else None,
        pull=policy.PullPolicy(pull),
        push=push,
    )
    connection = Connection(engine, host)
    console = GuestConsole(quiet=quiet, progress=told)
    with interruptible() as interruptions, connection.opened(told) as opened:
        try:
            ran = runner(opened, interruptions, told, console=console).run(request)
        except EngineLost as error:
            error.hint = f"{error.hint}, once this process has ended" if error.hint else None
            raise
        kept = Image(connection, opened.images.inspect(ran.image)) if ran.image else None
    result = Result(ran.exit_status, ran.outcome.value, kept, console.said)
    if ran.outcome is policy.Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    return result.check() if check else result


def _options(xdocker: str | Sequence[str], environment: Mapping[str, str]) -> tuple[tuple[str, ...], ContainerOptions]:
    texts = (xdocker,) if isinstance(xdocker, str) else tuple(xdocker)
    if not texts and not environment:
        return (), ContainerOptions()
    from jobber.domain.xdocker import parse_options, recorded_words, split_words

    words = tuple(word for text in texts for word in split_words(text))
    words += tuple(word for name, value in environment.items() for word in ("-e", f"{name}={value}"))
    return recorded_words(words), parse_options(words, environment=os.environ, directory=str(Path.cwd()))


def _absolute(out: str | None) -> str | None:
    if out is not None and not out.startswith("/"):
        raise UsageError(f"out must be an absolute path, not {out!r}", hint="for example out='/model'")
    return out


def _positive(timeout: float | None) -> float | None:
    if timeout is not None and not timeout > 0:
        raise UsageError(f"timeout must be a number of seconds above 0, not {timeout:g}")
    return timeout
