"""The build context: which files of a directory a builder gets, and how they are sent."""

from jobber.adapters.context.ignore import Ignore, parse_ignore
from jobber.adapters.context.stream import DOCKER_IGNORE_FILES, PODMAN_IGNORE_FILES, ContextStream

__all__ = ["DOCKER_IGNORE_FILES", "PODMAN_IGNORE_FILES", "ContextStream", "Ignore", "parse_ignore"]
