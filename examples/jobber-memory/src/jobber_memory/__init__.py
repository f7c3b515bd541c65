"""An engine in memory for jobber: it forwards all calls to the fake and writes a journal of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jobber.testing import FakeEngine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.containers.engine import EngineDescription
    from jobber.domain.ports import Builder, Containers, ImageStore, InputStore, Registry, RunStore
    from jobber.domain.ports.progress import Progress
    from jobber.testing import Job

JOURNAL = "JOBBER_MEMORY_JOURNAL"
"""The environment variable that names a file for the journal."""


class MemoryEngine:
    """An engine that forwards all roles to the fake."""

    def __init__(self, fake: FakeEngine, *, journal: Path | None = None) -> None:
        self.fake = fake
        self._journal = journal

    @property
    def images(self) -> ImageStore:
        """Images."""
        return self.fake.images

    @property
    def registry(self) -> Registry:
        """Pulls and pushes."""
        return self.fake.registry

    @property
    def containers(self) -> Containers:
        """Containers."""
        return self.fake.containers

    @property
    def inputs(self) -> InputStore:
        """Directories of images, to be mounted."""
        return self.fake.inputs

    @property
    def builder(self) -> Builder:
        """Builds."""
        return self.fake.builder

    @property
    def runs(self) -> RunStore:
        """Claims of runs, and what is noted of them."""
        return self.fake.runs

    def describe(self) -> EngineDescription:
        """Describe the engine."""
        return self.fake.describe()

    def close(self) -> None:
        """Write the journal; a second time changes nothing."""
        if self._journal is not None:
            lines = (f"{call.name} {call.subject}".rstrip() for call in self.fake.calls)
            self._journal.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def hello(job: Job) -> int:
    """Run the program of the only image."""
    job.say(f"hello {' '.join(job.argv[1:]) or 'world'}\n")
    return 0


def connect(*, host: str | None, environment: Mapping[str, str], progress: Progress) -> MemoryEngine:
    """Make the engine; there is no host to go to."""
    fake = FakeEngine()
    fake.image("hello", run=hello)
    journal = environment.get(JOURNAL)
    progress.call("engine", name="memory", version="1.0", host=host or "memory:")
    return MemoryEngine(fake, journal=Path(journal) if journal else None)
