"""Helper containers that carry claims and notes about runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from jobber.domain.runs.label_names import Label
from jobber.domain.runs.record import parse_plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageId


_RUN = "run"


@dataclass(frozen=True, slots=True)
class Part:
    """A container of jobber's own."""

    id: str
    name: str
    facts: Mapping[str, Any]
    """What its label says."""
    created: datetime
    is_plan: bool = False
    """Whether it is a run's container, and no part."""

    @property
    def owner(self) -> str:
        """Who made it."""
        return str(self.facts.get(Label.PART) or "")

    @property
    def run(self) -> str:
        """The run that it is about; empty for none."""
        return str(self.facts.get("id" if self.is_plan else _RUN) or "")


class RunCalls(Protocol):
    """What an engine does for all that, on connections of its own."""

    def now(self) -> datetime:
        """The engine's clock."""

    def make(self, name: str, *, image: ImageId, facts: Mapping[str, str]) -> str:
        """Make a container that is never started, with facts in its label; its id. Raises `NameTaken`."""

    def look(self, name: str) -> Part | None:
        """A container by name or id."""

    def parts(self) -> Sequence[Part]:
        """All containers with a `jobber.run` label."""

    def remove(self, part: str) -> None:
        """Remove a container by name or id; no error where there is none."""

    def commits(self) -> Sequence[ListedImage]:
        """Images with a `jobber.run` label, but for those without a tag that others are made from."""

    def inspect(self, image: ImageId) -> Image:
        """Look an image up."""

    def remove_image(self, image: ImageId) -> None:
        """Remove an image by id. Raises `JobberError`."""

    def close(self) -> None:
        """Let go of connections."""


def claim_name(run: str) -> str:
    """The name of the container that is the claim of a run."""
    return f"jobber-finish-{run}"


def part_of(*, id_: str, name: str, labels: Mapping[str, str], created: str | float) -> Part:
    """A part out of what an engine tells of a container."""
    label = labels.get(Label.RUN, "")
    if isinstance(created, str):
        moment = datetime.fromisoformat(created)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    else:
        moment = datetime.fromtimestamp(created, UTC)
    return Part(id_, name, _facts(label), moment, is_plan=parse_plan(label) is not None)


def _facts(label: str) -> dict[str, Any]:
    try:
        facts = json.loads(label)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
