"""Absolute paths in a container."""

from __future__ import annotations

import posixpath


def normal_path(path: str) -> str:
    """An absolute path without empty parts, `.` and `..`, and without a slash at the end."""
    return "/" + posixpath.normpath(path).lstrip("/")


def lies_within(path: str, *, directory: str) -> bool:
    """Whether a path is this directory or lies in it; both normal and absolute."""
    return path == directory or path.startswith(directory.rstrip("/") + "/")
