"""The build context: the files of a directory that a builder receives, and how jobber sends them."""

from jobber.adapters.build_context.archive import ContextArchive, check_link, link_out
from jobber.adapters.build_context.files import (
    DOCKER_IGNORE_FILES,
    PODMAN_IGNORE_FILES,
    BuildFiles,
    find_ignore_file,
    linked_files,
    read_build_files,
    read_file,
    unused_name,
)
from jobber.adapters.build_context.ignore import Ignore, parse_ignore
from jobber.adapters.build_context.stream import ContextStream
from jobber.adapters.build_context.tree import read_context

__all__ = [
    "DOCKER_IGNORE_FILES",
    "PODMAN_IGNORE_FILES",
    "BuildFiles",
    "ContextArchive",
    "ContextStream",
    "Ignore",
    "check_link",
    "find_ignore_file",
    "link_out",
    "linked_files",
    "parse_ignore",
    "read_build_files",
    "read_context",
    "read_file",
    "unused_name",
]
