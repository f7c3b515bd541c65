"""The request of a repeated run."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - the command line reads annotations
from typing import TYPE_CHECKING

from jobber.domain.runs.policy import PullPolicy
from jobber.session.result_id import write_result_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.files.file_tree import Difference
    from jobber.domain.runs.input import InputSpecification
    from jobber.domain.use_cases.repeat.rerun import PreparedRerun, RepeatRun, RerunRequest
    from jobber.domain.use_cases.repeat.verify_output import VerifyOutput
    from jobber.domain.use_cases.run.run import RunResult
    from jobber.session.environment import Environment


def run_again(
    again: RepeatRun,
    prepared: PreparedRerun,
    verification: VerifyOutput | None,
    *,
    environment: Environment,
    iidfile: Path | None = None,
) -> tuple[RunResult, tuple[Difference, ...] | None]:
    """Repeat a run, and return its result and the differences from the old one.

    The differences are None without a verification or without a new result image.
    """
    out = prepared.record.out or "/"
    before = verification.remember(prepared.old, out=out) if verification else {}
    result = again.runner.run_prepared(prepared.request, prepared.prepared)
    if result.image is None:
        return result, None
    write_result_id(result.image, iidfile=iidfile, environment=environment)
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
    """Return the request of a command line; None for inputs or options means the recorded ones. Raises `UsageError`."""
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
    """Return the settings, overridden by the options of `jobber rerun`. Raises `UsageError`."""
    from jobber.domain.configuration.in_force import read_option
    from jobber.domain.configuration.settings import PULL, PUSH, TIMEOUT
    from jobber.session.settings import given

    limit = {} if timeout is None else {TIMEOUT.name: read_option(TIMEOUT, timeout)}
    return settings.replaced({**limit, **given(PULL, pull), **given(PUSH, push)})
