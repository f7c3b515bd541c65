"""Remove or keep the container of a run that is given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from jobber.domain.containers.container import ContainerId
    from jobber.domain.ports import Containers

_RECOVER = "`jobber attach {run}` attaches to it, `jobber recover` finishes its run when the job has ended"


def discard(containers: Containers, container: ContainerId, *, run: str, cause: BaseException) -> None:
    """Remove a container whose job has not started; if that fails, add a hint to `cause` that the container is left."""
    try:
        containers.remove(container)
    except JobberError:
        if isinstance(cause, JobberError):
            cause.hint = left_as_it_is(container, run=run)


def left_as_it_is(container: ContainerId, *, run: str) -> str:
    """Return a hint for a container that is left on the engine."""
    return f"container {container[:12]} is kept: {_RECOVER.format(run=run)}"
