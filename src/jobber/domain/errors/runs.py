"""Runs that can't be found, watched, finished or repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors.base import JobberError
from jobber.domain.errors.images import ImageNotFound

if TYPE_CHECKING:
    from collections.abc import Sequence


class RunNotFound(JobberError):
    """A text that matches no unfinished run, or several."""

    def __init__(
        self,
        text: str,
        *,
        why: str = "there is no unfinished run",
        is_ambiguous: bool = False,
        hint: str | None = None,
    ) -> None:
        super().__init__(f"{why} {text}", hint=hint or "`jobber ps` lists the unfinished runs")
        self.text = text
        self.is_ambiguous = is_ambiguous


class RunNotFinished(ImageNotFound):
    """An unfinished run, without a result yet, named where a result is required."""

    def __init__(self, name: str, *, run: str, has_ended: bool) -> None:
        super().__init__(name)
        if has_ended:
            self.what = f"run {run} is not finished yet: its job has ended, but its result is not created yet"
            self.hint = "`jobber ps` shows whether a jobber process is creating it; if not, run `jobber recover`"
        else:
            self.what = f"run {run} is not finished yet: its job has not ended"
            self.hint = f"`jobber attach {run}` waits for it, and `jobber logs {run}` prints its output"
        self.run = run
        self.has_ended = has_ended


class NotAResult(JobberError):
    """An image that no run created, where a run record is required."""

    def __init__(self, name: str, *, is_built: bool = False) -> None:
        why = "it was built, possibly from a result" if is_built else "it has no run record"
        super().__init__(f"{name} is not a result of a run: {why}", hint="`jobber ls` lists the results")
        self.name = name
        self.is_built = is_built


class RunNotRepeatable(JobberError):
    """A record that lacks a value or an image that its run needs."""

    def __init__(self, run: str, *, missing: Sequence[str]) -> None:
        lines = "".join(f"\n  {text}" for text in missing)
        super().__init__(
            f"run {run} can't be repeated; missing:{lines}",
            hint="set the variables, load or pull the images, or replace inputs with --in and options with -Xd",
        )
        self.run = run
        self.missing = tuple(missing)


class RunTaken(JobberError):
    """A run that another jobber process is finishing, or may be finishing."""

    def __init__(self, run: str, *, owner: str) -> None:
        host, _, rest = owner.partition("/")
        process = rest.split("/")[1] if rest.count("/") > 1 else "?"
        super().__init__(f"run {run} is being finished by process {process} on {host or 'another host'}")
        self.run = run
        self.owner = owner


class CodeImageGone(JobberError):
    """A run that can't be finished because its code image was removed by force."""

    def __init__(self, run: str, *, image: str, id_: str, container: str) -> None:
        super().__init__(
            f"run {run} can't be finished: its code image {image} ({id_.removeprefix('sha256:')[:12]}) was removed",
            hint=f"restore the image; or copy the files you need from container {container[:12]}, and remove it",
        )
        self.run = run
        self.image = image


class ClaimLost(JobberError):
    """A claim on a run that another jobber process took over, because this process did not renew it in time."""

    def __init__(self, run: str) -> None:
        super().__init__(
            f"run {run} was taken over by another jobber process: this one did not renew its claim in time"
        )
        self.run = run


class LogUnreadable(JobberError):
    """A job's log that can't be read from the engine."""

    def __init__(self, *, why: str) -> None:
        super().__init__(f"the job's output can't be read from the engine: {why}")
        self.why = why


class JobNotStarted(JobberError):
    """A job that the engine could not start.

    The exit status is 126 (not executable), 127 (not found), else 125.
    """

    def __init__(self, *, why: str, exit_status: int) -> None:
        super().__init__(f"the job could not be started: {why}")
        self.why = why
        self.exit_status = exit_status


class LogLost(JobberError):
    """A job's output that could not be stored locally; the engine still has it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the job's output could not be stored: {why}")
        self.why = why


class DescriptionTooLarge(JobberError):
    """A command and options that exceed the engine's limit for an image's configuration."""

    def __init__(self, size: int, *, limit: int, engine: str) -> None:
        super().__init__(
            f"the command and options of this run are too long for a result on {engine}:"
            f" they take {size} bytes in its configuration; the limit is {limit}",
            hint="put long arguments into a file, in the code image or an input",
        )
        self.size = size
        self.limit = limit
        self.engine = engine
