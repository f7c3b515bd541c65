"""The Python view of an image."""

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
    """An image of an engine: its labels and files and, for a run's result, its record, log and metrics.

    Use `jobber.image(name)` to get one.

    Args:
        connection: The connection to the engine.
        stored: The engine's description of the image.

    Example:
        >>> import jobber
        >>> result = jobber.run("train", inputs=["points"], out="/model", quiet=True)
        >>> image = jobber.image("train:latest-run")
        >>> image.id == result.id
        True
        >>> image.out, image.record["outcome"]
        ('/model', 'succeeded')
        >>> image.log.splitlines()[-1]
        'epoch 3  loss 2.4991'

    """

    connection: Connection
    stored: StoredImage

    @property
    def id(self) -> str:
        """The engine's image ID, `sha256:HEX`."""
        return self.stored.id

    @property
    def tags(self) -> tuple[str, ...]:
        """The references of the image, in the notation that users write."""
        return self.stored.references

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of the image."""
        return self.stored.labels

    @property
    def out(self) -> str:
        """The directory `out` of the run that created the image; empty if there is none."""
        return self.labels.get(Label.OUT, "")

    @property
    def record(self) -> Mapping[str, Any] | None:
        """The run record: images, command, options, start, end, outcome, engine. None if no run created the image."""
        if own_record(self.stored) is None:
            return None
        record: Mapping[str, Any] = json.loads(self.labels[Label.RUN])
        return record

    @property
    def files(self) -> ImageFiles:
        """The files of the image; relative paths start at `out`, or at `/` if the image has no `out`."""
        return ImageFiles(self.connection, self.stored.id, self.out or "/")

    @property
    def log(self) -> str:
        """The job's output, as text. Raises `PathNotFound` if the image is not a run's result."""
        return self.files.read(LOG).decode(errors="replace")

    @property
    def metrics(self) -> Mapping[str, Any]:
        """The numbers that the job wrote into `metrics.json` of `out`; empty without that file.

        The numbers are read from a label. For images of older versions of jobber, they are read from the file. Raises
        `MetricsUnusable` if the file is not a JSON object.
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
    """Return an image that the engine has; nothing is pulled.

    Args:
        name: A reference or an image ID.
        registry: The registry of names that have neither a registry nor a namespace. Default: the setting.
        engine: The name of an engine (`docker`, `podman`, `auto`) or an engine object. Default: the setting `engine`.
        host: The address of the engine. Default: the setting `host`.

    Returns:
        The image.

    Raises:
        ImageNotFound: The engine does not have the image.
        InvalidReference: The name is not a valid reference.
        EngineUnavailable: No engine can be reached.

    Example:
        >>> import jobber
        >>> train = jobber.image("train")
        >>> train.tags
        ('train:20260101_000000', 'train:latest')
        >>> try:
        ...     jobber.image("test")
        ... except jobber.ImageNotFound as error:
        ...     print(error.what)
        there is no image test:latest

    """
    from jobber.domain.configuration.settings import DEFAULT_REGISTRY
    from jobber.domain.runs.policy import PullPolicy

    settings, connection = settings_and_connection(engine, host, registry=registry)
    text = arguments.text("name", name, wanted="a reference or an ID")
    with connection.session(Silence()) as session, connection.opened() as opened:
        finder = ImageFinder(
            opened,
            session.keyring,
            session.interruptions,
            session.progress,
            settings.get(DEFAULT_REGISTRY),
            PullPolicy.NEVER,
        )
        return Image(connection, finder.find(text).image)
