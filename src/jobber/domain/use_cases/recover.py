"""Finish the runs whose jobs have ended and whom nobody watches any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jobber.domain.container import ContainerState
from jobber.domain.errors import JobberError
from jobber.domain.label import Label
from jobber.domain.policy import Outcome
from jobber.domain.record import RunEnding, parse_plan
from jobber.domain.use_cases.finish import Finisher

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from jobber.domain.container import Container
    from jobber.domain.ports import Clock, Engine, Interruptions, Keyring
    from jobber.domain.progress import Progress
    from jobber.domain.record import RunPlan


@dataclass(frozen=True, slots=True)
class Recovery:
    """The use case, with all that it needs from outside."""

    engine: Engine
    clock: Clock
    interruptions: Interruptions
    keyring: Keyring
    progress: Progress
    version: str
    spool: Callable[[], BinaryIO]
    is_alive: Callable[[str], bool | None]
    """Whether the process that watches a run still does; None where that can't be known."""

    def recover(self) -> tuple[JobberError, ...]:
        """Finish all runs that have ended; the errors of those that could not be finished."""
        errors: list[JobberError] = []
        found = 0
        for container in self.engine.containers.list(labels={Label.RUN: None}):
            plan = parse_plan(container.labels[Label.RUN])
            if plan is None or self.is_alive(plan.owner):
                continue
            found += 1
            try:
                self._recover(container, plan)
            except JobberError as error:
                errors.append(error)
        if not found:
            self.progress.note("nothing-to-recover")
        return tuple(errors)

    def _recover(self, container: Container, plan: RunPlan) -> None:
        facts = {"run": plan.id, "image": plan.image.reference}
        match container.state:
            case ContainerState.RUNNING:
                self.progress.note("still-running", **facts)
                return
            case ContainerState.CREATED:
                self.engine.containers.remove(container.id)
                self.progress.note("never-started", **facts)
                return
            case ContainerState.EXITED:
                pass
        with self.spool() as log:
            self.engine.containers.logs(container.id, sink=log)
            finisher = Finisher(self.engine, self.clock, self.interruptions, self.keyring, self.progress, self.version)
            code = self.engine.images.inspect(plan.image.id)
            finisher.finish(container.id, plan, self._ending(container), code=code, log=log)
        self.progress.note("recovered", **facts)

    def _ending(self, container: Container) -> RunEnding:
        exit_status = container.exit_status or 0
        return RunEnding(
            started=self._moment(container.started),
            finished=self._moment(container.finished),
            outcome=Outcome.SUCCEEDED if exit_status == 0 else Outcome.FAILED,
            exit_status=exit_status,
        )

    def _moment(self, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return self.clock.now()
        return moment if moment.tzinfo else self.clock.now()
