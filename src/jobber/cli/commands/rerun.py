"""The command `jobber rerun`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.job_options import JobOptions
from jobber.cli.output.json_text import as_json
from jobber.cli.output.stderr_console import StderrConsole
from jobber.domain.errors import UsageError
from jobber.domain.runs.input import parse_input
from jobber.session.bootstrap import rerun as rerun_use_case
from jobber.session.bootstrap import shell_console
from jobber.session.rerun_request import rerun_request, rerun_settings, run_again
from jobber.session.result_id import check_writable

if TYPE_CHECKING:
    from jobber.domain.files.file_tree import Difference
    from jobber.domain.use_cases.repeat.rerun import PreparedRerun
    from jobber.domain.use_cases.run.run import RunResult

EXIT_DIFFERS = 1


def rerun(
    image: str,
    /,
    *,
    job: JobOptions | None = None,
    verify: bool = False,
    json: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Repeat the run that created a result: the same code, inputs, command, options, runtime and out directory.

    The recorded images are used, even if their tags have moved; missing images are pulled by digest.

    Parameters
    ----------
    image
        Result: a tag, an image ID or a prefix of one, or the run's ID.
    verify
        Compare the out directory of the new result with the old one; exit status 1 if they differ.
    json
        Print a JSON object about the new run; the job's output goes to stderr.

    """
    options, job = options or GlobalOptions(), job or JobOptions()
    if json and job.dry_run:
        raise UsageError("--json and --dry-run: the plan is YAML", hint="omit --json")
    if job.detach and verify:
        raise UsageError(
            "--verify and --detach exclude each other: --verify waits for the new result",
            hint="run it without --detach, or compare the results later with `jobber diff`",
        )
    settings = rerun_settings(options.settings, timeout=job.timeout, pull=job.pull, push=False if job.no_push else None)
    request = rerun_request(
        image,
        settings,
        inputs=tuple(map(parse_input, job.in_)) or None,
        docker_options=job.xdocker or None,
        tag=job.tag,
        verify=verify,
        detach=job.detach,
        dry_run=job.dry_run,
    )
    progress = options.messages()
    check_writable(job.iidfile, dry_run=job.dry_run, detach=job.detach)
    session = options.session(progress)
    with options.connected(session) as engine:
        console = StderrConsole(shell_console(session)) if json else None
        again, verification = rerun_use_case(session, engine, registry=options.registry(), console=console)
        prepared = again.prepare(request)
        if job.dry_run:
            from jobber.cli.output.plan import print_plan

            print_plan(prepared.request, prepared.prepared)
            return 0
        if job.detach:
            run_id = again.runner.detach_prepared(prepared.request, prepared.prepared)
            progress.clear()
            print(as_json({"run": run_id, "again": prepared.record.id}) if json else run_id)
            return 0
        result, differences = run_again(
            again,
            prepared,
            verification if verify else None,
            environment=options.environment,
            iidfile=job.iidfile,
        )
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
