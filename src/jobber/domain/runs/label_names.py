"""Names of the labels that jobber writes and reads."""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """Names of labels of images, containers and volumes."""

    VERSION = "jobber.version"
    BUILD_TAGS = "jobber.build-tags"
    PARENT = "jobber.parent"
    OUT = "jobber.out"
    INPUTS = "jobber.inputs"
    RUN = "jobber.run"
    """The run record on a result image; the run's plan on a run's container."""
    CHAIN_IDS = "jobber.chains"
    """On a result: the ChainIDs of the code image and of each input, in order, separated by commas."""
    METRICS = "jobber.metrics"
    """On a result: the metrics that its job wrote, as a JSON object."""
    BLANK = "jobber.blank-variables"
    """On a result: names of variables that runs added and that remain in it without a value, separated by commas."""
    REPOSITORY = "jobber.repository"
    """On a result: the repository that its run tagged it in, if that is not the code image's."""
    CONTENT_KEY = "jobber.content-key"
    """On a result of a pipeline: the digest of everything that its run depends on."""
    RECIPE_KEY = "jobber.recipe-key"
    """On a result of a pipeline: the same, with the recipe keys of upstream jobs in place of their content."""
    OUT_DIGEST = "jobber.out-digest"
    """On a result of a pipeline: the digest of its `out` (`tree_digest`)."""
    CONTEXT_KEY = "jobber.context-key"
    """On an image that a pipeline has built: the digest of everything that its build depends on."""
    INPUT = "jobber.input"
    """On a volume: the ID of the image whose directory it contains."""
    SOURCE = "jobber.src"
    """On a volume: the path of that directory."""
    PART = "jobber.part"
    """On temporary objects of jobber: containers that copy, claim and commit, and volumes that are being filled. The
    value is the creating process, `HOST/BOOT/PROCESS/START/…`."""
    COMPLETE = "jobber.complete"
    """On the marker volume of a shared input volume: the name of the volume that is complete."""
    CREATED = "org.opencontainers.image.created"
    BASE_NAME = "org.opencontainers.image.base.name"
    BASE_DIGEST = "org.opencontainers.image.base.digest"
    REVISION = "org.opencontainers.image.revision"
    SOURCE_URL = "org.opencontainers.image.source"
