"""Check everything that a run needs, without changing anything."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from jobber.domain.checkup.findings import EngineReport, Findings
from jobber.domain.checkup.report import report
from jobber.domain.errors import EngineLost, Interrupted, JobberError, UsageError
from jobber.domain.ports.checkup import InspectableEngine
from jobber.domain.use_cases.unfinished.list_runs import State, list_runs
from jobber.domain.values import frozen

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


@frozen
class SetupCheck:
    """The use case `jobber doctor`, with its dependencies."""

    machine: Machine
    search: EngineSearch
    configuration: Configuration
    entries: Sequence[CredentialEntry]
    run_finisher: Callable[[Engine], RunFinisher]
    host_is_option: bool = False
    """True if the command line names the engine's host. An invalid host is then an error of the command line."""

    def check(self) -> Checkup:
        """Check this machine and the engine, and return a report.

        Raises `UsageError` for an invalid host on the command line.
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
        """Query the engine step by step, until the connection is lost: later queries would fail as well."""
        description = engine.describe()
        facts: EngineFacts | JobberError | None = None
        if isinstance(engine, InspectableEngine):
            facts = _result_of(engine.facts)
            if isinstance(facts, EngineLost):
                return EngineReport(description, why, facts)
        space, devices = None, None
        if facts is not None and not isinstance(facts, JobberError):
            space, devices = self._look_here(facts, description.address)
        runs = _result_of(lambda: self._count_runs(engine))
        leftovers = None if isinstance(runs, EngineLost) else _result_of(lambda: len(engine.runs.leftovers()))
        return EngineReport(description, why, facts, space, devices, runs, leftovers)

    def _look_here(self, facts: EngineFacts, address: str) -> tuple[Space | None, LocalDevices | None]:
        """Inspect the engine's disk and devices, if the engine runs on this machine."""
        if not (address.startswith(_LOCAL) and facts.machine == self.machine.name()):
            return facts.space, None
        # Podman reports the free space, but not how much of it Podman may use.
        space = self.machine.space(facts.storage_path) if facts.storage_path else None
        return space or facts.space, self.machine.devices(facts.cdi_folders)

    def _count_runs(self, engine: Engine) -> dict[str, int]:
        counted = Counter(run.state for run in list_runs(self.run_finisher(engine)))
        return {state.value: counted[state] for state in State}


def _result_of(question: Callable[[], T]) -> T | JobberError:
    """Return the answer, or the error raised instead. Raises `Interrupted`."""
    try:
        return question()
    except Interrupted:
        raise
    except JobberError as error:
        return error
