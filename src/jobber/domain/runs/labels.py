"""Labels that jobber writes: on a run's container, on a result and on a built image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.docker_options.fields import quoted_field
from jobber.domain.images.reference import parse_image_id, reference_in
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.metrics import render_metrics
from jobber.domain.runs.record import render_plan, render_record, rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.runs.metrics import Number
    from jobber.domain.runs.record import RunEnding, RunPlan


def container_labels(plan: RunPlan, *, version: str) -> dict[str, str]:
    """Return the labels of a run's container: all facts to finish the run, and no label unfit for a result."""
    return _plain({**_run_labels(plan, version=version), Label.RUN: render_plan(plan)})


def result_labels(
    plan: RunPlan,
    ending: RunEnding,
    *,
    code: Image,
    version: str,
    metrics: Mapping[str, Number] | None = None,
    blank: Iterable[str] = (),
) -> dict[str, str]:
    """Return the labels of a result image.

    A label cannot be removed from an image. Metrics and labels of the image specification that do not apply to this run
    are therefore set to empty if the code image has them from its own run.

    Args:
        plan: The run's plan.
        ending: The run's end.
        code: The code image.
        version: The version of jobber.
        metrics: The metrics by name; None for none.
        blank: The names of variables that earlier runs left in the code image without a value.

    """
    digest = _base_digest(plan)
    repository = "" if plan.repository == _code_repository(plan) else plan.repository
    labels = {
        **_run_labels(plan, version=version),
        Label.RUN: render_record(plan, ending),
        Label.CREATED: rfc3339(ending.finished),
        Label.CHAIN_IDS: ",".join((plan.image.chain, *(item.image.chain for item in plan.inputs))),
        Label.BLANK: ",".join(blank),
        Label.BASE_NAME: "" if parse_image_id(plan.image.reference) else plan.image.reference,
    }
    if digest or code.labels.get(Label.BASE_DIGEST):
        labels[Label.BASE_DIGEST] = digest
    if metrics or code.labels.get(Label.METRICS):
        labels[Label.METRICS] = render_metrics(metrics or {})
    if repository or code.labels.get(Label.REPOSITORY):
        labels[Label.REPOSITORY] = repository or ""
    return _plain(labels)


def _base_digest(plan: RunPlan) -> str:
    """Return the digest of the code image, preferably in its own repository.

    Registries may store the image in several forms with different digests.
    """
    own = _code_repository(plan)
    digests = sorted(plan.image.digests, key=lambda text: text.partition("@")[0] != own)
    return digests[0].partition("@")[2] if digests else ""


def _code_repository(plan: RunPlan) -> str | None:
    code = reference_in(plan.image.reference)
    return code.repository if code else None


def build_labels(
    tags: tuple[ImageReference, ...], *, version: str, revision: str | None, origin: str | None
) -> dict[str, str]:
    """Return the labels of a built image."""
    labels: dict[str, str] = {Label.VERSION: version, Label.BUILD_TAGS: ",".join(map(str, tags))}
    if revision:
        labels[Label.REVISION] = revision
    if origin:
        labels[Label.SOURCE_URL] = origin
    return _plain(labels)


def _run_labels(plan: RunPlan, *, version: str) -> dict[str, str]:
    inputs = (quoted_field(f"{item.image.id.removeprefix('sha256:')}:{item.source}:ro") for item in plan.inputs)
    return {
        Label.VERSION: version,
        Label.BUILD_TAGS: "",
        Label.PARENT: plan.image.id,
        Label.OUT: plan.out or "",
        Label.INPUTS: ",".join(inputs),
    }


def _plain(labels: dict[str, str]) -> dict[str, str]:
    return {str(name): value for name, value in labels.items()}
