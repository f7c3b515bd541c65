"""The command `jobber run`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.job_options import JobOptions
from jobber.cli.command_line.option import Option
from jobber.domain.runs.policy import PullPolicy, ResultImagePolicy
from jobber.session.bootstrap import runner
from jobber.session.directory_name import image_name_of_directory
from jobber.session.result_id import check_writable, write_result_id
from jobber.session.run_request import naming_inputs, replaced_by_options, run_request


def run(
    image: str | None = None,
    /,
    *command: str,
    job: JobOptions | None = None,
    runtime: str | None = None,
    out: Annotated[str | None, Option("--out", "-o")] = None,
    result_image: Annotated[ResultImagePolicy | None, Option("--result-image", "-ri")] = None,
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
    out
        Absolute path of the directory that is mounted when the result is an input.
    result_image
        When a result image is created (default: always).
    reuse
        If an identical run has succeeded before, reuse its result instead of running.

    """
    options, job = options or GlobalOptions(), job or JobOptions()
    settings = replaced_by_options(
        options.settings,
        runtime=runtime,
        inputs=job.in_,
        out=out,
        result_image=result_image,
        docker_options=job.xdocker,
        timeout=job.timeout,
        pull=job.pull,
        no_push=job.no_push,
        command=command,
        reuse=reuse,
    )
    progress = options.messages()
    if image is None:
        image = image_name_of_directory(Path.cwd(), progress=progress)
    request = replace(run_request(image, settings, tag=job.tag), detach=job.detach)
    check_writable(job.iidfile, dry_run=job.dry_run, detach=job.detach)
    session = options.session(progress)
    with naming_inputs(settings), options.connected(session) as engine:
        use_case = runner(session, engine)
        if job.dry_run:
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
        if job.detach:
            run_id = use_case.detach(request)
            progress.clear()
            print(run_id)
            return 0
        result = use_case.run(request)
    progress.clear()
    if result.image is not None:
        write_result_id(result.image, iidfile=job.iidfile, environment=options.environment)
    return result.exit_status
