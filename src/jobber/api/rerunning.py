"""Repeated runs from Python: the API counterpart of `jobber rerun`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.api import arguments
from jobber.api.connection import progress_for, settings_and_connection, settings_credentials
from jobber.api.console import GuestConsole
from jobber.api.images import Image
from jobber.api.inputs import name_of, specifications_of
from jobber.api.result import Result, ResultDiffers
from jobber.domain.runs.policy import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from jobber.api.inputs import Input
    from jobber.domain.ports import Engine
    from jobber.domain.ports.progress import Progress


def rerun(
    result: str | Image | Result,
    *,
    inputs: Sequence[str | Input | Image | Result] | None = None,
    xdocker: str | Sequence[str] | None = None,
    tag: str | None = None,
    timeout: float | Literal["none"] | None = None,
    push: bool | None = None,
    verify: bool = False,
    registry: str | None = None,
    config: str | Sequence[str] = (),
    engine: str | Engine | None = None,
    host: str | None = None,
    quiet: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Repeat the run that created a result: the same code, inputs, command, options, runtime and `out` directory.

    `None` for an optional argument means: use the recorded value or, where none is recorded, the setting.

    Args:
        result: A tag, an image ID or a prefix of one, a run ID, or an image or result object.
        inputs: The inputs that replace the recorded ones; `[]` for no inputs.
        xdocker: The `docker run` options that replace the recorded ones; `[]` for no options.
        tag: The repository of the new result. Default: the repository of the old result.
        timeout: The time limit in seconds, above 0; `"none"` for no limit. Default: the setting `timeout`.
        push: Push the result if its name has a registry or a namespace. Default: the setting `push`.
        verify: Compare the new result's `out` directory with the old one. Default: False.
        registry: The registry of names that have neither a registry nor a namespace; `""` for none.
        config: Names of configurations to activate, one or several. Default: none.
        engine: The name of an engine (`docker`, `podman`, `auto`) or an engine object. Default: the setting `engine`.
        host: The address of the engine. Default: the setting `host`.
        quiet: Show neither progress nor the job's output. Default: False.
        progress: A listener that receives progress events. Default: a notebook display, or lines on stderr.

    Returns:
        The outcome of the new run and its result image.

    Raises:
        RunNotRepeatable: Something that the run needs is missing. The error lists everything before anything starts.
        NotAResult: The image is not a run's result.
        ResultDiffers: With `verify`, the `out` directories differ.
        KeyboardInterrupt: The run was interrupted; its result is kept.
        JobberError: Any other failure, as for `run`.

    """
    from jobber.domain.configuration.settings import DEFAULT_REGISTRY
    from jobber.session.bootstrap import rerun as rerun_use_case
    from jobber.session.rerun_request import rerun_request, rerun_settings, run_again

    receiver = progress_for(quiet=quiet, progress=progress)
    arguments.truths(push=push, verify=verify)
    name = name_of("result", result)
    settings, connection = settings_and_connection(engine, host, registry=registry, config=config)
    settings = rerun_settings(settings, timeout=arguments.seconds("timeout", timeout), push=push)
    request = rerun_request(
        name,
        settings,
        inputs=None if inputs is None else specifications_of(inputs),
        docker_options=None if xdocker is None else arguments.texts("xdocker", xdocker),
        tag=arguments.text_or_none("tag", tag),
        verify=verify,
    )
    console = GuestConsole(quiet=quiet, progress=receiver)
    with connection.session(receiver, settings_credentials(settings)) as session, connection.opened(receiver) as opened:
        again, verification = rerun_use_case(session, opened, registry=settings.get(DEFAULT_REGISTRY), console=console)
        ran, differences = run_again(
            again, again.prepare(request), verification if verify else None, environment=connection.environment
        )
        kept = Image(connection, opened.images.inspect(ran.image)) if ran.image else None
    made = Result(ran.exit_status, ran.outcome.value, kept, console.said, name, ran.out_of_memory)
    if ran.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    if differences:
        raise ResultDiffers(made)
    return made
