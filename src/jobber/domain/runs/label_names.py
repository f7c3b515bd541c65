"""The names of the labels that jobber writes and reads (SPEC sections 3 and 4)."""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """Names of labels, on images, containers and volumes."""

    VERSION = "jobber.version"
    BUILD_TAGS = "jobber.build-tags"
    PARENT = "jobber.parent"
    OUT = "jobber.out"
    INPUTS = "jobber.inputs"
    RUN = "jobber.run"
    """On a result image the run record; on a run's container the plan of the run."""
    CHAINS = "jobber.chains"
    """On a result: what the layers of the code image and of each input come to, in order, separated by commas."""
    METRICS = "jobber.metrics"
    """On a result: the numbers that its job wrote, as a JSON object."""
    BLANK = "jobber.blank-variables"
    """On a result: the names of variables that runs have added and that are left in it without a value, with commas."""
    REPOSITORY = "jobber.repository"
    """On a result: the repository that its run was told to tag it in, where that is not the code image's."""
    INPUT = "jobber.input"
    """On a volume: the id of the image that it holds a directory of."""
    SOURCE = "jobber.src"
    """On a volume: that directory."""
    PART = "jobber.part"
    """On what jobber makes for its own ends and takes away again: containers that copy, claim and commit,
    and volumes that are being filled; the value says who makes it (`HOST/BOOT/PROCESS/START/…`)."""
    COMPLETE = "jobber.complete"
    """On the marker volume of a shared input volume: the name of the volume that is whole."""
    CREATED = "org.opencontainers.image.created"
    BASE_NAME = "org.opencontainers.image.base.name"
    BASE_DIGEST = "org.opencontainers.image.base.digest"
    REVISION = "org.opencontainers.image.revision"
    SOURCE_URL = "org.opencontainers.image.source"
