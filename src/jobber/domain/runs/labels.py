"""What jobber writes into labels: on a run's container, on a result, on a built image (docs/how-to/results.md)."""

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
    """The labels of a run's container: all that finishes the run, and nothing that a result must not have."""
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
    """The labels of a result image.

    `blank` are the names of variables that earlier runs have left blank in the code image.
    Metrics, and those labels of the image specification, that don't apply, but that the code image has from a run of
    its own, become empty: a label can't be taken away.
    """
    digest = _base_digest(plan)
    repository = "" if plan.repository == _code_repository(plan) else plan.repository
    labels = {
        **_run_labels(plan, version=version),
        Label.RUN: render_record(plan, ending),
        Label.CREATED: rfc3339(ending.finished),
        Label.CHAINS: ",".join((plan.image.chain, *(item.image.chain for item in plan.inputs))),
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
    """The digest of the code image in its own repository, or in another; registries may have it in several forms."""
    own = _code_repository(plan)
    digests = sorted(plan.image.digests, key=lambda text: text.partition("@")[0] != own)
    return digests[0].partition("@")[2] if digests else ""


def _code_repository(plan: RunPlan) -> str | None:
    code = reference_in(plan.image.reference)
    return code.repository if code else None


def build_labels(
    tags: tuple[ImageReference, ...], *, version: str, revision: str | None, origin: str | None
) -> dict[str, str]:
    """The labels of a built image."""
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
