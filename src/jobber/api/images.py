"""An image as a program looks at it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobber.api import arguments
from jobber.api.connection import settings_and_connection
from jobber.api.files import ImageFiles
from jobber.domain.containers.container import LOG
from jobber.domain.errors import MetricsUnusable, PathNotFound
from jobber.domain.ports.progress import Silence
from jobber.domain.runs import metrics
from jobber.domain.runs.derived import own_record
from jobber.domain.runs.label_names import Label
from jobber.domain.use_cases.images.find_image import ImageFinder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.api.connection import Connection
    from jobber.domain.images.image import Image as StoredImage
    from jobber.domain.ports import Engine


@dataclass(frozen=True, slots=True)
class Image:
    """An image of an engine, with its labels, its files and, if it is a run's result, its record, log and metrics."""

    connection: Connection
    stored: StoredImage

    @property
    def id(self) -> str:
        """The engine's id, `sha256:HEX`."""
        return self.stored.id

    @property
    def tags(self) -> tuple[str, ...]:
        """The references that stand on it, as you know them."""
        return self.stored.references

    @property
    def labels(self) -> Mapping[str, str]:
        """All its labels."""
        return self.stored.labels

    @property
    def out(self) -> str:
        """What the run that made it was given as `out`; empty where that is nothing."""
        return self.labels.get(Label.OUT, "")

    @property
    def record(self) -> Mapping[str, Any] | None:
        """The run record: images, command, options, start, end, outcome, engine. None if it is no run's result."""
        if own_record(self.stored) is None:
            return None
        record: Mapping[str, Any] = json.loads(self.labels[Label.RUN])
        return record

    @property
    def files(self) -> ImageFiles:
        """Its files; relative paths start at `out`, or at `/` where it has none."""
        return ImageFiles(self.connection, self.stored.id, self.out or "/")

    @property
    def log(self) -> str:
        """What the job said, as text. Raises `PathNotFound` if it is no run's result."""
        return self.files.read(LOG).decode(errors="replace")

    @property
    def metrics(self) -> Mapping[str, Any]:
        """The numbers that the job wrote into `metrics.json` of `out`; empty without that file.

        They are in a label, or, where an older jobber has made the image, read from the file. Raises `MetricsUnusable`
        if that is no JSON object.
        """
        if kept := metrics.metrics_of(self.labels):
            return kept
        try:
            return metrics.parse_metrics(self.files.read(metrics.FILE))
        except (PathNotFound, IsADirectoryError):
            return {}
        except MetricsUnusable as error:
            raise MetricsUnusable(error.why, of=f"{metrics.FILE} of image {self.id}") from None

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return f"<jobber.Image {' '.join(self.tags) or self.id}>"

    def _repr_html_(self) -> str:
        from jobber.api.notebook import html_table

        return html_table(self._rows())

    def _rows(self) -> dict[str, str]:
        from jobber.api.notebook import image_rows

        return image_rows(tags=self.tags, image_id=self.id, out=self.out, record=self.record or {})


def image(
    name: str, *, registry: str | None = None, engine: str | Engine | None = None, host: str | None = None
) -> Image:
    """Look at an image that the engine has, by reference or id; nothing is pulled.

    `registry` is the default registry; `engine` and `host` are as for `run`. Raises `ImageNotFound`,
    `InvalidReference`, `EngineUnavailable`.
    """
    from jobber.domain.configuration.settings import DEFAULT_REGISTRY
    from jobber.domain.runs.policy import PullPolicy
    from jobber.session.bootstrap import keyring

    settings, connection = settings_and_connection(engine, host, registry=registry)
    text = arguments.text("name", name, wanted="a reference or an id")
    with connection.interruptible() as interruptions, connection.opened() as opened:
        finder = ImageFinder(
            opened,
            keyring((), around=connection.around),
            interruptions,
            Silence(),
            settings.get(DEFAULT_REGISTRY),
            PullPolicy.NEVER,
        )
        return Image(connection, finder.find(text).image)
