"""The labels that jobber writes and reads (SPEC sections 3 and 4)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from jobber.domain.record import render_plan, render_record, rfc3339

if TYPE_CHECKING:
    from jobber.domain.image import Image
    from jobber.domain.record import RunEnding, RunPlan
    from jobber.domain.reference import ImageReference


class Label(StrEnum):
    """Names of labels, on images, containers and volumes."""

    VERSION = "jobber.version"
    BUILD_TAGS = "jobber.build-tags"
    PARENT = "jobber.parent"
    OUT = "jobber.out"
    INPUTS = "jobber.inputs"
    RUN = "jobber.run"
    """On a result image the run record; on a run's container the plan of the run."""
    INPUT = "jobber.input"
    """On a volume: the id of the image that it holds a directory of."""
    SOURCE = "jobber.src"
    """On a volume: that directory."""
    PART = "jobber.part"
    """On what jobber makes for its own ends and takes away again: containers that copy, claim and commit,
    and volumes that are being filled; the value says who makes it (`HOST/BOOT/PROCESS/START`)."""
    COMPLETE = "jobber.complete"
    """On the marker volume of a shared input volume: the name of the volume that is whole."""
    CREATED = "org.opencontainers.image.created"
    BASE_NAME = "org.opencontainers.image.base.name"
    BASE_DIGEST = "org.opencontainers.image.base.digest"
    REVISION = "org.opencontainers.image.revision"
    SOURCE_URL = "org.opencontainers.image.source"


def container_labels(plan: RunPlan, *, version: str) -> dict[str, str]:
    """The labels of a run's container: all that finishes the run, and nothing that a result must not have."""
    return {**_run_labels(plan, version=version), Label.RUN: render_plan(plan)}


def result_labels(plan: RunPlan, ending: RunEnding, *, code: Image, version: str) -> dict[str, str]:
    """The labels of a result image.

    Those of the image specification that don't apply, but that the code image has from a run of its own, become
    empty: a label can't be taken away.
    """
    digest = next((text.partition("@")[2] for text in plan.image.digests), "")
    labels = {
        **_run_labels(plan, version=version),
        Label.RUN: render_record(plan, ending),
        Label.CREATED: rfc3339(ending.finished),
        Label.BASE_NAME: plan.image.reference,
    }
    if digest or code.labels.get(Label.BASE_DIGEST):
        labels[Label.BASE_DIGEST] = digest
    return labels


def build_labels(
    tags: tuple[ImageReference, ...], *, version: str, revision: str | None, origin: str | None
) -> dict[str, str]:
    """The labels of a built image."""
    labels: dict[str, str] = {Label.VERSION: version, Label.BUILD_TAGS: ",".join(map(str, tags))}
    if revision:
        labels[Label.REVISION] = revision
    if origin:
        labels[Label.SOURCE_URL] = origin
    return labels


def _run_labels(plan: RunPlan, *, version: str) -> dict[str, str]:
    inputs = (f"{item.image.id.removeprefix('sha256:')}:{item.source}:ro" for item in plan.inputs)
    return {
        Label.VERSION: version,
        Label.BUILD_TAGS: "",
        Label.PARENT: plan.image.id,
        Label.OUT: plan.out or "",
        Label.INPUTS: ",".join(inputs),
    }
