"""The size of a run's description in the configuration of its result, which some engines limit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jobber.domain.errors import DescriptionTooLarge

if TYPE_CHECKING:
    from jobber.domain.containers.container import ContainerSpecification

PODMAN_LIMIT = (4 << 20) - (256 << 10)
"""The limit in bytes: Podman reads 4 MiB of an image's configuration (containers/image, its limit of config blobs).

The code image's own part of the configuration needs some of that.
"""
_ESCAPED = 5
"""The number of additional bytes in Go's JSON for each of `<>&`."""


def check_size(specification: ContainerSpecification, *, limit: int, engine: str) -> None:
    """Check that an engine can store a run's description. Raises `DescriptionTooLarge`.

    The result has the description in its labels. An intermediate image has the command twice.
    """
    words = json.dumps(specification.command)
    command = len(words) + _ESCAPED * sum(map(words.count, "<>&"))
    size = max(2 * command, len(json.dumps(dict(specification.labels))))
    if size > limit:
        raise DescriptionTooLarge(size, limit=limit, engine=engine)
