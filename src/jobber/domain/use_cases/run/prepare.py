"""A run as it is asked for, and what is settled before it makes anything: its plan, and what its result will hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.domain.containers.container import ContainerId
from jobber.domain.containers.run_constraints import grace_seconds
from jobber.domain.errors import UsageError
from jobber.domain.files.paths import lies_within, normal_path
from jobber.domain.runs.policy import PullPolicy, ResultImagePolicy
from jobber.domain.runs.record import RecordedInput, RunPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.containers.engine import EngineDescription
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference, Registry
    from jobber.domain.ports import Containers
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.input import InputSpecification
    from jobber.domain.use_cases.images.find_image import FoundImage


_NEVER_KEPT = ("/dev", "/proc", "/sys")
"""Where every container has something mounted."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A run as it was asked for."""

    image: str
    options: ContainerOptions
    command: tuple[str, ...] | None = None
    inputs: tuple[InputSpecification, ...] = ()
    docker_args: tuple[str, ...] = ()
    """The words that `options` were read from, secrets masked."""
    runtime: str | None = None
    out: str | None = None
    keep: ResultImagePolicy = ResultImagePolicy.ALWAYS
    timeout: float | None = None
    """Seconds."""
    registry: Registry | None = None
    pull: PullPolicy = PullPolicy.ALWAYS
    push: bool = True
    configs: tuple[str, ...] = ()
    detach: bool = False
    """Whether the job is started and left to itself."""
    memory_from: str = ""
    """The configuration file and line that set the memory limit; empty for the command line, and for none."""
    result: ImageReference | None = None
    """The repository of the result image; None for the code image's."""
    reuse: bool = False
    """Whether the result of the same run, if there is one, takes the place of running it again."""


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A run whose images have been found and checked, and of which nothing has been made."""

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
    """The plan of a run that is asked for, with the images that were found for it."""
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
    )


def lent_destinations(options: ContainerOptions, *, containers: Containers) -> tuple[str, ...]:
    """Where the containers of `--volumes-from` have their mounts. Raises `ContainerNotFound`."""
    lenders = [containers.inspect(ContainerId(name)) for name in options.lending_containers]
    return tuple(mount.destination for lender in lenders for mount in lender.mounts)


def check_volumes(request: RunRequest, code: Image, *, lent: tuple[str, ...], progress: Progress) -> None:
    """Check that the result will hold `out`, and warn of volumes that it will not hold. Raises `UsageError`."""
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
                    " the result image would not hold it",
                    hint="write to a directory of the container's own file system",
                )
    if lost := sorted(declared - mounted):
        progress.warn("volumes-lost", volumes=", ".join(lost))
