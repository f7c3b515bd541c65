"""Job runs from Python: the API counterpart of `jobber run`."""

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

    The job's output is shown as it arrives, unless `quiet` is set. A failed job is a normal result unless `check` is
    set. `None` for an optional argument means: use the value from the configuration files and environment variables.
    These arguments undo such a value: `command=[]` (the image's own command), `inputs=[]`, `xdocker=[]`,
    `timeout="none"` and `registry=""`.

    Args:
        image: A reference, an image ID, or an image or result object.
        command: The command that replaces the image's own. A string is split as a shell does.
        inputs: Inputs: strings as on the command line, `Input`s, images or results. Default: none.
        out: The absolute path of the directory that the result provides as an input. Default: none.
        environment: Environment variables to add, by name. Default: none.
        xdocker: Options of `docker run`, one string or several. Default: none.
        runtime: The engine's runtime. Default: that of the engine.
        result_image: The policy for the result image: `none`, `success` or `always`. Default: `always`.
        tag: The repository of the result. Default: the repository of the code image.
        timeout: The time limit in seconds, above 0; `"none"` for no limit. Default: no limit.
        pull: The pull policy: `always`, `missing` or `never`. Default: `always`.
        push: Push the result if its name has a registry or a namespace. Default: True.
        reuse: Return the result of the same run if one succeeded before, and run nothing. Default: False.
        registry: The registry of names that have neither a registry nor a namespace; `""` for none.
        config: Names of configurations to activate, one or several. Default: none.
        engine: The name of an engine (`docker`, `podman`, `auto`) or an engine object. Default: `auto`.
        host: The address of the engine. Default: the engine is searched for.
        check: Raise `JobFailed` if the job does not succeed. Default: False.
        quiet: Show neither progress nor the job's output. Default: False.
        progress: A listener that receives progress events. Default: a notebook display, or lines on stderr.

    Returns:
        The outcome of the run and its result image.

    Raises:
        JobFailed: With `check`, the job did not succeed.
        UsageError: An argument is invalid.
        ImageNotFound: The image does not exist.
        SourceNotFound: The directory of an input does not exist.
        JobNotStarted: The engine could not start the job.
        PullRefused: The registry or the engine refused a pull.
        PushRefused: The registry or the engine refused a push.
        EngineUnavailable: No engine can be reached.
        EngineLost: The connection to the engine was lost.
        KeyboardInterrupt: The run was interrupted; its result is kept.
        JobberError: Any other failure.

    """
    from jobber.session.bootstrap import runner
    from jobber.session.run_request import run_request

    receiver = progress_for(quiet=quiet, progress=progress)
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
    console = GuestConsole(quiet=quiet, progress=receiver)
    with connection.session(receiver, settings_credentials(settings)) as session, connection.opened(receiver) as opened:
        try:
            ran = runner(session, opened, console=console).run(request)
        except EngineLost as error:
            error.hint = f"{error.hint}, after this process has ended" if error.hint else None
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
    """Return the settings with these values in place of their own; an empty value counts. Raises `UsageError`."""
    from jobber.session.run_request import split_options

    values: dict[str, Value[Any]] = {}
    if command is not None:
        values[CMD.name] = Value(arguments.words("command", command) or None, Origin("command"))
    if inputs is not None:
        specifications = tuple(Value(one, Origin("inputs")) for one in specifications_of(inputs))
        values[INPUTS.name] = Value(specifications, Origin("inputs"))
    pieces = settings.get(XDOCKER) if xdocker is None else split_options(arguments.texts("xdocker", xdocker)) or ()
    none = 'xdocker="-e NAME" takes the value from this environment'
    added = arguments.variables("environment", environment, none=none)
    words = tuple(word for name, value in added.items() for word in ("-e", f"{name}={value}"))
    if xdocker is not None or words:
        pieces = (*pieces, Value(words, Origin("environment"))) if words else pieces
        values[XDOCKER.name] = Value(pieces, Origin("xdocker"))
    return settings.replaced(values)
