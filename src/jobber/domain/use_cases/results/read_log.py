"""Read a job's log from its result, or from the engine while its run is in progress."""

from __future__ import annotations

from contextlib import closing
from enum import Enum
from typing import TYPE_CHECKING

from jobber.domain.containers.container import LOG, ContainerState
from jobber.domain.containers.events import ConnectionEvent, Exited, Output, TerminationSignal
from jobber.domain.errors import (
    ContainerNotFound,
    ImageNotFound,
    Interrupted,
    InvalidReference,
    LogUnreadable,
    PathNotFound,
    RunNotFound,
    UsageError,
)
from jobber.domain.history.facts import image_facts
from jobber.domain.use_cases.images.engine_results import results_of_run
from jobber.domain.use_cases.results.find_result import FoundResult
from jobber.domain.use_cases.results.image_files import archive_of
from jobber.domain.use_cases.unfinished.unfinished_runs import find_run, unfinished_runs
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import BinaryIO

    from jobber.domain.errors import JobberError
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import Interruptions
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.use_cases.results.find_result import ResultFinder
    from jobber.domain.use_cases.unfinished.unfinished_runs import UnfinishedRun


class State(Enum):
    """The state of the run when its log was read; before the job's end the log was incomplete."""

    CREATED = "created"
    RUNNING = "running"
    ENDED = "ended"
    """The state of a run whose job has ended, and which has no result yet."""
    FINISHED = "finished"


_STATES = {
    ContainerState.CREATED: State.CREATED,
    ContainerState.RUNNING: State.RUNNING,
    ContainerState.EXITED: State.ENDED,
}


@frozen
class ReadLog:
    """The run or image whose log was read."""

    state: State
    run: str | None
    """The run's ID; None for an image that no run created but that contains such a file."""
    image: RecordedImage | None
    """The code image."""
    id: ImageId | None = None
    """The ID of the result; None if there is none."""

    def facts(self) -> dict[str, object]:
        """Return the fields as a JSON object, with the same names as in lists of results and of runs."""
        image = None if self.image is None else image_facts(self.image)
        return {"id": self.id, "run": self.run, "image": image, "state": self.state.value}


@frozen
class LogReading:
    """The use case `jobber logs`, with its dependencies."""

    finder: ResultFinder
    interruptions: Interruptions
    progress: Progress
    content: Callable[[Iterator[bytes]], Iterator[memoryview]]
    """A reader that yields the content of the one file in an archive."""
    sink: BinaryIO
    """The stream that the log is written to; its errors end the reading."""

    def read(self, text: str, *, follow: bool = False, since: datetime | None = None) -> ReadLog:
        """Write the log of a result or of a run in progress, up to now, or with `follow` up to the job's end.

        The job and its run are not affected. Raises `RunNotFound`, `ImageNotFound`, `PathNotFound`, `NotAResult`,
        `LogUnreadable`, `UsageError`, and `Interrupted` if the user stops following.
        """
        found = self._find(text)
        if isinstance(found, FoundResult):
            if found.inherited is not None:  # its log is the output of another run
                found.record_of_run(name=text)
            if since is not None:
                raise UsageError(f"{text} is a finished run, whose log has no timestamps", hint="omit --since")
            self._copy(found, name=text)
            run, image = (found.record.id, found.record.image) if found.record else (None, None)
            return ReadLog(State.FINISHED, run, image, found.image.id)
        return self._follow(found, text, since) if follow else self._read_until_now(found, since)

    def _find(self, text: str) -> FoundResult | UnfinishedRun:
        """Return a run in progress by full ID or container, else a result, else a run by ID prefix."""
        for run in unfinished_runs(self.finder.engine):
            if text in (run.plan.id, run.container.id, run.container.name):
                return run
        try:
            return self.finder.find(text)
        except (ImageNotFound, InvalidReference) as error:
            return self._in_progress(text, error)

    def _in_progress(self, text: str, error: JobberError) -> UnfinishedRun:
        try:
            return find_run(self.finder.engine, text)
        except RunNotFound:  # the search for a result already reports several matching runs
            error.hint = "`jobber ps` lists the runs in progress, and `jobber ls` the results"
            raise error from None

    def _copy(self, found: FoundResult, *, name: str, skipped: int = 0) -> None:
        pieces = archive_of(self.finder, found, path=LOG, name=name)
        with closing(pieces):
            try:
                for chunk in self.content(pieces):
                    self.sink.write(chunk[skipped:])
                    skipped = max(0, skipped - len(chunk))
            except PathNotFound as error:
                error.hint = "only the results of runs have a log"
                raise

    def _read_until_now(self, run: UnfinishedRun, since: datetime | None) -> ReadLog:
        try:
            self.finder.engine.containers.logs(run.container.id, sink=self.sink, since=since)
        except LogUnreadable as error:
            error.hint = "-f follows new output; the result will have the complete log"
            raise
        except ContainerNotFound:
            return self._go_on_in_result(run, seen=0)
        return _of(run, _STATES[run.container.state])

    def _follow(self, run: UnfinishedRun, text: str, since: datetime | None) -> ReadLog:
        if run.container.state is ContainerState.CREATED:
            raise RunNotFound(text, why="not started yet is run")
        seen = 0
        try:
            attachment = self.finder.engine.containers.follow(
                run.container.id, since=since, stdin=None, interruptions=self.interruptions
            )
            with closing(attachment):
                while not isinstance(event := attachment.next(), Exited):
                    match event:
                        case Output(chunk=chunk):
                            self.sink.write(chunk)
                            seen += len(chunk)
                        case TerminationSignal(signal=signal):
                            raise Interrupted(signal)
                        case ConnectionEvent(disturbance=disturbance, why=why):
                            self.progress.warn(disturbance.value, why=why)
                        case _:
                            pass
        except ContainerNotFound:  # another process has finished the run meanwhile
            return _of(run, State.FINISHED) if since else self._go_on_in_result(run, seen=seen)
        return _of(run, State.ENDED)

    def _go_on_in_result(self, run: UnfinishedRun, *, seen: int) -> ReadLog:
        """Write the rest of the log of a run that was just finished; nothing if it has no result."""
        for image in results_of_run(self.finder.engine, run.plan.id)[:1]:
            self._copy(FoundResult(image, None), name=image.id, skipped=seen)
            return _of(run, State.FINISHED, image.id)
        return _of(run, State.FINISHED)


def _of(run: UnfinishedRun, state: State, image: ImageId | None = None) -> ReadLog:
    return ReadLog(state, run.plan.id, run.plan.image, image)
