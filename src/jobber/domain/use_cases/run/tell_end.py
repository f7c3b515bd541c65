"""Report how a job ended: out of memory, how it failed, and the command to inspect its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.images.naming import LATEST_RUN
from jobber.domain.runs.memory import memory_remedy, size_option
from jobber.domain.runs.policy import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.record import RunEnding

KILLED = 137
"""The exit status of a job whose first process was ended by SIGKILL (128 + 9)."""
_EVENTS = {Outcome.FAILED: "job-failed", Outcome.TIMED_OUT: "job-timed-out"}
_MACHINE = "that of the engine's host"


def tell_memory(
    ending: RunEnding, *, limit: int | None, docker_args: Sequence[str], place: str = "", progress: Progress
) -> None:
    """Warn of a job that ran out of memory or was killed from outside, with the effective memory limit.

    Args:
        ending: The end of the run.
        limit: The job's memory limit in bytes; None for none.
        docker_args: The words of Xdocker that the job was run with.
        place: The configuration file and line that set the limit; empty for the command line.
        progress: The receiver of warnings.

    """
    is_killed = ending.exit_status == KILLED and ending.outcome is Outcome.FAILED
    if ending.out_of_memory:
        event = "out-of-memory"
    elif is_killed and ending.out_of_memory is None:
        event = "perhaps-out-of-memory"
    else:
        if is_killed:
            progress.warn("killed-by-others")
        return
    shown = _MACHINE if limit is None else size_option(limit)
    progress.warn(event, limit=shown, hint=memory_remedy(limit, docker_args=docker_args, place=place))


def tell_failure(
    ending: RunEnding,
    *,
    image: ImageId | None,
    tags: Sequence[ImageReference],
    has_entrypoint: bool,
    has_registry: bool = False,
    progress: Progress,
) -> None:
    """Report how a failed job ended, with the command for a shell in its result; nothing for other outcomes.

    Args:
        ending: The end of the run.
        image: The result image; None if none is kept.
        tags: The result's tags.
        has_entrypoint: True if the result has an entry point that would take the shell's name as an argument.
        has_registry: True if references without a registry refer to a default registry.
        progress: The receiver of notes.

    """
    event = _EVENTS.get(ending.outcome)
    if event is None:
        return
    took = max(0.0, (ending.finished - ending.started).total_seconds())
    hint = {}
    if image is not None:
        name = _short_name(image, () if has_registry else tags)
        words = f"-Xd '--entrypoint sh' {name}" if has_entrypoint else f"{name} sh"
        hint = {"hint": f"open a shell in it: jobber run -ri none {words}"}
    progress.note(event, exit_status=ending.exit_status, took=round(took, 3), **hint)


def _short_name(image: ImageId, tags: Sequence[ImageReference]) -> str:
    """Return the name of an image without a registry: `latest-run` first, then other tags, then its ID."""
    local = sorted((tag for tag in tags if not tag.is_remote), key=lambda tag: tag.tag != LATEST_RUN)
    return str(local[0]) if local else image.removeprefix("sha256:")[:12]
