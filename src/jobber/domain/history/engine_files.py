"""Files that an engine creates in a container: mount points, and the files beneath its own mounts.

A commit keeps them as they are beneath the mounts: as empty files and directories. They are recognized by path and by
content, so that files written by the job are not mistaken for them.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from jobber.domain.docker_options import mount_points
from jobber.domain.files.file_tree import Entry, Kind
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jobber.domain.files.file_tree import Tree
    from jobber.domain.images.image import Image
    from jobber.domain.runs.record import RunPlan
    from jobber.domain.runs.result import RunRecord

_MADE_BY_ENGINES = frozenset(
    (
        "/etc/hostname",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/run/.containerenv",
        "/run/podman-init",
        "/run/secrets",
        "/sbin/docker-init",
        "/dev",
        "/proc",
        "/sys",
    )
)
"""Paths at which Docker (20.10 to 28) and Podman (4.3 to 5.8) leave an empty file or directory in a commit."""
_LINKS = {"/etc/mtab": "/proc/mounts"}
"""Links created by Podman, with their targets."""
_MOUNT_POINT = Entry(Kind.DIRECTORY)


def mount_points_of(image: Image, record: RunRecord | RunPlan | None) -> frozenset[str]:
    """Return the mount points of the run that created a result: inputs, mounts of Xdocker, volumes.

    `image` is the result or its code image. Return none for an image that no run created: such an image has no files
    left by an engine.
    """
    if record is None:
        return frozenset()
    inputs = (item.destination for item in record.inputs)
    places = (*inputs, *mount_points(record.docker_args), *image.configuration.volumes)
    return _MADE_BY_ENGINES | {normal_path(place) for place in places}


def engine_files(tree: Mapping[str, Entry], *, place: str, mounted: frozenset[str]) -> frozenset[str]:
    """Return the paths in a tree that only the engine created.

    `place` is the directory of the image that contains the tree. A directory belongs to the engine if it is an empty
    mount point, or if it contains nothing but the engine's files.
    """
    if not mounted:
        return frozenset()
    found: set[str] = set()
    with_own: set[str] = set()
    with_other: set[str] = set()
    for path in sorted(tree, reverse=True):  # the content of a directory precedes the directory
        entry, whole = tree[path], normal_path(posixpath.join(place, path))
        if entry.kind is Kind.DIRECTORY:
            is_engines = path not in with_other and (path in with_own or whole in mounted)
        elif entry.kind is Kind.LINK:
            is_engines = _LINKS.get(whole) == entry.content
        else:
            is_engines = entry.kind is Kind.FILE and entry.size == 0 and whole in mounted
        if is_engines:
            found.add(path)
        if path:
            (with_own if is_engines else with_other).add(posixpath.dirname(path))
    return frozenset(found)


def own_files(tree: Tree, *, place: str, mounted: frozenset[str]) -> Tree:
    """Return a directory of a container as its run left it: without mounted files and the engine's files."""
    points = {path for path in tree if normal_path(posixpath.join(place, path)) in mounted}
    if points:
        tree = {path: entry for path, entry in tree.items() if not any(above in points for above in _above(path))}
        tree |= dict.fromkeys(points & {*tree}, _MOUNT_POINT)
    return _without({*engine_files(tree, place=place, mounted=mounted)}, tree)


def without_engine_files(a: Tree, b: Tree, engines_a: Iterable[str], engines_b: Iterable[str]) -> tuple[Tree, Tree]:
    """Return two trees without their engines' files.

    A path is dropped if at least one tree has an engine's file there, and the other tree has no other file there.
    """
    ours, theirs = {*engines_a}, {*engines_b}
    dropped = {path for path in ours | theirs if (path in ours or path not in a) and (path in theirs or path not in b)}
    return _without(dropped, a), _without(dropped, b)


def _above(path: str) -> Iterator[str]:
    """Yield the directories above a path, the innermost first; the outermost has the empty path."""
    while path:
        path = posixpath.dirname(path)
        yield path


def _without(dropped: set[str], tree: Tree) -> Tree:
    return {path: entry for path, entry in tree.items() if path not in dropped}
