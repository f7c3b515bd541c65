"""Abbreviated IDs of images, runs and containers.

An abbreviation has at least four characters; shorter ones are ambiguous or are names.
"""

from __future__ import annotations

import re

may_be_id_prefix = re.compile(r"(?:sha256:)?[0-9a-f]{4,64}").fullmatch
may_be_run_prefix = re.compile(r"[0-9a-f]{4,8}|[0-9a-f]{8}-[0-9a-f-]{0,27}").fullmatch
is_too_short = re.compile(r"(?:sha256:)?[0-9a-f]{1,3}").fullmatch
"""A match for an ID prefix that is too short (one to three characters)."""


def is_prefix_of_id(text: str, id_: str) -> bool:
    """Return whether `text` is a prefix of an image's or container's ID, with or without its algorithm."""
    return bool(may_be_id_prefix(text)) and id_.removeprefix("sha256:").startswith(text.removeprefix("sha256:"))


def is_prefix_of_run(text: str, run: str) -> bool:
    """Return whether `text` is a prefix of a run's ID."""
    return bool(may_be_run_prefix(text)) and run.startswith(text)
