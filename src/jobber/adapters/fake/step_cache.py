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
    """The layers that RUN has made on an engine, by all that they depend on."""

    _made: dict[str, tuple[tuple[Layer, ...], Layer]] = field(default_factory=dict)
    """With the layers below, so that no other program is ever taken for one that is there no more."""

    def find(self, stage: Stage, rest: str) -> Layer | None:
        """Return the layer of this step; None where it was not made."""
        known = self._made.get(_key(stage, rest))
        return known[1] if known else None

    def keep(self, stage: Stage, rest: str, layer: Layer) -> None:
        """Keep the layer of a step: in place of one that was made before on Docker, Podman finds the older one."""
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
