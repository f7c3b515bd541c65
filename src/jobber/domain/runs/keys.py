"""The keys of a pipeline's run, by which its result is found again."""

from __future__ import annotations

from typing import Any

from jobber.domain.values import frozen

KEY_TAG = "key-"
"""The prefix of tags that name a key."""
KEY_TAG_DIGITS = 32


@frozen
class RunKeys:
    """The keys of a run that a pipeline has requested. Their presence also requests the out digest of the result."""

    content: str
    """The digest of everything that the run depends on, 64 hexadecimal digits."""
    recipe: str
    """The same, with the recipe keys of upstream jobs in place of their content."""
    cell: str = ""
    """The name of the matrix cell, which becomes part of the moving tag; empty without a matrix."""

    @property
    def facts(self) -> dict[str, str]:
        """The keys for the plan in a container's label."""
        return {"content": self.content, "recipe": self.recipe, "cell": self.cell}


def parse_keys(facts: Any) -> RunKeys | None:
    """Return the keys in a plan; None for a run without keys."""
    return None if facts is None else RunKeys(facts["content"], facts["recipe"], facts["cell"])


def key_tag(key: str) -> str:
    """Return the tag that names a key: `key-` and its first 32 digits."""
    return f"{KEY_TAG}{key[:KEY_TAG_DIGITS]}"
