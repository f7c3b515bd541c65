"""Run a job, as `jobber run` does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from jobber.api import arguments
from jobber.api.connection import progress_for, settings_and_connection, settings_credentials
from jobber.api.console import GuestConsole
from jobber.api.images import Image
from jobber.api.inputs import name_of, specifications_of
from jobber.api.result import Result, log_of
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.configuration.settings import (
    CMD,
    INPUTS,
    OUT,
    PULL,
    PUSH,
    RESULT_IMAGE,
    REUSE,
    RUNTIME,
    TIMEOUT,
    XDOCKER,
)
from jobber.domain.errors import EngineLost
from jobber.domain.runs import policy
from jobber.session.settings import given

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from jobber.api.inputs import Input
    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.ports import Engine
    from jobber.domain.ports.progress import Progress


def run(
    image: str | Image | Result,
    *,
    command: str | Sequence[str] | None = None,
    inputs: Sequence[str | Input | Image | Result] | None = None,
    out: str | PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
    xdocker: str | Sequence[str] | None = None,
    runtime: str | None = None,
    result_image: Literal["none", "success", "always"] | None = None,
    tag: str | None = None,
    timeout: float | Literal["none"] | None = None,
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

    `image` is a reference, an id, or an image or result at hand. `command` replaces the image's own; a text is split as
    a shell does. `inputs` are written as on the command line, or are `Input`s, images or results. `out` is the
    directory of the result that it gives as an input. `environment` adds variables, `xdocker` options of `docker run`.
    `tag` is the repository of the result, in place of the code image's. `timeout` is in seconds. With `reuse`, the
    result of the same run that succeeded before is taken, and nothing is run. `engine` is a name, or an engine itself;
    `host` is its address.

    What the job says is shown as it comes, unless `quiet`; `progress` is told what happens besides. A job that fails
    is a result like another one, unless `check` is set. What is not given, or None, is as configuration files and
    variables say, with the configurations named in `config`. What they say is taken back by `command=[]` (the image's
    own), `inputs=[]`, `xdocker=[]`, `timeout="none"` and `registry=""`.

    Raises `JobFailed` under `check`, `UsageError`, `ImageNotFound`, `SourceNotFound`, `JobNotStarted`, `PullRefused`,
    `PushRefused`, `EngineUnavailable`, `EngineLost` and other `JobberError`s, and `KeyboardInterrupt` when the run was
    interrupted; its result is kept then.
    """
    from jobber.session.bootstrap import keyring, runner
    from jobber.session.run_request import run_request

    told = progress_for(quiet=quiet, progress=progress)
    arguments.truths(push=push, reuse=reuse, check=check)
    name = name_of("image", image)
    settings, connection = settings_and_connection(engine, host, registry=registry, config=config)
    settings = settings.replaced(
        {
            **arguments.value("runtime", RUNTIME, arguments.text_or_none("runtime", runtime)),
            **arguments.value("out", OUT, None if out is None else arguments.path("out", out)),
            **arguments.value("result_image", RESULT_IMAGE, result_image),
            **arguments.value("timeout", TIMEOUT, arguments.seconds("timeout", timeout)),
            **arguments.value("pull", PULL, pull),
            **given(PUSH, push),
            **given(REUSE, reuse),
        }
    )
    settings = _with_words(settings, command=command, inputs=inputs, xdocker=xdocker, environment=environment)
    request = run_request(name, settings, tag=arguments.text_or_none("tag", tag))
    keys = keyring(settings_credentials(settings), around=connection.around)
    console = GuestConsole(quiet=quiet, progress=told)
    with connection.interruptible() as interruptions, connection.opened(told) as opened:
        try:
            ran = runner(opened, interruptions, told, keys, console=console, around=connection.around).run(request)
        except EngineLost as error:
            error.hint = f"{error.hint}, once this process has ended" if error.hint else None
            raise
        kept = Image(connection, opened.images.inspect(ran.image)) if ran.image else None
    said = partial(log_of, kept) if kept and ran.reused else console.said
    result = Result(ran.exit_status, ran.outcome.value, kept, said, request.image, ran.out_of_memory)
    if ran.outcome is policy.Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    return result.check() if check else result


def _with_words(
    settings: Settings,
    *,
    command: str | Sequence[str] | None,
    inputs: Sequence[str | Input | Image | Result] | None,
    xdocker: str | Sequence[str] | None,
    environment: Mapping[str, str] | None,
) -> Settings:
    """The settings with these in the place of their own, of which an empty one is one, too. Raises `UsageError`."""
    from jobber.session.run_request import split_options

    values: dict[str, Value[Any]] = {}
    if command is not None:
        values[CMD.name] = Value(arguments.words("command", command) or None, Origin("command"))
    if inputs is not None:
        specifications = tuple(Value(one, Origin("inputs")) for one in specifications_of(inputs))
        values[INPUTS.name] = Value(specifications, Origin("inputs"))
    pieces = settings.get(XDOCKER) if xdocker is None else split_options(arguments.texts("xdocker", xdocker)) or ()
    none = 'xdocker="-e NAME" takes the value that is here'
    added = arguments.variables("environment", environment, none=none)
    words = tuple(word for name, value in added.items() for word in ("-e", f"{name}={value}"))
    if xdocker is not None or words:
        pieces = (*pieces, Value(words, Origin("environment"))) if words else pieces
        values[XDOCKER.name] = Value(pieces, Origin("xdocker"))
    return settings.replaced(values)
