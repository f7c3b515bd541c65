"""`jobber run`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobber.cli.composition import runner
from jobber.cli.directory import image_name_of_directory
from jobber.cli.iidfile import check_writable, write_image_id
from jobber.cli.options import GlobalOptions
from jobber.cli.surroundings import surroundings
from jobber.domain.errors import UsageError
from jobber.domain.input import parse_input
from jobber.domain.options import ContainerOptions
from jobber.domain.policy import PullPolicy, ResultImagePolicy
from jobber.domain.use_cases.run import RunRequest

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(
    image: str | None = None,
    /,
    *command: Annotated[str, Parameter(allow_leading_hyphen=True)],
    runtime: str | None = None,
    in_: Annotated[tuple[str, ...], Parameter(name=("--in", "-i"))] = (),
    out: Annotated[str | None, Parameter(name=("--out", "-o"))] = None,
    result_image: Annotated[ResultImagePolicy, Parameter(name=("--result-image", "-ri"))] = ResultImagePolicy.ALWAYS,
    xdocker: Annotated[tuple[str, ...], Parameter(name=("--Xdocker", "-Xd", "-XDocker"))] = (),
    timeout: float | None = None,
    pull: PullPolicy = PullPolicy.ALWAYS,
    no_push: bool = False,
    iidfile: Path | None = None,
    dry_run: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Run a job in a container and keep its file system as a result image.

    Everything after IMAGE belongs to the job. Without IMAGE, the image is named after the current directory.

    Parameters
    ----------
    image
        Image to run: a reference or an id.
    command
        Command and arguments of the job, word for word.
    runtime
        Engine runtime: runc, nvidia, or any that the engine has.
    in_
        Input: IMAGE[,src=DIR][,dest=DIR]; may be repeated.
    out
        Directory of the result that it gives as an input, absolute.
    result_image
        When a result image is made (default: always).
    xdocker
        Options of docker run, as one shell-quoted string; may be repeated.
    timeout
        End the run after so many seconds.
    pull
        When images of a registry or namespace are pulled (default: always).
    no_push
        Do not push the result.
    iidfile
        Write the result image's id to this file.
    dry_run
        Print the plan and change nothing.

    """
    options = options or GlobalOptions()
    progress = options.messages()
    if image is None:
        image = image_name_of_directory(Path.cwd(), progress=progress)
    words, container_options = _container_options(xdocker)
    request = RunRequest(
        image=image,
        options=container_options,
        command=command or None,
        inputs=tuple(parse_input(text) for text in in_),
        docker_args=words,
        runtime=runtime,
        out=_absolute(out),
        keep=result_image,
        timeout=_positive(timeout),
        registry=options.registry(),
        pull=pull,
        push=not no_push,
    )
    check_writable(iidfile)
    interruptions = surroundings().interruptions()
    with options.connected(progress, interruptions, environment=os.environ) as engine:
        use_case = runner(engine, interruptions, progress)
        if dry_run:
            from jobber.cli.plan import print_plan

            print_plan(request, use_case.prepare(replace(request, pull=PullPolicy.NEVER)))
            return 0
        result = use_case.run(request)
    progress.clear()
    if result.image is not None:
        write_image_id(iidfile, result.image)
    return result.exit_status


def _container_options(texts: Sequence[str]) -> tuple[tuple[str, ...], ContainerOptions]:
    if not texts:
        return (), ContainerOptions()
    from jobber.domain.xdocker import parse_options, recorded_words, split_words

    words = tuple(word for text in texts for word in split_words(text))
    options = parse_options(words, environment=os.environ, directory=str(Path.cwd()))
    return recorded_words(words), options


def _absolute(out: str | None) -> str | None:
    if out is not None and not out.startswith("/"):
        raise UsageError(f"out must be an absolute path, not {out!r}", hint="for example -o /model")
    return out


def _positive(timeout: float | None) -> float | None:
    if timeout is not None and not timeout > 0:
        raise UsageError(f"timeout must be a number of seconds above 0, not {timeout:g}")
    return timeout
