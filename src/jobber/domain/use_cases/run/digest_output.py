"""Compute the digest of a run's `out` before its container is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.containers.container import LOG
from jobber.domain.errors import EngineFailed, PathNotFound
from jobber.domain.files.paths import lies_within, normal_path
from jobber.domain.files.tree_digest import tree_digest

if TYPE_CHECKING:
    from jobber.domain.containers.container import ContainerId
    from jobber.domain.images.image import Image
    from jobber.domain.ports import Containers
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.record import RunPlan


def digest_output(
    container: ContainerId, plan: RunPlan, *, code: Image, containers: Containers, progress: Progress
) -> str:
    """Return the digest of a job's `out`; empty if there is none.

    An `out` that contains the log has no digest, because the log is added later and differs from run to run. If the
    engine cannot read `out`, that causes a warning, and the result is saved without a digest. Raises
    `ContainerNotFound`, `EngineLost`.
    """
    if plan.out is None or lies_within(LOG, directory=normal_path(plan.out)):
        return ""
    from jobber.domain.history.engine_files import mount_points_of, own_files  # with all options of the engines

    progress.step(f"computing the digest of {plan.out}")
    mounts = {normal_path(mount.destination) for mount in containers.inspect(container).mounts}
    try:
        tree = containers.tree(container, path=plan.out)
    except PathNotFound:
        return ""
    except EngineFailed as error:
        progress.warn("no-out-digest", out=plan.out, why=error.why)
        return ""
    return tree_digest(own_files(tree, place=plan.out, mounted=mount_points_of(code, plan) | mounts))
