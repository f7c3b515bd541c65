"""Make a run again, as `jobber rerun` does."""

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
    """Make the run again that made a result: the same code, inputs, command, options, runtime and out directory.

    `result` is a tag, an id or the beginning of one, the id of a run, or an image or result at hand. `inputs` and
    `xdocker` take the place of the recorded ones; `[]` is none at all. With `verify`, the new result's out directory is
    compared with the old one. `tag` is the repository of the new result, in place of the old one's. The rest is as for
    `run`.

    Raises `RunNotRepeatable` with all that is missing before anything starts, `NotAResult`, `ResultDiffers` under
    `verify`, and as `run`.
    """
    from jobber.domain.configuration.settings import DEFAULT_REGISTRY
    from jobber.session.bootstrap import keyring
    from jobber.session.bootstrap import rerun as rerun_use_case
    from jobber.session.rerun_request import rerun_request, rerun_settings, run_again

    told = progress_for(quiet=quiet, progress=progress)
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
    keys = keyring(settings_credentials(settings), around=connection.around)
    console = GuestConsole(quiet=quiet, progress=told)
    with connection.interruptible() as interruptions, connection.opened(told) as opened:
        again, verification = rerun_use_case(
            opened,
            interruptions,
            told,
            keys,
            registry=settings.get(DEFAULT_REGISTRY),
            console=console,
            around=connection.around,
        )
        ran, differences = run_again(again, again.prepare(request), verification if verify else None)
        kept = Image(connection, opened.images.inspect(ran.image)) if ran.image else None
    made = Result(ran.exit_status, ran.outcome.value, kept, console.said, name, ran.out_of_memory)
    if ran.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    if differences:
        raise ResultDiffers(made)
    return made
