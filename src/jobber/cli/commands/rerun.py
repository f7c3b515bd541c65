"""`jobber rerun`."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - cyclopts looks at annotations
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.output.json_text import as_json
from jobber.cli.output.stderr_console import Aside
from jobber.domain.errors import UsageError
from jobber.domain.runs.input import parse_input
from jobber.domain.runs.policy import PullPolicy
from jobber.session.bootstrap import keyring, shell_console
from jobber.session.bootstrap import rerun as rerun_use_case
from jobber.session.environment import surroundings
from jobber.session.result_id import check_writable, end_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.files.file_tree import Difference
    from jobber.domain.runs.input import InputSpecification
    from jobber.domain.use_cases.repeat.rerun import PreparedRerun, Rerun, RerunRequest
    from jobber.domain.use_cases.repeat.verify_output import Verification
    from jobber.domain.use_cases.run.run import RunResult

EXIT_DIFFERS = 1


def rerun(
    image: str,
    /,
    *,
    in_: Annotated[tuple[str, ...], Parameter(name=("--in", "-i"))] = (),
    xdocker: Annotated[tuple[str, ...], Parameter(name=("--Xdocker", "-Xd", "-XDocker"))] = (),
    verify: bool = False,
    tag: Annotated[str | None, Parameter(name=("--tag", "-t"))] = None,
    timeout: str | None = None,
    pull: PullPolicy | None = None,
    no_push: bool = False,
    iidfile: Path | None = None,
    dry_run: bool = False,
    detach: bool = False,
    json: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Make the run again that made a result: the same code, inputs, command, options, runtime and out directory.

    Images are the recorded ones, whatever their tags are now; those that are gone are pulled by their digests.

    Parameters
    ----------
    image
        The result: a tag, an id or the beginning of one, or the id of the run.
    in_
        Input, in the place of the recorded ones: IMAGE[,src=DIR][,dest=DIR]; may be repeated.
    xdocker
        Options of docker run, in the place of the recorded ones; may be repeated.
    verify
        Compare the out directory of the new result with the old one; exit status 1 if they differ.
    tag
        Repository of the new result, in place of the old one's.
    timeout
        End the run after so many seconds.
    pull
        When images that --in names are pulled (default: always).
    no_push
        Do not push the result.
    iidfile
        Write the result image's id to this file.
    dry_run
        Print the plan and change nothing.
    detach
        Start the job, print the id of the run and leave it.
    json
        Print one JSON object about the new run; the job's output goes to stderr.

    """
    options = options or GlobalOptions()
    if json and dry_run:
        raise UsageError("--json and --dry-run: the plan is YAML", hint="leave --json out")
    if detach and verify:
        raise UsageError(
            "--verify and --detach: nobody waits for the new result",
            hint="run it without --detach, or compare the results later with `jobber diff`",
        )
    settings = rerun_settings(options.settings, timeout=timeout, pull=pull, push=False if no_push else None)
    request = rerun_request(
        image,
        settings,
        inputs=tuple(map(parse_input, in_)) or None,
        docker_options=xdocker or None,
        tag=tag,
        verify=verify,
        detach=detach,
        dry_run=dry_run,
    )
    progress = options.messages()
    check_writable(iidfile)
    keys = keyring(options.credentials())
    interruptions = surroundings().interruptions()
    with options.connected(progress, interruptions, environment=os.environ) as engine:
        console = Aside(shell_console(progress)) if json else None
        again, verification = rerun_use_case(
            engine,
            interruptions,
            progress,
            keys,
            registry=options.registry(),
            console=console,
        )
        prepared = again.prepare(request)
        if dry_run:
            from jobber.cli.output.plan import print_plan

            print_plan(prepared.request, prepared.prepared)
            return 0
        if detach:
            run_id = again.runner.detach_prepared(prepared.request, prepared.prepared)
            progress.clear()
            print(as_json({"run": run_id, "again": prepared.record.id}) if json else run_id)
            return 0
        result, differences = run_again(again, prepared, verification if verify else None, iidfile=iidfile)
    progress.clear()
    if json:
        print(as_json(_facts(prepared, result, differences)))
    return result.exit_status or (EXIT_DIFFERS if differences else 0)


def _facts(prepared: PreparedRerun, result: RunResult, differences: tuple[Difference, ...] | None) -> dict[str, object]:
    return {
        "run": prepared.prepared.plan.id,
        "again": prepared.record.id,
        "outcome": result.outcome.value,
        "exit-status": result.exit_status,
        "out-of-memory": result.out_of_memory,
        "id": result.image,
        "tags": [str(tag) for tag in result.tags],
        "identical": None if differences is None else not differences,
        "differences": None if differences is None else [{"path": it.path, "what": it.what} for it in differences],
    }


def run_again(
    again: Rerun, prepared: PreparedRerun, verification: Verification | None, *, iidfile: Path | None = None
) -> tuple[RunResult, tuple[Difference, ...] | None]:
    """Run it, and tell what differs between the results; None without a verification, and without a new result."""
    out = prepared.record.out or "/"
    before = verification.remember(prepared.old, out=out) if verification else {}
    result = again.runner.run_prepared(prepared.request, prepared.prepared)
    if result.image is None:
        return result, None
    end_with(result.image, iidfile=iidfile)
    return result, verification.compare(before, result.image, out=out) if verification else None


def rerun_request(
    image: str,
    settings: Settings,
    *,
    inputs: tuple[InputSpecification, ...] | None,
    docker_options: Sequence[str] | None,
    tag: str | None = None,
    verify: bool = False,
    detach: bool = False,
    dry_run: bool = False,
) -> RerunRequest:
    """What a command line asks for; None for inputs or options as they are recorded. Raises `UsageError`."""
    from jobber.domain.configuration.settings import DEFAULT_REGISTRY, PULL, PUSH, TIMEOUT
    from jobber.domain.images.naming import parse_repository
    from jobber.domain.use_cases.repeat.rerun import RerunRequest
    from jobber.session.run_request import container_options, split_options

    registry = settings.get(DEFAULT_REGISTRY)
    words, options = ((), None) if docker_options is None else container_options(split_options(docker_options) or ())
    return RerunRequest(
        image,
        inputs=inputs,
        options=options,
        docker_args=words,
        timeout=settings.get(TIMEOUT),
        registry=registry,
        result=None if tag is None else parse_repository(tag, default_registry=registry),
        pull=PullPolicy.NEVER if dry_run else settings.get(PULL),
        push=settings.get(PUSH),
        detach=detach,
        pulls=not dry_run,
        verify=verify,
    )


def rerun_settings(
    settings: Settings, *, timeout: str | None = None, pull: PullPolicy | None = None, push: bool | None = None
) -> Settings:
    """The settings with what the options of `jobber rerun` say in the place of their own. Raises `UsageError`."""
    from jobber.domain.configuration.in_force import read_option
    from jobber.domain.configuration.settings import PULL, PUSH, TIMEOUT
    from jobber.session.settings import given

    limit = {} if timeout is None else {TIMEOUT.name: read_option(TIMEOUT, timeout)}
    return settings.replaced({**limit, **given(PULL, pull), **given(PUSH, push)})
