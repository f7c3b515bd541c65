"""The unfinished runs and their states."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, assert_never

from jobber.domain.containers.container import ContainerState
from jobber.domain.use_cases.unfinished.unfinished_runs import Watcher, unfinished_runs
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher, UnfinishedRun


class State(Enum):
    """The state of an unfinished run."""

    CREATED = "created"
    RUNNING = "running"
    FINISHING = "finishing"
    """The state of a run whose job has ended and whose result is being created."""
    ENDED = "ended"
    """The state of a run whose job has ended and which no process finishes; `jobber recover` does."""


@frozen
class RunState:
    """An unfinished run with its state."""

    id: str
    image: str
    age: float
    """The time in seconds since its container was created."""
    state: State
    watched_by: str
    run: UnfinishedRun

    def facts(self) -> dict[str, object]:
        """Return the run as a JSON object."""
        plan, container = self.run.plan, self.run.container
        return {
            "id": self.id,
            "image": self.image,
            "age": round(self.age),
            "state": self.state.value,
            "container": container.id,
            "name": container.name,
            "command": None if plan.command is None else list(plan.command),
            "created": container.created,
            "started": container.started or None,
            "finished": container.finished if container.exit_status is not None else None,
            "exit-code": container.exit_status,
            "timeout": plan.timeout,
            "watched-by": self.watched_by,
        }


def list_runs(run_finisher: RunFinisher) -> tuple[RunState, ...]:
    """Return all unfinished runs, oldest first."""
    return tuple(_describe(run_finisher, run) for run in unfinished_runs(run_finisher.engine))


def _describe(run_finisher: RunFinisher, run: UnfinishedRun) -> RunState:
    age = (run_finisher.engine.runs.now() - run_finisher.moment(run.container.created)).total_seconds()
    watcher = run_finisher.watcher(run)
    holder = run_finisher.engine.runs.holder(run.plan.id) if run.container.state is ContainerState.EXITED else ""
    match run.container.state:
        case ContainerState.CREATED:
            state = State.CREATED
        case ContainerState.RUNNING:
            state = State.RUNNING
        case ContainerState.EXITED:
            state = State.ENDED if watcher is Watcher.NOBODY and not holder else State.FINISHING
        case _ as never:
            assert_never(never)
    watched_by = _name_of(holder or run.plan.owner, watcher=Watcher.ALIVE if holder else watcher)
    return RunState(run.plan.id, run.plan.image.reference, max(age, 0.0), state, watched_by, run)


def _name_of(owner: str, *, watcher: Watcher) -> str:
    host, _, rest = owner.partition("/")
    process = rest.split("/")[1] if rest.count("/") > 1 else "?"
    match watcher:
        case Watcher.NOBODY:
            return "nobody"
        case Watcher.ALIVE:
            return f"process {process} on {host}"
        case Watcher.UNKNOWN:
            return f"process {process} on {host}, perhaps"
        case _ as never:
            assert_never(never)
