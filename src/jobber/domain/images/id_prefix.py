"""Beginnings of ids, as people type them: of images, of runs and of containers.

One rule for all: four characters or more. Fewer are likelier to be meant as a name, or to fit what nobody means.
"""

from __future__ import annotations

import re

MAY_BEGIN_ID = re.compile(r"(?:sha256:)?[0-9a-f]{4,64}").fullmatch
MAY_BEGIN_RUN = re.compile(r"[0-9a-f]{4,8}|[0-9a-f]{8}-[0-9a-f-]{0,27}").fullmatch
IS_TOO_SHORT = re.compile(r"(?:sha256:)?[0-9a-f]{1,3}").fullmatch
"""Whether it would be one if it were longer."""


def begins_id(text: str, id_: str) -> bool:
    """Whether a text is the beginning of an image's id, with or without its algorithm, or of a container's."""
    return bool(MAY_BEGIN_ID(text)) and id_.removeprefix("sha256:").startswith(text.removeprefix("sha256:"))


def begins_run(text: str, run: str) -> bool:
    """Whether a text is the beginning of a run's id."""
    return bool(MAY_BEGIN_RUN(text)) and run.startswith(text)
