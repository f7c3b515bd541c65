"""Run a job, as `jobber run` does."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING, Literal

from jobber.api.connection import interruptible, progress_for, settings_and_connection, settings_credentials
from jobber.api.console import GuestConsole
from jobber.api.images import LOG, Image
from jobber.api.inputs import name_of, specification_of
from jobber.api.result import Result
from jobber.cli.settings import given
from jobber.domain import policy
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.configuration.settings import INPUTS, PUSH, REUSE, XDOCKER
from jobber.domain.errors import EngineLost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.api.inputs import Input
    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.ports import Engine
    from jobber.domain.progress import Progress


def run(
    image: str | Image | Result,
    *,
    command: str | Sequence[str] | None = None,
    inputs: Sequence[str | Input | Image | Result] | None = None,
    out: str | None = None,
    environment: Mapping[str, str] | None = None,
    xdocker: str | Sequence[str] | None = None,
    runtime: str | None = None,
    result_image: Literal["none", "success", "always"] | None = None,
    timeout: float | None = None,
    pull: Literal["always", "missing", "never"] | None = None,
    push: bool | None = None,
    reuse: bool | None = None,
    registry: str | None = None,
    config: str | Sequence[str] = (),
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
    `docker run`. `timeout` is in seconds. With `reuse`, the result of the
    same run that succeeded before is taken, and nothing is run. `engine` is a name, or an engine itself; `host` is its
    address.

    What the job says is shown as it comes, unless `quiet`; `progress` is told what happens besides. A job that fails
    is a result like another one, unless `check` is set. What is not given is as configuration files and variables
    say, with the configurations named in `config`.

    Raises `JobFailed` under `check`, `UsageError`, `ImageNotFound`, `SourceNotFound`, `JobNotStarted`, `PullRefused`,
    `PushRefused`, `EngineUnavailable`, `EngineLost` and other `JobberError`s, and `KeyboardInterrupt` when the run was
    interrupted; its result is kept then.
    """
    from jobber.cli.composition import keyring, runner
    from jobber.cli.request import replaced_by_options, run_request

    told = progress_for(quiet=quiet, progress=progress)
    settings, connection = settings_and_connection(engine, host, registry=registry, config=config)
    settings = replaced_by_options(
        settings,
        runtime=runtime,
        inputs=(),
        out=out,
        result_image=None if result_image is None else policy.ResultImagePolicy(result_image),
        docker_options=(xdocker,) if isinstance(xdocker, str) else xdocker or (),
        timeout=None if timeout is None else str(timeout),
        pull=None if pull is None else policy.PullPolicy(pull),
        no_push=False,
        command=_words(command),
    )
    settings = _with_values(settings, inputs=inputs, environment=environment or {}, push=push, reuse=reuse)
    request = run_request(name_of(image), settings)
    keys = keyring(settings_credentials(settings))
    console = GuestConsole(quiet=quiet, progress=told)
    with interruptible() as interruptions, connection.opened(told) as opened:
        try:
            ran = runner(opened, interruptions, told, keys, console=console).run(request)
        except EngineLost as error:
            error.hint = f"{error.hint}, once this process has ended" if error.hint else None
            raise
        kept = Image(connection, opened.images.inspect(ran.image)) if ran.image else None
    said = partial(kept.files.read, LOG) if kept and ran.reused else console.said
    result = Result(ran.exit_status, ran.outcome.value, kept, said, request.image)
    if ran.outcome is policy.Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    return result.check() if check else result


def _words(command: str | Sequence[str] | None) -> tuple[str, ...]:
    return tuple(shlex.split(command) if isinstance(command, str) else command or ())


def _with_values(
    settings: Settings,
    *,
    inputs: Sequence[str | Input | Image | Result] | None,
    environment: Mapping[str, str],
    push: bool | None,
    reuse: bool | None,
) -> Settings:
    """The settings with what only Python has values for."""
    added = tuple(word for name, value in environment.items() for word in ("-e", f"{name}={value}"))
    pieces = (*settings.get(XDOCKER), Value(added, Origin("environment"))) if added else None
    specifications = None
    if inputs is not None:
        specifications = tuple(Value(specification_of(one), Origin("inputs")) for one in inputs)
    return settings.replaced(
        {
            **given(INPUTS, specifications),
            **given(XDOCKER, pieces),
            **given(PUSH, push),
            **given(REUSE, reuse),
        }
    )
