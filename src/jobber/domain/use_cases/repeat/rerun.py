"""Repeat a run from its record: the same code, inputs, command, options, runtime and `out`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.docker_options import revealed_words
from jobber.domain.errors import (
    CredentialsUnusable,
    ImageNotFound,
    InvalidOption,
    PullRefused,
    RunNotRepeatable,
    UsageError,
)
from jobber.domain.history.same_run import added_variables, keeps_configuration, lasting_mounts, missing_variables
from jobber.domain.images.reference import reference_in
from jobber.domain.runs.input import InputSpecification, format_input
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.policy import PullPolicy
from jobber.domain.runs.record import rfc3339
from jobber.domain.use_cases.images.find_image import ImageFinder
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference, Registry
    from jobber.domain.runs.record import RecordedInput
    from jobber.domain.runs.result import RunRecord
    from jobber.domain.use_cases.images.find_image import FoundImage
    from jobber.domain.use_cases.results.find_recorded import Located, RecordedImages
    from jobber.domain.use_cases.results.find_result import FoundResult, ResultFinder
    from jobber.domain.use_cases.run.prepare import PreparedRun
    from jobber.domain.use_cases.run.run import RunJob


@frozen
class RerunRequest:
    """A request to repeat a run, possibly with changes."""

    name: str
    """The name of the result."""
    inputs: tuple[InputSpecification, ...] | None = None
    """The inputs that replace the recorded ones; None to keep those."""
    options: ContainerOptions | None = None
    """The options that replace the recorded ones; None to keep those."""
    docker_args: tuple[str, ...] = ()
    """The words that `options` were parsed from, with secrets redacted."""
    timeout: float | None = None
    registry: Registry | None = None
    pull: PullPolicy = PullPolicy.ALWAYS
    """The pull policy for the images of `inputs`."""
    push: bool = True
    result: ImageReference | None = None
    """The repository of the new result; None for that of the old one."""
    detach: bool = False
    pulls: bool = True
    """True to pull recorded images that the engine lacks; otherwise they count as missing."""
    verify: bool = False
    """True to compare `out` of the new result with the old one."""


@frozen
class PreparedRerun:
    """A repeated run that is ready to start."""

    old: FoundResult
    record: RunRecord
    request: RunRequest
    prepared: PreparedRun


@frozen
class RepeatRun:
    """The use case `jobber rerun`, with its dependencies."""

    finder: ResultFinder
    images: RecordedImages
    runner: RunJob
    read_options: Callable[[tuple[str, ...]], ContainerOptions]
    """A parser for the words of options. Raises `InvalidOption`."""
    environment: Mapping[str, str]

    def prepare(self, request: RerunRequest) -> PreparedRerun:
        """Find everything that the run needs, pulling missing images, without creating anything.

        Raises `NotAResult`, `RunNotRepeatable` with everything that is missing, and the errors of `RunJob.prepare`.
        """
        old = self.finder.find(request.name)
        record = old.record_of_run(name=request.name)
        if request.verify and record.out is None:
            raise UsageError(
                f"run {record.id} has no out directory to compare",
                hint="omit --verify; only runs with -o DIR can be verified",
            )
        options, located = self._complete(request, old.image, record)
        again = _request_of(record, request, options, old=old.image)
        self.runner.progress.note("rerun", run=record.id, when=rfc3339(record.ending.finished))
        found = (*self._pulled(record, located, pulls=request.pulls), *self._other_inputs(request))
        return PreparedRerun(old, record, again, self.runner.prepare(again, found=found))

    def _complete(
        self, request: RerunRequest, result: Image, record: RunRecord
    ) -> tuple[ContainerOptions, tuple[Located, ...]]:
        """Return the options and the locations of the images. Raises `RunNotRepeatable`."""
        missing: list[str] = []
        options = request.options
        if options is None:
            options = self._recorded_options(record, missing)
        located = self._locate(request, result, record)
        lost = [one.name for one in located if one.is_missing]
        missing += [f"image {name} is neither on the engine nor in a registry that its digests name" for name in lost]
        if missing or options is None:
            raise RunNotRepeatable(record.id, missing=missing)
        return options, located

    def _recorded_options(self, record: RunRecord, missing: list[str]) -> ContainerOptions | None:
        """Return the recorded options; messages about missing values are added to `missing`."""
        try:
            missing += missing_variables(record.docker_args, environment=self.environment)
            options = self.read_options(revealed_words(record.docker_args, environment=self.environment))
        except InvalidOption as error:
            missing.append(error.what)
            return None
        if mounts := ", ".join(f"{mount.source} at {mount.destination}" for mount in lasting_mounts(options)):
            self.runner.progress.warn("rerun-mounts", mounts=mounts)
        return options

    def _locate(self, request: RerunRequest, result: Image, record: RunRecord) -> tuple[Located, ...]:
        def is_configured_so(image: Image) -> bool:
            try:
                added = added_variables(record.docker_args)
            except InvalidOption:
                added = ()
            return keeps_configuration(result, code=image, added=added)

        search = self.images.search()
        code = self.images.locate(record.image, search, accepts=is_configured_so)
        inputs = record.inputs if request.inputs is None else ()
        return code, *(self.images.locate(item.image, search) for item in inputs)

    def _pulled(self, record: RunRecord, located: tuple[Located, ...], *, pulls: bool) -> tuple[FoundImage, ...]:
        """Return the images, pulling those that the engine lacks. Raises `RunNotRepeatable` if some can't be pulled."""
        found: list[FoundImage] = []
        missing: list[str] = []
        for one in located:
            if one.image is None and not pulls:
                missing.append(f"image {one.name} is missing: it would be pulled by {one.digests[0]}")
                continue
            try:
                found.append(self.images.get(one))
            except (ImageNotFound, PullRefused, CredentialsUnusable) as error:
                missing.append(f"image {one.name}: {error.what}")
        if missing:
            raise RunNotRepeatable(record.id, missing=missing)
        return tuple(found)

    def _other_inputs(self, request: RerunRequest) -> tuple[FoundImage, ...]:
        runner = self.runner
        finder = ImageFinder(
            runner.engine, runner.keyring, runner.interruptions, runner.progress, request.registry, request.pull
        )
        return tuple(finder.find(spec.image) for spec in request.inputs or ())


def _request_of(record: RunRecord, request: RerunRequest, options: ContainerOptions, *, old: Image) -> RunRequest:
    return RunRequest(
        image=record.image.reference,
        options=options,
        command=record.command,
        inputs=tuple(map(_specification, record.inputs)) if request.inputs is None else request.inputs,
        docker_args=record.docker_args if request.options is None else request.docker_args,
        runtime=None if request.options and request.options.runtime else record.runtime,
        out=record.out,
        timeout=request.timeout,
        registry=request.registry,
        push=request.push,
        configs=record.configs,
        detach=request.detach,
        result=request.result or reference_in(old.labels.get(Label.REPOSITORY, "")),
    )


def _specification(item: RecordedInput) -> InputSpecification:
    name = item.image.reference
    text = format_input(name, source=item.source, destination=item.destination)
    return InputSpecification(text, name, source=item.source, destination=item.destination)
