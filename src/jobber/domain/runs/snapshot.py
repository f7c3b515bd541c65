"""The content and configuration of a result image."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.domain.containers.container import MAX_LAYERS
from jobber.domain.runs.label_names import Label
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobber.domain.images.image import ImageConfiguration


@frozen
class Snapshot:
    """The input of a commit: the configuration and labels of the result image."""

    configuration: ImageConfiguration
    """The result's configuration: that of the code image, without the overrides of the run."""
    labels: Mapping[str, str]
    """All labels that the result must have in addition to those of the code image."""
    added_environment: tuple[str, ...] = ()
    """Names of variables that the run added or changed; the result must not contain their values."""
    depth: int = 0
    """The number of layers of the code image."""

    @property
    def new_variables(self) -> tuple[str, ...]:
        """Names of the variables that the run added and that the code image does not have."""
        known = {variable.partition("=")[0] for variable in self.configuration.environment}
        return tuple(name for name in self.added_environment if name not in known)

    def leaving_blank(self, names: Iterable[str]) -> Snapshot:
        """Return the snapshot with a label that names variables which the engine cannot remove from the result."""
        blank = dict.fromkeys((*filter(None, self.labels.get(Label.BLANK, "").split(",")), *names))
        return replace(self, labels={**self.labels, str(Label.BLANK): ",".join(blank)})

    @property
    def is_flat(self) -> bool:
        """True if the whole file system must go into one layer because the code image has too many layers."""
        return self.depth >= MAX_LAYERS
