"""A requested run and its preparation: the plan, and the checks of what its result will contain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.containers.container import ContainerId
from jobber.domain.containers.run_constraints import grace_seconds
from jobber.domain.errors import UsageError
from jobber.domain.files.paths import lies_within, normal_path
from jobber.domain.runs.policy import PullPolicy, ResultImagePolicy
from jobber.domain.runs.record import RecordedInput, RunPlan
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.containers.engine import EngineDescription
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference, Registry
    from jobber.domain.ports import Containers
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.input import InputSpecification
    from jobber.domain.runs.keys import RunKeys
    from jobber.domain.use_cases.images.find_image import FoundImage


_NEVER_KEPT = ("/dev", "/proc", "/sys")
"""Directories in which every container has mounts."""


@frozen
class RunRequest:
    """A request for a run."""

    image: str
    options: ContainerOptions
    command: tuple[str, ...] | None = None
    inputs: tuple[InputSpecification, ...] = ()
    docker_args: tuple[str, ...] = ()
    """The words that `options` were parsed from, with secrets redacted."""
    runtime: str | None = None
    out: str | None = None
    keep: ResultImagePolicy = ResultImagePolicy.ALWAYS
    timeout: float | None = None
    """The time limit in seconds; None for none."""
    registry: Registry | None = None
    pull: PullPolicy = PullPolicy.ALWAYS
    push: bool = True
    configs: tuple[str, ...] = ()
    detach: bool = False
    """True to start the job and not wait for its end."""
    memory_from: str = ""
    """The configuration file and line that set the memory limit; empty for the command line, and for no limit."""
    result: ImageReference | None = None
    """The repository of the result image; None for the code image's."""
    reuse: bool = False
    """True to use an existing result of the same run instead of running it again."""
    keys: RunKeys | None = None
    """The keys of a run that a pipeline has requested; None for other runs."""


@frozen
class PreparedRun:
    """A run whose images have been found and checked; nothing has been created."""

    plan: RunPlan
    code: FoundImage
    inputs: tuple[FoundImage, ...]


def plan_of(
    request: RunRequest,
    code: FoundImage,
    inputs: Sequence[FoundImage],
    *,
    id_: str,
    owner: str,
    engine: EngineDescription,
) -> RunPlan:
    """Return the plan of a requested run, with the images found for it."""
    repository = request.result or code.reference
    return RunPlan(
        id=id_,
        owner="" if request.detach else owner,
        image=code.recorded,
        inputs=tuple(
            RecordedInput(found.recorded, spec.source_in(found.image), spec.destination)
            for found, spec in zip(inputs, request.inputs, strict=True)
        ),
        command=request.command,
        docker_args=request.docker_args,
        runtime=request.runtime,
        out=request.out,
        configs=request.configs,
        engine_name=engine.name,
        engine_version=engine.version,
        repository=repository.repository if repository else None,
        keep=request.keep,
        push=request.push,
        added_environment=request.options.added_environment,
        timeout=request.timeout,
        grace=grace_seconds(request.options),
        keys=request.keys,
    )


def lent_destinations(options: ContainerOptions, *, containers: Containers) -> tuple[str, ...]:
    """Return the mount points of the containers of `--volumes-from`. Raises `ContainerNotFound`."""
    lenders = [containers.inspect(ContainerId(name)) for name in options.lending_containers]
    return tuple(mount.destination for lender in lenders for mount in lender.mounts)


def check_volumes(request: RunRequest, code: Image, *, lent: tuple[str, ...], progress: Progress) -> None:
    """Check that the result will contain `out`, and warn of volumes that it will not contain. Raises `UsageError`."""
    declared = {normal_path(path) for path in code.configuration.volumes}
    mounted = {normal_path(path) for path in (*request.options.mount_destinations, *lent)}
    mounted |= {spec.destination for spec in request.inputs}
    if request.keep is ResultImagePolicy.NONE:
        return
    if request.out is not None:
        out = normal_path(request.out)
        for place in (*sorted(declared | mounted), *_NEVER_KEPT):
            if lies_within(out, directory=place):
                raise UsageError(
                    f"out directory {request.out} lies in {place}, which is a volume or a mount:"
                    " the result image would not contain it",
                    hint="write to a directory of the container's own file system",
                )
    if lost := sorted(declared - mounted):
        progress.warn("volumes-lost", volumes=", ".join(lost))
