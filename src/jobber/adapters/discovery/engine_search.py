"""The engine search of `jobber doctor`: as in `connect`, with a shorter time limit, and continuing after a match."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.adapters.discovery.connect import OWN_ENGINES, connect, greet, places
from jobber.adapters.engine_api.connection_errors import EngineUnreachable
from jobber.domain.checkup.findings import EnginePlace
from jobber.domain.errors import EngineUnavailable, Interrupted, JobberError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.adapters.discovery.connect import Candidate
    from jobber.domain.ports import Engine
    from jobber.domain.ports.progress import Progress

SECONDS = 5.0
"""Time limit in seconds for an engine's first response. A slower engine is of little use to a run either."""
_SERVICE = "none is running: jobber starts a Podman service for each command"


@dataclass(slots=True)
class MachineEngines:
    """The engines that can be reached from this machine."""

    host: str | None
    origin: str
    """The source of the host setting: `-H`, `jobber-config.yml:3`, `JOBBER_HOST`."""
    choice: str
    environment: Mapping[str, str]
    progress: Progress
    seconds: float = SECONDS
    _used: str = ""
    _answers: dict[str, str] = field(default_factory=dict)
    """The error of each address that was tried without success."""

    def connect(self) -> tuple[Engine, str]:
        """Connect to the engine that a run would use; return it and the reason for the choice. Raises `JobberError`."""
        try:
            engine = connect(
                host=self.host,
                choice=self.choice,
                environment=self.environment,
                progress=self.progress,
                seconds=self.seconds,
            )
        except EngineUnavailable as error:
            self._answers = dict(error.tried)
            raise
        self._used = engine.describe().address
        if self.choice not in OWN_ENGINES:
            return engine, f"engine {self.choice} from another package"
        return engine, next((self._why(it) for it in self._candidates() if str(it.endpoint) == self._used), _SERVICE)

    def places(self) -> list[EnginePlace]:
        """Try the other addresses where an engine may listen."""
        found: list[EnginePlace] = []
        asked = {self._used}
        for candidate in self._candidates():
            address = str(candidate.endpoint)
            said = self._answers.pop(f"{candidate.endpoint} ({candidate.why})", None)
            if address not in asked:
                asked.add(address)
                found.append(self._place(candidate, said))
        return [*found, *(EnginePlace(where, "", said) for where, said in self._answers.items())]

    def _candidates(self) -> Iterator[Candidate]:
        """Yield each address to search, up to the first invalid one, which `connect` reports as an error."""
        if self.choice not in OWN_ENGINES:
            return
        try:
            yield from places(self.host, self.environment, self.choice)
        except Interrupted:
            raise
        except JobberError:
            return

    def _place(self, candidate: Candidate, said: str | None) -> EnginePlace:
        is_engine = False
        if said is None:
            try:
                said, is_engine = greet(candidate.endpoint, seconds=self.seconds), True
            except EngineUnreachable as error:
                said = str(error)
        return EnginePlace(str(candidate.endpoint), self._why(candidate), said, is_engine, candidate.named)

    def _why(self, candidate: Candidate) -> str:
        return self.origin if self.host is not None else candidate.why
