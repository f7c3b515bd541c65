"""Metrics: the numbers that a job writes into `metrics.json` of its `out` directory, kept in a label of the result."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, TypeGuard

from jobber.domain.errors import MetricsUnusable
from jobber.domain.label import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

Number = int | float

FILE = "metrics.json"
"""Its name in the `out` directory."""
LARGEST = 1 << 20
"""Bytes of the file."""
MOST = 1 << 15
"""Bytes of the label: engines tell the labels of all images whenever one is asked for."""
_SHOWN = 3


class Metrics(dict[str, Number]):
    """The numbers by their names, in the file's order, and what of the file is none of them."""

    left_out: str = ""
    """What was left out, and why, in words; empty for nothing."""


def parse_metrics(octets: bytes) -> Metrics:
    """Read the file: a flat JSON object, of which each number that is finite is a metric, and nothing else is.

    Raises `MetricsUnusable` where it is no such object.
    """
    if len(octets) > LARGEST:
        raise MetricsUnusable(f"it is larger than {LARGEST >> 20} MB")
    try:
        found = json.loads(octets.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise MetricsUnusable("it is no UTF-8") from None
    except RecursionError:
        raise MetricsUnusable("it is nested too deeply") from None
    except ValueError as error:
        raise MetricsUnusable(f"it is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise MetricsUnusable("it is no JSON object")
    return _numbers_in(found)


def metrics_of(labels: Mapping[str, str]) -> Mapping[str, Number]:
    """The metrics in the labels of a result; none where there are none, or where the label is not one of jobber's."""
    try:
        return parse_metrics(labels.get(Label.METRICS, "").encode(errors="replace") or b"{}")
    except MetricsUnusable:
        return {}


def render_metrics(metrics: Mapping[str, Number]) -> str:
    """The label's value; empty for no metrics."""
    return json.dumps(metrics, ensure_ascii=False, separators=(",", ":")) if metrics else ""


def _numbers_in(found: Mapping[str, object]) -> Metrics:
    metrics = Metrics()
    others: list[str] = []
    room = MOST
    for name, value in found.items():
        if not _is_number(value) or not _is_text(name):
            others.append(name)
            continue
        room -= len(render_metrics({name: value}).encode())
        if room < 0:
            metrics.left_out = f"its numbers beyond the first {len(metrics)} are left out, for a label holds no more"
            return metrics
        metrics[name] = value
    if others:
        shown = ", ".join(json.dumps(name) for name in others[:_SHOWN]) + (", …" if len(others) > _SHOWN else "")
        is_or_are = "is no finite number and is" if len(others) == 1 else "are no finite numbers and are"
        metrics.left_out = f"{shown} {is_or_are} left out"
    return metrics


def _is_number(value: object) -> TypeGuard[Number]:
    """Whether it is one that every reader of JSON can hold; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(float(value))
    except OverflowError:
        return False


def _is_text(name: str) -> bool:
    """Whether it can be written: JSON has escapes for halves of characters."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
