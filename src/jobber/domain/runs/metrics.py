"""Metrics: numbers that a job writes to `metrics.json` in its `out` directory, stored in a label of the result.

Numbers in nested objects have dotted names: `{"val": {"accuracy": 0.9}}` is the metric `val.accuracy`.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, TypeGuard

from jobber.domain.errors import MetricsUnusable
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Number = int | float

FILE = "metrics.json"
"""The name of the file in the `out` directory."""
LARGEST = 1 << 20
"""The maximum size of the file in bytes (1 MiB)."""
MAX_LABEL_BYTES = 1 << 15
"""The maximum size of the label in bytes (32 KiB). Image lists return all labels, so they must stay small."""
DEEPEST = 16
"""The maximum number of nested levels of objects; values nested deeper are left out."""
_SHOWN = 3


class Metrics(dict[str, Number]):
    """Metrics by name, in file order; `left_out` describes entries that were skipped."""

    left_out: str = ""
    """The description of the skipped entries, with reasons; empty if there are none."""


def parse_metrics(content: bytes) -> Metrics:
    """Parse the file: a JSON object in which each finite number, also in nested objects, is a metric.

    Other values are left out. If two numbers have the same name (`{"a.b": 1, "a": {"b": 2}}`), the first is kept.
    Raises `MetricsUnusable` if the file is not a JSON object or is larger than 1 MiB.
    """
    if len(content) > LARGEST:
        raise MetricsUnusable(f"it is larger than {LARGEST >> 20} MB")
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise MetricsUnusable("it is not valid UTF-8") from None
    except RecursionError:
        raise MetricsUnusable("it is nested too deeply") from None
    except ValueError as error:
        raise MetricsUnusable(f"it is not valid JSON: {error}") from None
    if not isinstance(found, dict):
        raise MetricsUnusable("it is not a JSON object")
    return _numbers_in(found)


def metrics_of(labels: Mapping[str, str]) -> Mapping[str, Number]:
    """Return the metrics in the labels of a result; empty if there are none, or if the label is not one of jobber's."""
    try:
        return parse_metrics(labels.get(Label.METRICS, "").encode(errors="replace") or b"{}")
    except MetricsUnusable:
        return {}


def render_metrics(metrics: Mapping[str, Number]) -> str:
    """Return the label's value; empty if there are no metrics."""
    return json.dumps(metrics, ensure_ascii=False, separators=(",", ":")) if metrics else ""


def _numbers_in(found: Mapping[str, object]) -> Metrics:
    metrics = Metrics()
    others, deeper, doubles = _LeftOut(), _LeftOut(), _LeftOut()
    room = MAX_LABEL_BYTES
    for name, value in _leaves(found):
        if isinstance(value, dict):
            deeper.add(name)
        elif not _is_number(value) or not _is_text(name):
            others.add(name)
        elif name in metrics:
            doubles.add(name)
        else:
            room -= len(render_metrics({name: value}).encode())
            if room < 0:
                metrics.left_out = f"its numbers beyond the first {len(metrics)} are omitted: a label's size is limited"
                return metrics
            metrics[name] = value
    reasons = (
        others.sentence("is not a finite number and is omitted", "are not finite numbers and are omitted"),
        deeper.sentence(*(f"{verb} nested deeper than {DEEPEST} levels and {verb} omitted" for verb in ("is", "are"))),
        doubles.sentence("is a duplicate and is kept once", "are duplicates and are kept once"),
    )
    metrics.left_out = "; ".join(filter(None, reasons))
    return metrics


def _leaves(found: Mapping[str, object], *, prefix: str = "", level: int = 1) -> Iterator[tuple[str, object]]:
    """Yield the dotted name and value of each entry, nested ones included; objects nested too deeply are kept whole."""
    for name, value in found.items():
        if isinstance(value, dict) and level < DEEPEST:
            yield from _leaves(value, prefix=f"{prefix}{name}.", level=level + 1)
        else:
            yield f"{prefix}{name}", value


class _LeftOut:
    """A list of names of which only the first few are shown."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._has_more = False

    def add(self, name: str) -> None:
        """Add a name."""
        if len(self._names) < _SHOWN:
            self._names.append(name)
        else:
            self._has_more = True

    def sentence(self, one: str, several: str) -> str:
        """Return the names with the text for one or for several names; empty if there are none."""
        if not self._names:
            return ""
        shown = ", ".join(map(json.dumps, self._names)) + (", …" if self._has_more else "")
        return f"{shown} {one if len(self._names) == 1 else several}"


def _is_number(value: object) -> TypeGuard[Number]:
    """Return whether a value is a finite number that every JSON reader can represent; booleans are not numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(float(value))
    except OverflowError:
        return False


def _is_text(name: str) -> bool:
    """Return whether a name can be encoded: JSON escapes may contain unpaired surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
