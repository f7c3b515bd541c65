"""The outcome of a run."""

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
    """Raised with `check` for a job that did not succeed.

    Example:
        >>> import jobber
        >>> try:
        ...     result = jobber.run("train", command="python3 -c 'raise SystemExit(3)'", check=True, quiet=True)
        ... except jobber.JobFailed as error:
        ...     print(error.what)
        ...     print(error.result.exit_status)
        the job of train failed with exit status 3
        3

    """

    def __init__(self, result: Result) -> None:
        super().__init__(
            f"the job of {result.job} {result.outcome} with exit status {result.exit_status}"
            f"{': it ran out of memory' if result.out_of_memory else ''}",
            hint="its output is in the `result.log` of this error",
        )
        self.result = result


class ResultDiffers(JobberError):
    """Raised with `verify` for a repeated run whose output differs from the old result's.

    Example:
        >>> import jobber
        >>> result = jobber.run("train", inputs=["points"], out="/model", quiet=True)
        >>> try:
        ...     repeated = jobber.rerun(result, verify=True, quiet=True)
        ... except jobber.ResultDiffers as error:
        ...     print("the repeated run created other files:", error.result.id)
        ... else:
        ...     print("the repeated run created the same files")
        the repeated run created the same files

    """

    def __init__(self, result: Result) -> None:
        super().__init__(
            "the new result's out directory differs from the old one", hint="the differences were reported as messages"
        )
        self.result = result


class NoResultImage(JobberError):
    """Raised for access to the result image of a run that left none.

    Example:
        >>> import jobber
        >>> result = jobber.run("train", inputs=["points"], result_image="none", quiet=True)
        >>> result.image is None, result.succeeded
        (True, True)
        >>> result.files
        Traceback (most recent call last):
        jobber.api.result.NoResultImage: the run left no result image

    """

    def __init__(self) -> None:
        super().__init__("the run left no result image", hint="result_image='always' keeps one for every run")


class Said(Protocol):
    """A function that returns a job's output."""

    def __call__(self, *, last: int | None = None) -> bytes:
        """Return the whole output, or its last `last` bytes."""


def log_of(image: Image, *, last: int | None = None) -> bytes:
    """Return a job's output from its result image, or its last `last` bytes."""
    return image.files.read(LOG) if last is None else image.files.read_end(LOG, size=last)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a run, and its result image.

    A result can be pickled unless its engine is an object of this process. After unpickling, the other process looks
    for the image on the engine that it finds itself. It reads the job's output from the image. The pickle contains the
    output if there is no result image.

    Args:
        exit_status: The exit status.
        outcome: The outcome: `succeeded`, `failed`, `timed-out`, `interrupted` or `pruned`.
        image: The result image, or None.
        said: A function that returns the job's output.
        job: The image that was run.
        out_of_memory: True if the job ran out of memory. Default: None, which means unknown.

    Example:
        >>> import jobber
        >>> result = jobber.run("train", inputs=["points"], out="/model", quiet=True)
        >>> result.succeeded, result.outcome, result.exit_status
        (True, 'succeeded', 0)
        >>> result.tags
        ('train:20260101_000001', 'train:latest-run')
        >>> result.metrics["slope"]
        1.45075
        >>> result.files.read_text("metrics.json")
        '{"slope": 1.45075}'

    """

    exit_status: int
    """The exit status of `jobber run`: the job's own, or 124 when it timed out."""
    outcome: Outcome
    image: Image | None
    """The result image; None if the setting `result_image` excludes one."""
    said: Said = field(repr=False, compare=False)
    """A function that returns the job's output in bytes: all or, with `last=`, at most that many bytes of its end."""
    job: str
    """The image that was run, as the caller named it."""
    out_of_memory: bool | None = None
    """The out-of-memory flag: True if the kernel killed a process of the job because memory ran out.

    None if the engine does not report it (Podman 4.3).
    """

    def __reduce__(self) -> tuple[Callable[..., Result], tuple[object, ...]]:
        facts = {"exit_status": self.exit_status, "outcome": self.outcome, "image": self.image, "job": self.job}
        log = None if self.image else self.said()
        return _unpickled, (log, {**facts, "out_of_memory": self.out_of_memory})

    @property
    def succeeded(self) -> bool:
        """True if the job ended by itself with exit status 0."""
        return self.outcome == "succeeded"

    def check(self) -> Result:
        """Return the result itself if the job succeeded.

        Returns:
            The result.

        Raises:
            JobFailed: The job did not succeed.

        Example:
            >>> import jobber
            >>> jobber.run("train", inputs=["points"], quiet=True).check().outcome
            'succeeded'
            >>> jobber.run("train", command="python3 -c 'raise SystemExit(3)'", quiet=True).check()
            Traceback (most recent call last):
            jobber.api.result.JobFailed: the job of train failed with exit status 3

        """
        if not self.succeeded:
            raise JobFailed(self)
        return self

    @property
    def log(self) -> str:
        """The job's output as text; bytes that are not UTF-8 are replaced."""
        return self.said().decode(errors="replace")

    @property
    def id(self) -> str:
        """The ID of the result image. Raises `NoResultImage`."""
        return self._kept.id

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the result image; empty if there is no result image."""
        return self.image.tags if self.image else ()

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of the result image. Raises `NoResultImage`."""
        return self._kept.labels

    @property
    def record(self) -> Mapping[str, Any]:
        """The run record. Raises `NoResultImage`."""
        return self._kept.record or {}

    @property
    def files(self) -> ImageFiles:
        """The files of the result image; relative paths start at `out`. Raises `NoResultImage`."""
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
    """The output of a job that was pickled with its result."""

    log: bytes

    def __call__(self, *, last: int | None = None) -> bytes:
        return self.log if last is None else self.log[max(0, len(self.log) - last) :]


def _unpickled(log: bytes | None, facts: Mapping[str, Any]) -> Result:
    said: Said = partial(log_of, facts["image"]) if facts["image"] else _Remembered(log or b"")
    return Result(said=said, **facts)
