"""What came of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Protocol

from jobber.domain.containers.container import LOG
from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobber.api.files import ImageFiles
    from jobber.api.images import Image

Outcome = Literal["succeeded", "failed", "timed-out", "interrupted", "pruned"]


class JobFailed(JobberError):
    """A job that did not succeed, where that was asked to be an error."""

    def __init__(self, result: Result) -> None:
        super().__init__(
            f"the job of {result.job} {result.outcome} with exit status {result.exit_status}"
            f"{': it ran out of memory' if result.out_of_memory else ''}",
            hint="what it said is in the `result.log` of this error",
        )
        self.result = result


class ResultDiffers(JobberError):
    """A run that was made again, and whose output is not what it was."""

    def __init__(self, result: Result) -> None:
        super().__init__("the new result's out directory differs from the old one", hint="what differs was told")
        self.result = result


class NoResultImage(JobberError):
    """A run that left no image, asked for what is in it."""

    def __init__(self) -> None:
        super().__init__("the run left no result image", hint="result_image='always' keeps one of every run")


class Said(Protocol):
    """What gives a job's output."""

    def __call__(self, *, last: int | None = None) -> bytes:
        """All of it, or the last so many bytes."""


def log_of(image: Image, *, last: int | None = None) -> bytes:
    """A job's output as its result image has it, or the last so many bytes."""
    return image.files.read(LOG) if last is None else image.files.read_end(LOG, size=last)


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended, and its result image.

    It can be pickled, unless its engine is an object of this process. The image is then looked for where the other
    process finds its engine; what the job said is read from the image, and comes along where there is none.
    """

    exit_status: int
    """The status that `jobber run` would end with: the job's own, or 124 when it timed out."""
    outcome: Outcome
    image: Image | None
    """The result image; None where `result_image` says that none is kept."""
    said: Said = field(repr=False, compare=False)
    """Gives what the job said, in bytes: all of it, or with `last=` the end of so many bytes."""
    job: str
    """The image that was run, as it was named."""
    out_of_memory: bool | None = None
    """Whether the kernel killed a process of the job because memory ran out; None where the engine does not report
    it (Podman 4.3)."""

    def __reduce__(self) -> tuple[Callable[..., Result], tuple[object, ...]]:
        facts = {"exit_status": self.exit_status, "outcome": self.outcome, "image": self.image, "job": self.job}
        log = None if self.image else self.said()
        return _unpickled, (log, {**facts, "out_of_memory": self.out_of_memory})

    @property
    def succeeded(self) -> bool:
        """Whether the job ended with status 0, by itself."""
        return self.outcome == "succeeded"

    def check(self) -> Result:
        """Itself. Raises `JobFailed` if the job did not succeed."""
        if not self.succeeded:
            raise JobFailed(self)
        return self

    @property
    def log(self) -> str:
        """What the job said, as text; what is no UTF-8 is replaced."""
        return self.said().decode(errors="replace")

    @property
    def id(self) -> str:
        """The result image's id. Raises `NoResultImage`."""
        return self._kept.id

    @property
    def tags(self) -> tuple[str, ...]:
        """The result image's tags; empty where none is kept."""
        return self.image.tags if self.image else ()

    @property
    def labels(self) -> Mapping[str, str]:
        """The result image's labels. Raises `NoResultImage`."""
        return self._kept.labels

    @property
    def record(self) -> Mapping[str, Any]:
        """The run record. Raises `NoResultImage`."""
        return self._kept.record or {}

    @property
    def files(self) -> ImageFiles:
        """The result image's files; relative paths start at `out`. Raises `NoResultImage`."""
        return self._kept.files

    @property
    def metrics(self) -> Mapping[str, Any]:
        """The numbers in `metrics.json` of `out`; empty without any. Raises `NoResultImage`, `MetricsUnusable`."""
        return self._kept.metrics

    @property
    def _kept(self) -> Image:
        if self.image is None:
            raise NoResultImage
        return self.image

    def _repr_html_(self) -> str:
        from jobber.api.notebook import LOG_BYTES, end_of_log, html_table

        memory = ", out of memory" if self.out_of_memory else ""
        rows = {"outcome": f"{self.outcome} (exit status {self.exit_status}{memory})"}
        rows |= {"result image": "none"} if self.image is None else self.image._rows()  # noqa: SLF001 - its own image
        return html_table({**rows, "log": end_of_log(self.said(last=LOG_BYTES + 1))})


@dataclass(frozen=True, slots=True)
class _Remembered:
    """An output that came along."""

    log: bytes

    def __call__(self, *, last: int | None = None) -> bytes:
        return self.log if last is None else self.log[max(0, len(self.log) - last) :]


def _unpickled(log: bytes | None, facts: Mapping[str, Any]) -> Result:
    said: Said = partial(log_of, facts["image"]) if facts["image"] else _Remembered(log or b"")
    return Result(said=said, **facts)
