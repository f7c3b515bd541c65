"""The jobs that can start now: jobs whose upstream jobs have succeeded, limited by the free CPUs, memory and GPUs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jobber.domain.pipelines.definition import Needs
    from jobber.domain.pipelines.names import JobId


@dataclass(frozen=True, slots=True)
class Capacity:
    """The resources for jobs that run at the same time."""

    jobs: int
    """The largest number of jobs."""
    gpus: tuple[str, ...] = ()
    """The GPUs by number or UUID."""
    cpus: float = 0.0
    """The number of CPUs; 0 for unknown."""
    memory: int = 0
    """The memory in bytes; 0 for unknown."""

    def lacks(self, needs: Needs) -> str:
        """Return the resource that no number of ended jobs can give, in words; empty if there is none."""
        if needs.gpus > len(self.gpus):
            return f"{needs.gpus} GPUs, and the engine has {len(self.gpus)}"
        if self.cpus and needs.cpus > self.cpus:
            return f"{needs.cpus:g} CPUs, and the engine has {self.cpus:g}"
        if self.memory and needs.memory > self.memory:
            return f"{needs.memory >> 20} MiB of memory, and the engine has {self.memory >> 20} MiB"
        return ""


@dataclass(slots=True)
class Schedule:
    """The progress of jobs through a graph."""

    upstream: Mapping[JobId, Sequence[JobId]]
    """The jobs to do, in their order, each with the jobs to do before it."""
    needs: Mapping[JobId, Needs]
    capacity: Capacity
    running: dict[JobId, tuple[str, ...]] = field(default_factory=dict)
    """The running jobs with their GPUs."""
    done: set[JobId] = field(default_factory=set)
    skipped: dict[JobId, JobId] = field(default_factory=dict)
    """The jobs that cannot run, each with the failed job that it needs."""
    _missing: dict[JobId, int] = field(default_factory=dict)
    _below: dict[JobId, list[JobId]] = field(default_factory=dict)
    _ready: dict[JobId, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the jobs that need no other."""
        for id_, above in self.upstream.items():
            self._missing[id_] = len(above)
            for up in above:
                self._below.setdefault(up, []).append(id_)
            if not above:
                self._ready[id_] = None

    @property
    def is_over(self) -> bool:
        """True if nothing runs and nothing is ready."""
        return not self.running and not self._ready

    def start(self) -> tuple[tuple[JobId, tuple[str, ...]], ...]:
        """Mark jobs as running that have room now, and return them with their GPUs."""
        started = []
        for id_ in [*self._ready]:
            if len(self.running) >= self.capacity.jobs:
                break
            if (gpus := self._room(self.needs[id_])) is not None:
                del self._ready[id_]
                self.running[id_] = gpus
                started.append((id_, gpus))
        return tuple(started)

    def succeed(self, id_: JobId) -> None:
        """Mark a running job as done, so that those below it may become ready."""
        self.running.pop(id_, None)
        self.done.add(id_)
        for below in self._below.get(id_, ()):
            self._missing[below] -= 1
            if not self._missing[below] and below not in self.skipped:
                self._ready[below] = None

    def fail(self, id_: JobId) -> None:
        """Mark a running job as failed, and all below it as skipped."""
        self.running.pop(id_, None)
        waiting = [id_]
        while waiting:
            for below in self._below.get(waiting.pop(), ()):
                if below not in self.skipped:
                    self.skipped[below] = id_
                    waiting.append(below)

    def stop(self) -> None:
        """Start nothing more."""
        self._ready.clear()
        self._below.clear()

    def _room(self, needs: Needs) -> tuple[str, ...] | None:
        """Return the GPUs for a job; None if it cannot start now."""
        busy = {gpu for gpus in self.running.values() for gpu in gpus}
        free = [gpu for gpu in self.capacity.gpus if gpu not in busy]
        taken = [self.needs[id_] for id_ in self.running]
        if needs.gpus > len(free):
            return None
        if not _fits(needs.cpus, self.capacity.cpus, (other.cpus for other in taken)):
            return None
        if not _fits(needs.memory, self.capacity.memory, (other.memory for other in taken)):
            return None
        return tuple(free[: needs.gpus])


def _fits(wanted: float, limit: float, taken: Iterable[float]) -> bool:
    return not limit or not wanted or wanted + sum(taken) <= limit
