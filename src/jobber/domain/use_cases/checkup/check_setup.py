"""Look at everything that a run needs, and change nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from jobber.domain.checkup.findings import EngineReport, Findings
from jobber.domain.checkup.report import report
from jobber.domain.errors import EngineLost, Interrupted, JobberError, UsageError
from jobber.domain.ports.checkup import InspectableEngine
from jobber.domain.use_cases.unfinished.list_runs import State, list_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobber.domain.checkup.check import Checkup
    from jobber.domain.checkup.findings import Configuration, LocalDevices
    from jobber.domain.containers.engine_facts import EngineFacts, Space
    from jobber.domain.images.credentials import CredentialEntry
    from jobber.domain.ports import Engine
    from jobber.domain.ports.checkup import EngineSearch, Machine
    from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher

T = TypeVar("T")
_LOCAL = "unix://"


@dataclass(frozen=True, slots=True)
class SetupCheck:
    """The use case, with all that it needs from outside."""

    machine: Machine
    search: EngineSearch
    configuration: Configuration
    entries: Sequence[CredentialEntry]
    run_finisher: Callable[[Engine], RunFinisher]
    host_is_option: bool = False
    """Whether the command line names the engine's host: one that can't be a host is a wrong command line then."""

    def check(self) -> Checkup:
        """Look at this machine and the engine, and report.

        Raises `UsageError` for a host of the command line that can't be one.
        """
        found = self._look_at_engine()
        return report(
            Findings(
                self.machine.installation(),
                self.configuration,
                self.machine.logins(self.entries),
                found,
                tuple(self.search.places()),
            )
        )

    def _look_at_engine(self) -> EngineReport | JobberError:
        try:
            engine, why = self.search.connect()
        except JobberError as error:
            if isinstance(error, Interrupted) or (isinstance(error, UsageError) and self.host_is_option):
                raise
            return error
        try:
            return self._describe(engine, why)
        finally:
            engine.close()

    def _describe(self, engine: Engine, why: str) -> EngineReport:
        """Ask an engine one thing after the other, until one of them gets no answer: the rest would not either."""
        description = engine.describe()
        facts: EngineFacts | JobberError | None = None
        if isinstance(engine, InspectableEngine):
            facts = _asked(engine.facts)
            if isinstance(facts, EngineLost):
                return EngineReport(description, why, facts)
        space, devices = None, None
        if facts is not None and not isinstance(facts, JobberError):
            space, devices = self._look_here(facts, description.address)
        runs = _asked(lambda: self._count_runs(engine))
        leftovers = None if isinstance(runs, EngineLost) else _asked(lambda: len(engine.runs.leftovers()))
        return EngineReport(description, why, facts, space, devices, runs, leftovers)

    def _look_here(self, facts: EngineFacts, address: str) -> tuple[Space | None, LocalDevices | None]:
        """Look at the engine's disk and devices, where its machine is this one."""
        if not (address.startswith(_LOCAL) and facts.machine == self.machine.name()):
            return facts.space, None
        # Podman tells what is not used, and not how much of that it may use.
        space = self.machine.space(facts.storage_path) if facts.storage_path else None
        return space or facts.space, self.machine.devices(facts.cdi_folders)

    def _count_runs(self, engine: Engine) -> dict[str, int]:
        counted = Counter(run.state for run in list_runs(self.run_finisher(engine)))
        return {state.value: counted[state] for state in State}


def _asked(question: Callable[[], T]) -> T | JobberError:
    """Return the answer, or the error that came in its place. Raises `Interrupted`."""
    try:
        return question()
    except Interrupted:
        raise
    except JobberError as error:
        return error
