"""Pipelines from Python: the API counterpart of `jobber pipeline`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from jobber.api import arguments
from jobber.api.connection import Choices, progress_for, settings_and_connection, settings_credentials
from jobber.api.images import Image
from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from jobber.api.connection import Connection
    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.configuration.node import Node
    from jobber.domain.pipelines.graph import Chosen
    from jobber.domain.pipelines.job import Pipeline as Graph
    from jobber.domain.pipelines.outcome import JobOutcome
    from jobber.domain.ports import Engine
    from jobber.domain.ports.progress import Progress

_DEEPEST = 8
State = Literal["fresh", "stale", "running", "failed"]


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """The state of a job of a pipeline, and the reason for it."""

    name: str
    """The name of the job, with its cell: `train[cnn-1]`."""
    state: State
    why: str
    """The reason for the state; empty for a fresh job whose key is known."""
    needs: tuple[str, ...] = ()
    """The jobs that it needs."""
    tags: tuple[str, ...] = ()
    """The tags of its result, if it is fresh and on the engine."""


@dataclass(frozen=True, slots=True)
class PipelineJob:
    """The outcome of a job in a run of its pipeline."""

    name: str
    state: str
    """`fresh`, `reused`, `built`, `succeeded`, `failed`, `error`, `interrupted` or `not run`."""
    why: str
    image: Image | None
    """The result or the built image; None if there is none on the engine."""
    seconds: float
    exit_status: int | None
    error: JobberError | None
    """The failure of the job, of the engine, or of the push; None if there is none."""

    @property
    def succeeded(self) -> bool:
        """True if the job has a result, now or from before."""
        return self.state in ("fresh", "reused", "built", "succeeded")


class PipelineFailed(JobberError):
    """Raised with `check` for a pipeline in which a job did not succeed.

    Example:
        >>> import jobber
        >>> steps = jobber.Pipeline().job("points", build="points")
        >>> try:
        ...     done = steps.run(check=True, quiet=True)
        ... except jobber.PipelineFailed as error:
        ...     print(error.jobs)

    """

    def __init__(self, jobs: Mapping[str, PipelineJob]) -> None:
        failed = [job for job in jobs.values() if not job.succeeded or job.error is not None]
        first = failed[0]
        more = f" and {len(failed) - 1} others" if len(failed) > 1 else ""
        super().__init__(f"job {first.name} {first.state}{f': {first.why}' if first.why else ''}{more}")
        self.jobs = dict(jobs)


class Pipeline:
    """A graph of jobs, from a file or built in code.

    Relative paths of builds start at the directory of the file; in code, at the current directory.

    Args:
        params: Values of parameters. They replace those of the file; in code, they declare them. Default: none.
        registry: The registry of names that have neither a registry nor a namespace; `""` for none.
        config: Names of configurations to activate, one or several. Default: none.
        engine: The name of an engine (`docker`, `podman`, `auto`) or an engine object. Default: the setting `engine`.
        host: The address of the engine. Default: the setting `host`.

    Example:
        >>> import jobber
        >>> steps = jobber.Pipeline(params={"epochs": 5})
        >>> steps = steps.job("digits", build="digits")
        >>> steps = steps.job("train", image="python:3.13", cmd=["train", "${epochs}"], inputs=["digits"], out="/model")

    """

    def __init__(
        self,
        *,
        params: Mapping[str, object] | None = None,
        registry: str | None = None,
        config: str | Sequence[str] = (),
        engine: str | Engine | None = None,
        host: str | None = None,
    ) -> None:
        self._file: str | None = None
        self._params = dict(params or {})
        self._jobs: dict[str, dict[str, object]] = {}
        self._choices = (engine, host, registry, config)

    def job(
        self,
        name: str,
        *,
        build: str | Mapping[str, object] | None = None,
        image: str | None = None,
        cmd: str | Sequence[str] | None = None,
        inputs: str | Sequence[str] | None = None,
        out: str | None = None,
        matrix: Mapping[str, Sequence[object]] | None = None,
        **settings: object,
    ) -> Pipeline:
        """Add a job, with the settings of a pipeline's file.

        Args:
            name: The name of the job, which is the repository of its results.
            build: The build context, or a mapping with `context`, `file`, `target`, `args` and `platform`.
            image: The job or the image to run.
            cmd: The command; `${name}` is replaced in each word.
            inputs: Jobs and images to mount, in the grammar of `-i`.
            out: The absolute path of the directory that the result provides as an input.
            matrix: The axes of a matrix, each with its values.
            settings: Further settings by name, with `_` in place of `-`: `needs`, `retries`, `timeout`, `exclude`,
                `include`, `Xdocker`, `runtime`, `configs`, `result_image`, `assume_fresh`.

        Returns:
            The pipeline itself, so that calls can be chained.

        Raises:
            UsageError: The name is not a string, or a job has it already, or the pipeline is that of a file.

        Example:
            >>> import jobber
            >>> steps = jobber.Pipeline().job("points", build="points").job("train", build="train")
            >>> steps = steps.job("model", image="train", inputs=["points"], out="/model")
            >>> [job.name for job in steps.plan()]
            ['points', 'train', 'model']

        """
        from jobber.domain.errors import UsageError

        arguments.text("name", name)
        if self._file is not None:
            raise UsageError("a pipeline from a file gets no jobs in code", hint="jobber.Pipeline() starts without any")
        if name in self._jobs:
            raise UsageError(f"there is a job {name} already")
        given = {"build": build, "image": image, "cmd": cmd, "inputs": inputs, "out": out, "matrix": matrix, **settings}
        self._jobs[name] = {key.replace("_", "-"): value for key, value in given.items() if value is not None}
        return self

    def plan(
        self,
        *jobs: str,
        from_: str | Sequence[str] = (),
        to: str | Sequence[str] = (),
        only: str | Sequence[str] = (),
        force: str | Sequence[str] = (),
        reuse: bool = True,
    ) -> tuple[PlannedJob, ...]:
        """Decide which jobs are stale, and why; nothing is pulled, built or run.

        Args:
            jobs: Jobs and cells, with all that they need. Default: all jobs.
            from_: Jobs at which to start; those upstream of them are taken as they are. Default: none.
            to: Jobs at which to end. Default: none.
            only: Jobs to run alone. Default: none.
            force: Jobs to run even if they are fresh. Default: none.
            reuse: False to run all selected jobs. Default: True.

        Returns:
            The jobs that were looked at, each after those that it needs.

        Raises:
            UsageError: The pipeline or a name is wrong.
            JobberError: Any other failure.

        Example:
            >>> import jobber
            >>> [(job.name, job.state, job.why) for job in jobber.Pipeline().job("points", build="points").plan()]
            [('points', 'stale', 'never built')]

        """
        settings, connection, graph = self._opened()
        chosen = _chosen(graph, jobs, from_=from_, to=to, only=only, force=force, reuse=reuse)
        listener = progress_for(quiet=True, progress=None)
        with (
            connection.session(listener, settings_credentials(settings)) as session,
            connection.opened(listener) as engine,
        ):
            from jobber.session.pipelines.opening import open_pipeline

            plan = open_pipeline(session, engine, graph).plan(chosen)
        return tuple(
            PlannedJob(
                it.job.id,
                it.state.value,
                it.why,
                it.job.upstream,
                it.image.references if it.image else (),
            )
            for it in plan.decisions.values()
        )

    def run(
        self,
        *targets: str,
        from_: str | Sequence[str] = (),
        to: str | Sequence[str] = (),
        only: str | Sequence[str] = (),
        force: str | Sequence[str] = (),
        reuse: bool = True,
        jobs: int | None = None,
        keep_going: bool = False,
        check: bool = False,
        quiet: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, PipelineJob]:
        """Build and run what is stale.

        Args:
            targets: Jobs and cells, with all that they need. Default: all jobs.
            from_: Jobs at which to start; those upstream of them are taken as they are. Default: none.
            to: Jobs at which to end. Default: none.
            only: Jobs to run alone. Default: none.
            force: Jobs to run even if they are fresh. Default: none.
            reuse: False to run all selected jobs. Default: True.
            jobs: The largest number of jobs at the same time. Default: the number of the engine's CPUs.
            keep_going: After a failure, run everything that does not need the failed job. Default: False.
            check: Raise `PipelineFailed` if a job does not succeed. Default: False.
            quiet: Show neither progress nor the jobs' output. Default: False.
            progress: A listener that receives progress events. Default: a notebook display, or lines on stderr.

        Returns:
            The jobs that were looked at, by name, each after those that it needs.

        Raises:
            PipelineFailed: With `check`, a job did not succeed.
            UsageError: The pipeline or a name is wrong.
            KeyboardInterrupt: The run was interrupted three times; the jobs continue.
            JobberError: Any other failure before the first job.

        Example:
            >>> import jobber
            >>> done = jobber.Pipeline().job("points", build="points").run(quiet=True)
            >>> done["points"].state, done["points"].succeeded
            ('built', True)

        """
        from jobber.api.pipeline_display import GuestDisplay
        from jobber.session.pipelines.opening import open_pipeline

        arguments.truths(keep_going=keep_going, check=check)
        listener = progress_for(quiet=quiet, progress=progress)
        settings, connection, graph = self._opened()
        chosen = _chosen(graph, targets, from_=from_, to=to, only=only, force=force, reuse=reuse)
        display = GuestDisplay(listener, quiet=quiet)
        with (
            connection.session(listener, settings_credentials(settings)) as session,
            connection.opened(listener) as engine,
        ):
            use_case, pool = open_pipeline(session, engine, graph).runner(
                connect=lambda: _another(connection, listener),
                display=display,
                jobs=jobs,
                keeps_going=keep_going,
            )
            try:
                outcomes = use_case.run(graph, chosen)
            finally:
                display.close()
                if isinstance(connection.engine, str):
                    pool.close()
            found = {str(it.job.id): _job_of(it, connection, engine) for it in outcomes}
        if check and not all(job.succeeded and job.error is None for job in found.values()):
            raise PipelineFailed(found)
        return found

    def _opened(self) -> tuple[Settings, Connection, Graph]:
        from jobber.session.pipelines.opening import expanded, read_pipeline

        engine, host, registry, config = self._choices
        settings, connection = settings_and_connection(engine, host, registry=registry, config=config)
        name = engine if isinstance(engine, str) else None
        choices = Choices(host, registry, arguments.texts("config", config), name)
        around = connection.environment
        if self._file is not None:
            parameters = {key: _written(value) for key, value in self._params.items()}
            return (
                settings,
                connection,
                read_pipeline(self._file, options=choices, parameters=parameters, around=around),
            )
        from jobber.domain.pipelines.read import read_pipeline as read_tree

        path, errors = os.path.join(os.getcwd(), "Pipeline"), []  # type: ignore[var-annotated]  # noqa: PTH109, PTH118
        definition = read_tree(_node({"params": self._params, "jobs": self._jobs}), path=path, errors=errors)
        graph = expanded(definition, options=choices, parameters={}, around=around, errors=errors)
        return settings, connection, graph


def pipeline(
    file: str | PathLike[str] = "jobber-pipeline.yml",
    *,
    params: Mapping[str, object] | None = None,
    registry: str | None = None,
    config: str | Sequence[str] = (),
    engine: str | Engine | None = None,
    host: str | None = None,
) -> Pipeline:
    """Return the pipeline in a file.

    Args:
        file: The path of the file. Default: `jobber-pipeline.yml` in the current directory.
        params: Values that replace parameters of the file, by name. Default: none.
        registry: The registry of names that have neither a registry nor a namespace; `""` for none.
        config: Names of configurations to activate, one or several. Default: none.
        engine: The name of an engine (`docker`, `podman`, `auto`) or an engine object. Default: the setting `engine`.
        host: The address of the engine. Default: the setting `host`.

    Returns:
        The pipeline; its file is read when it is planned or run.

    Raises:
        UsageError: The file is not a path.

    Example:
        >>> import jobber
        >>> steps = jobber.pipeline("jobber-pipeline.yml", params={"epochs": 5})

    """
    made = Pipeline(params=params, registry=registry, config=config, engine=engine, host=host)
    made._file = arguments.path("file", file)  # noqa: SLF001 - its own class
    return made


def _chosen(
    graph: Graph,
    targets: Sequence[str],
    *,
    from_: str | Sequence[str],
    to: str | Sequence[str],
    only: str | Sequence[str],
    force: str | Sequence[str],
    reuse: bool,
) -> Chosen:
    from jobber.domain.pipelines.graph import Request, choose

    arguments.truths(reuse=reuse)
    request = Request(
        arguments.texts("targets", targets),
        arguments.texts("from_", from_),
        arguments.texts("to", to),
        arguments.texts("only", only),
        arguments.texts("force", force),
        reuse,
    )
    return choose(graph, request)


def _another(connection: Connection, progress: Progress) -> Engine:
    """Return another connection to the engine of a call; an engine object is shared."""
    if not isinstance(connection.engine, str):
        return connection.engine
    return connection.environment.connect(
        host=connection.host, choice=connection.engine, environment=os.environ, progress=progress
    )


def _job_of(outcome: JobOutcome, connection: Connection, engine: Engine) -> PipelineJob:
    image = None if outcome.image is None else Image(connection, engine.images.inspect(outcome.image))
    return PipelineJob(
        outcome.job.id, outcome.state.value, outcome.why, image, outcome.seconds, outcome.exit_status, outcome.error
    )


def _written(value: object) -> str:
    """Return a value in the notation of YAML."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _node(value: object, depth: int = 0) -> Node:
    """Return a value as the tree that a file with it would give. Raises `UsageError`."""
    from collections.abc import Mapping as AnyMapping

    from jobber.domain.configuration.node import Entry, Node

    if depth > _DEEPEST:
        raise arguments.refusal("a setting", value, wanted="less deeply nested")
    content: Any
    if isinstance(value, AnyMapping):
        content = {str(key): Entry(1, _node(item, depth + 1)) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        content = [_node(item, depth + 1) for item in value]
    elif value is None or isinstance(value, str | bool | int | float):
        return Node(value, 1, "" if value is None else _written(value))
    elif isinstance(value, os.PathLike):
        return _node(os.fspath(value))
    else:
        raise arguments.refusal("a setting", value, wanted="a string, a number, a list or a mapping")
    return Node(content, 1)
