"""The command `jobber run`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.domain.runs.policy import PullPolicy, ResultImagePolicy
from jobber.session.bootstrap import runner
from jobber.session.directory_name import image_name_of_directory
from jobber.session.result_id import check_writable, write_result_id
from jobber.session.run_request import naming_inputs, replaced_by_options, run_request


def run(
    image: str | None = None,
    /,
    *command: Annotated[str, Parameter(allow_leading_hyphen=True)],
    runtime: str | None = None,
    in_: Annotated[tuple[str, ...], Parameter(name=("--in", "-i"))] = (),
    out: Annotated[str | None, Parameter(name=("--out", "-o"))] = None,
    result_image: Annotated[ResultImagePolicy | None, Parameter(name=("--result-image", "-ri"))] = None,
    xdocker: Annotated[tuple[str, ...], Parameter(name=("--Xdocker", "-Xd", "-XDocker"))] = (),
    tag: Annotated[str | None, Parameter(name=("--tag", "-t"))] = None,
    timeout: str | None = None,
    pull: PullPolicy | None = None,
    no_push: bool = False,
    iidfile: Path | None = None,
    dry_run: bool = False,
    detach: bool = False,
    reuse: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Run a job in a container and keep its file system as a result image.

    Everything after IMAGE belongs to the job. Without IMAGE, the image is named after the current directory.

    Parameters
    ----------
    image
        Image to run: a reference or an ID.
    command
        Command and arguments of the job, word for word.
    runtime
        Engine runtime: runc, nvidia, or another runtime of the engine.
    in_
        Input: IMAGE[,src=DIR][,dest=DIR]; may be repeated.
    out
        Absolute path of the directory that is mounted when the result is an input.
    result_image
        When a result image is created (default: always).
    xdocker
        Options of docker run, as one shell-quoted string; may be repeated.
    tag
        Repository of the result instead of the code image's: its tags are NAME:latest-run and NAME:YYYYMMDD_HHMMSS.
    timeout
        Stop the run after this number of seconds.
    pull
        When images with a registry or namespace are pulled (default: always).
    no_push
        Do not push the result.
    iidfile
        Write the result image's ID to this file.
    dry_run
        Print the plan and change nothing.
    detach
        Start the job, print the run ID and exit: continue with attach, stop or recover.
    reuse
        If an identical run has succeeded before, reuse its result instead of running.

    """
    options = options or GlobalOptions()
    settings = replaced_by_options(
        options.settings,
        runtime=runtime,
        inputs=in_,
        out=out,
        result_image=result_image,
        docker_options=xdocker,
        timeout=timeout,
        pull=pull,
        no_push=no_push,
        command=command,
        reuse=reuse,
    )
    progress = options.messages()
    if image is None:
        image = image_name_of_directory(Path.cwd(), progress=progress)
    request = replace(run_request(image, settings, tag=tag), detach=detach)
    check_writable(iidfile, dry_run=dry_run, detach=detach)
    session = options.session(progress)
    with naming_inputs(settings), options.connected(session) as engine:
        use_case = runner(session, engine)
        if dry_run:
            from jobber.cli.output.plan import print_plan
            from jobber.domain.runs.record import rfc3339

            prepared = use_case.prepare(replace(request, pull=PullPolicy.NEVER))
            reused = use_case.reusable(request, prepared)
            print_plan(request, prepared, reused=reused)
            if reused is not None:
                record, made = reused.record, reused.image
                when, tags = rfc3339(record.ending.finished), ", ".join(made.references)
                progress.note("would-be-reused", when=when, run=record.id, tags=tags, id=made.id)
            return 0
        if detach:
            run_id = use_case.detach(request)
            progress.clear()
            print(run_id)
            return 0
        result = use_case.run(request)
    progress.clear()
    if result.image is not None:
        write_result_id(result.image, iidfile=iidfile, environment=options.environment)
    return result.exit_status
