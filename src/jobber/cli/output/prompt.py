"""The confirmation prompt."""

from __future__ import annotations

import sys

from jobber.domain.errors import AnswerNeeded


def is_agreed(question: str) -> bool:
    """Prompt the user for yes or no; any answer but yes means no. Raises `AnswerNeeded` without a terminal."""
    if not sys.stdin.isatty():
        raise AnswerNeeded(question)
    sys.stdout.flush()
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
