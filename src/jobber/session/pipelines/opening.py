"""Open a pipeline: read its file, apply the settings, and connect its use cases."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from jobber.adapters.configuration.files import current_directory
from jobber.adapters.configuration.pipeline_file import find_pipeline_file, read_pipeline_file
from jobber.domain.pipelines.expand import expand
from jobber.domain.pipelines.schedule import Capacity
from jobber.domain.use_cases.pipelines.plan import PlanPipeline
from jobber.domain.use_cases.pipelines.run import RunPipeline
from jobber.domain.use_cases.pipelines.world import World
from jobber.session.bootstrap import built_images, run_finisher
from jobber.session.pipelines.signals import PipelineSignals
from jobber.session.pipelines.tools import EnginePool, build_request
from jobber.session.run_request import container_options
from jobber.session.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.errors import UsageError
    from jobber.domain.pipelines.definition import PipelineDefinition
    from jobber.domain.pipelines.graph import Chosen
    from jobber.domain.pipelines.job import Job, Pipeline
    from jobber.domain.ports import Engine
    from jobber.domain.use_cases.pipelines.plan import Plan
    from jobber.session.environment import Environment
    from jobber.session.pipelines.display import JobDisplay
    from jobber.session.session import Session

_CDI = "nvidia.com/gpu="
_GPU_NODE = "/dev/nvidia"


def read_pipeline(file: str | None, *, options: Any, parameters: Mapping[str, str], around: Environment) -> Pipeline:
    """Return the pipeline in a file; without a name, that of the current directory or one above it.

    `options` are the global options, a dataclass with the field `config`. Raises `PipelineInvalid` and others.
    """
    directory = current_directory()
    path = os.path.join(directory, file) if file else find_pipeline_file(directory, top=around.top)  # noqa: PTH118
    errors: list[UsageError] = []
    definition = read_pipeline_file(path, errors)
    return expanded(definition, options=options, parameters=parameters, around=around, errors=errors)


def expanded(
    definition: PipelineDefinition,
    *,
    options: Any,
    parameters: Mapping[str, str],
    around: Environment,
    errors: list[UsageError],
) -> Pipeline:
    """Return the jobs of a definition, with the settings that are in force for each. Raises `PipelineInvalid`."""

    def settings_of(names: tuple[str, ...]) -> Settings:
        chosen = replace(options, config=(*options.config, *names)) if names else options
        return load_settings(chosen, environment=os.environ, around=around)

    return expand(definition, overrides=parameters, settings_of=settings_of, errors=errors)


@dataclass(slots=True)
class OpenPipeline:
    """A pipeline with the engine that it runs on."""

    session: Session
    engine: Engine
    pipeline: Pipeline
    world: World

    def plan(self, chosen: Chosen) -> Plan:
        """Return the decisions for the chosen jobs. Raises `UsageError`, `ImagesMissing` and others."""
        planner = PlanPipeline(self.world, self.pipeline, chosen)
        plan = planner.plan()
        planner.mark_running(plan)
        return plan

    def runner(
        self,
        *,
        connect: Callable[[], Engine],
        display: JobDisplay,
        jobs: int | None = None,
        keeps_going: bool = False,
    ) -> tuple[RunPipeline, EnginePool]:
        """Return the use case that runs the pipeline, and the pool of connections, to be closed."""
        session = self.session
        workers = session.environment.workers()
        signals = PipelineSignals(session.interruptions, is_serial=workers.is_serial)
        pool = EnginePool(session, connect, signals, display)
        return (
            RunPipeline(
                world=self.world,
                toolbox=pool,
                workers=workers,
                signals=signals,
                interruptions=session.interruptions,
                display=display,
                finisher=run_finisher(session, self.engine),
                capacity=capacity_of(self.engine, session.environment, jobs=jobs),
                keeps_going=keeps_going,
            ),
            pool,
        )


def open_pipeline(session: Session, engine: Engine, pipeline: Pipeline) -> OpenPipeline:
    """Return a pipeline on an engine."""
    built = built_images(session, engine)

    def context_key(job: Job) -> str:
        return built.key_of(build_request(job, engine=engine))

    world = World(engine, built.remote, session.keyring, context_key, container_options)
    return OpenPipeline(session, engine, pipeline, world)


def capacity_of(engine: Engine, environment: Environment, *, jobs: int | None) -> Capacity:
    """Return the capacity of an engine for jobs; by default, as many jobs as it has CPUs."""
    from jobber.domain.ports.checkup import InspectableEngine

    if not isinstance(engine, InspectableEngine):
        return Capacity(jobs or 1)
    facts = engine.facts()
    gpus = [name.removeprefix(_CDI) for name in facts.cdi_devices if name.startswith(_CDI)]
    numbered = tuple(gpu for gpu in gpus if gpu.isdecimal()) or tuple(gpu for gpu in gpus if gpu != "all")
    if not numbered and engine.describe().address.startswith(("unix://", "/")):
        nodes = environment.machine().devices(()).nodes
        found = (node.removeprefix(_GPU_NODE) for node in nodes if node.startswith(_GPU_NODE))
        numbered = tuple(sorted(number for number in found if number.isdecimal()))
    return Capacity(jobs or facts.cpus or 1, numbered, float(facts.cpus), facts.memory)
