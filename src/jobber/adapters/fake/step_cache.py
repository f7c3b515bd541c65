"""The build cache of the fake engine."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.adapters.fake.filesystem.node import layer_digest

if TYPE_CHECKING:
    from jobber.adapters.fake.building.stage import Stage
    from jobber.adapters.fake.filesystem.node import Layer


@dataclass(slots=True)
class StepCache:
    """The layers that RUN created on an engine, by everything that they depend on."""

    _made: dict[str, tuple[tuple[Layer, ...], Layer]] = field(default_factory=dict)
    """Each layer with the layers below it.

    The reference keeps their programs alive, so that no new program can have the identity of a removed one.
    """

    def find(self, stage: Stage, rest: str) -> Layer | None:
        """Return the cached layer of a step; None if it is not in the cache."""
        known = self._made.get(_key(stage, rest))
        return known[1] if known else None

    def keep(self, stage: Stage, rest: str, layer: Layer) -> None:
        """Store the layer of a step. On Docker it replaces an earlier one; Podman keeps the earlier one."""
        key = _key(stage, rest)
        if stage.dialect.is_docker or key not in self._made:
            self._made[key] = (stage.layers, layer)


def _key(stage: Stage, rest: str) -> str:
    configuration = stage.configuration
    facts = (
        [layer_digest(layer) for layer in stage.layers],
        sorted(stage.variables.items()),
        [configuration.workdir, configuration.user, configuration.shell, rest],
    )
    return sha256(json.dumps(facts).encode()).hexdigest()
