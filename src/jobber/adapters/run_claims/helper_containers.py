"""Helper containers that carry claims and notes about runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from jobber.adapters.host.process_identity import is_alive
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.record import parse_plan
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageId


_RUN = "run"


@frozen
class HelperContainer:
    """A helper container, or the container of a run."""

    id: str
    name: str
    facts: Mapping[str, Any]
    """The facts in the container's label."""
    created: datetime
    is_plan: bool = False
    """A flag: the container is a run's and not a helper container."""

    @property
    def owner(self) -> str:
        """The owner of the container: the process that created it."""
        return str(self.facts.get(Label.PART) or "")

    @property
    def run(self) -> str:
        """The ID of the run that the container belongs to; empty for none."""
        return str(self.facts.get("id" if self.is_plan else _RUN) or "")


class RunCalls(Protocol):
    """The calls of an engine for the coordination of runs, on connections of their own."""

    def now(self) -> datetime:
        """Return the time of the engine's clock."""

    def make(self, name: str, *, image: ImageId, facts: Mapping[str, str]) -> str:
        """Create a container that is never started, with facts in its label, and return its ID. Raises `NameTaken`."""

    def look(self, name: str) -> HelperContainer | None:
        """Return a container by name or ID; None if there is none."""

    def helpers(self) -> Sequence[HelperContainer]:
        """List all containers with a `jobber.run` label."""

    def remove(self, helper: str) -> None:
        """Remove a container by name or ID; a missing one is not an error."""

    def commits(self) -> Sequence[ListedImage]:
        """List images with a `jobber.run` label, except untagged ones that others are made from."""

    def inspect(self, image: ImageId) -> Image:
        """Inspect an image."""

    def remove_image(self, image: ImageId) -> None:
        """Remove an image by ID. Raises `JobberError`."""

    def close(self) -> None:
        """Close the connections."""


def is_abandoned(labels: Mapping[str, str] | None) -> bool:
    """Return whether a helper container with these labels belongs to a process that has ended."""
    return is_alive(str(_facts((labels or {}).get(Label.RUN, "")).get(Label.PART, ""))) is False


def claim_name(run: str) -> str:
    """Return the name of the container that is the claim of a run."""
    return f"jobber-finish-{run}"


def helper_container_of(*, id_: str, name: str, labels: Mapping[str, str], created: str | float) -> HelperContainer:
    """Return the helper container described by an engine's response."""
    label = labels.get(Label.RUN, "")
    if isinstance(created, str):
        moment = datetime.fromisoformat(created)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    else:
        moment = datetime.fromtimestamp(created, UTC)
    return HelperContainer(id_, name, _facts(label), moment, is_plan=parse_plan(label) is not None)


def _facts(label: str) -> dict[str, Any]:
    try:
        facts = json.loads(label)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
