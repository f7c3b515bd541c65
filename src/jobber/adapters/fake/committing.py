"""Image configurations on engines that create a result only by commits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.domain.containers.container import ContainerSpecification
    from jobber.domain.images.image import ImageConfiguration
    from jobber.domain.runs.snapshot import Snapshot


def as_a_commit_leaves_it(snapshot: Snapshot, specification: ContainerSpecification) -> ImageConfiguration:
    """Return the configuration with the additions that such an engine cannot remove in a commit.

    A variable that the run added can only be made empty. Ports and anonymous volumes of the run stay in the image.
    """
    code, options = snapshot.configuration, specification.options
    anonymous = [mount.destination for mount in options.mounts if mount.kind == "volume" and not mount.source]
    published = [f"{port.container}/{port.protocol}" for port in options.ports]
    return replace(
        code,
        environment=(*code.environment, *(f"{name}=" for name in snapshot.new_variables)),
        volumes=tuple(sorted({*code.volumes, *anonymous})),
        exposed_ports=tuple(sorted({*code.exposed_ports, *published, *options.exposed_ports})),
    )
