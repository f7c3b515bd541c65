"""The content and configuration that a result image gets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jobber.domain.containers.container import MAX_LAYERS
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobber.domain.images.image import ImageConfiguration


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a container is committed as."""

    configuration: ImageConfiguration
    """The result's: that of the code image, whatever was overridden for the run."""
    labels: Mapping[str, str]
    """All labels that the result must have beyond those of the code image."""
    added_environment: tuple[str, ...] = ()
    """Names of variables that the run added or changed: their values must be nowhere in the result."""
    depth: int = 0
    """How many layers the code image has."""

    @property
    def new_variables(self) -> tuple[str, ...]:
        """Names of the variables that the run added, and that the code image does not have."""
        known = {variable.partition("=")[0] for variable in self.configuration.environment}
        return tuple(name for name in self.added_environment if name not in known)

    def leaving_blank(self, names: Iterable[str]) -> Snapshot:
        """The same where the engine can't take away variables that the run added: they are named in a label."""
        blank = dict.fromkeys((*filter(None, self.labels.get(Label.BLANK, "").split(",")), *names))
        return replace(self, labels={**self.labels, str(Label.BLANK): ",".join(blank)})

    @property
    def is_flat(self) -> bool:
        """Whether the whole file system goes into one layer, for there is no room for another one."""
        return self.depth >= MAX_LAYERS
