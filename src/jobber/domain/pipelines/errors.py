"""Errors in a pipeline's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import ConfigurationInvalid, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.configuration.origin import Origin


class PipelineInvalid(UsageError):
    """All errors that were found in a pipeline's file and its command line."""

    def __init__(self, errors: Sequence[UsageError]) -> None:
        first = errors[0]
        what = first.what if len(errors) == 1 else "\n".join(f"  {_line(error)}" for error in errors)
        super().__init__(
            what if len(errors) == 1 else f"the pipeline has {len(errors)} errors:\n{what}",
            hint=first.hint if len(errors) == 1 else None,
        )
        self.errors = tuple(errors)


def wrong(origin: Origin, why: str, *, hint: str | None = None) -> ConfigurationInvalid:
    """Return an error at a place of the file."""
    return ConfigurationInvalid(origin.point, why=why, hint=hint)


def _line(error: UsageError) -> str:
    return f"{error.what} ({error.hint})" if error.hint else error.what
