"""Absolute paths in a container."""

from __future__ import annotations

import posixpath


def normal_path(path: str) -> str:
    """Return an absolute path without empty parts, `.`, `..` and a trailing slash."""
    return "/" + posixpath.normpath(path).lstrip("/")


def lies_within(path: str, *, directory: str) -> bool:
    """Return whether a path is this directory or lies in it; both must be normalized and absolute."""
    return path == directory or path.startswith(directory.rstrip("/") + "/")
