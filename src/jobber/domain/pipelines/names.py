"""Names of jobs, of the cells of a matrix, and selections of them: `train`, `train[cnn-1]`, `train[cnn-*]`."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple, NewType

if TYPE_CHECKING:
    from collections.abc import Iterable

JobId = NewType("JobId", str)
"""The name of a job with its cell: `train[cnn-1]`; without a matrix, the name of the job."""

_IS_SELECTION = re.compile(r"([^\[\]]+)(?:\[([^\[\]]+)\])?").fullmatch
_NOT_IN_A_TAG = re.compile(r"[^A-Za-z0-9_.]+")
_JOINT = "-"


class Selection(NamedTuple):
    """A job, or some cells of one."""

    name: str
    pattern: str | None = None
    """The cell's name, or a pattern with `*` and `?`; None for the job as a whole."""

    @property
    def is_pattern(self) -> bool:
        """True if the selection may match several cells, or none."""
        return self.pattern is not None and any(sign in self.pattern for sign in "*?")

    def matching(self, cells: Iterable[str]) -> tuple[str, ...]:
        """Return the cells that the selection matches, in their order."""
        return tuple(cell for cell in cells if self.pattern is None or fnmatchcase(cell, self.pattern))


def parse_selection(text: str) -> Selection | None:
    """Parse `JOB` or `JOB[CELL]`; return None for another text."""
    match = _IS_SELECTION(text.strip())
    return None if match is None else Selection(match[1].strip(), match[2])


def job_id(name: str, cell: str = "") -> JobId:
    """Return the name of a job with its cell."""
    return JobId(f"{name}[{cell}]" if cell else name)


def cell_name(values: Iterable[str]) -> str:
    """Return the name of a cell: its values, joined by hyphens and without characters that a tag cannot have."""
    words = (_NOT_IN_A_TAG.sub(_JOINT, value).strip(_JOINT) for value in values)
    return _JOINT.join(word or "_" for word in words)
