"""A record, a result and images of a list, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from test_labels import ENDING, PLAN

from jobber.domain.images.image import Image, ListedImage
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.labels import result_labels
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.result import ListedResult, RunRecord, parse_record

_LABELS = result_labels(PLAN, ENDING, code=Image(PLAN.image.id), version="1")
_FOUND = parse_record(_LABELS)
assert _FOUND is not None
RECORD: RunRecord = _FOUND
END = ENDING.finished


def result(
    number: int,
    *,
    tags: tuple[str, ...] = (),
    seconds_later: float = 0,
    outcome: Outcome = Outcome.SUCCEEDED,
    exit_status: int = 0,
    metrics: str = "",
    size: int = 0,
    **changes: object,
) -> ListedResult:
    """The result of a run, told from others by a number."""
    ending = replace(ENDING, finished=END + timedelta(seconds=seconds_later), outcome=outcome, exit_status=exit_status)
    record = replace(RECORD, id=f"{number:08x}-0000-4000-8000-000000000000", ending=ending, **changes)  # type: ignore[arg-type]
    labels = {"jobber.metrics": metrics} if metrics else {}
    return ListedResult(
        ListedImage(ImageId(f"sha256:{number:064x}"), references=tags, labels=labels, size=size), record
    )
