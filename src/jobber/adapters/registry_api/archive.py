"""Tar archives of a file or a directory from layers, created while they are sent."""

from __future__ import annotations

import tarfile
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from jobber.adapters.archives.tar_writer import END, renamed, repacked
from jobber.adapters.registry_api.layer import CHUNK
from jobber.domain.errors import PathNotFound
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.registry_api.tree import Found, Tree
    from jobber.domain.images.reference import ImageReference

_DIRECTORY_MODE = 0o755
_Wanted = dict[int, dict[int, list[str]]]
"""The archive names of members, by layer and number of the member."""


def archive_of(tree: Tree, reference: ImageReference, *, path: str) -> Iterator[bytes]:
    """Yield the pieces of the archive, directories first. Raises `PathNotFound`, `RegistryFailed`."""
    found = tree.find(path)
    source = None if found is None else tree.source_of(found)
    if found is None or source is None:
        raise PathNotFound(str(reference), path=path, target=tree.link_at(path))
    name = normal_path(path).rpartition("/")[2]
    wanted: _Wanted = defaultdict(lambda: defaultdict(list))
    if source.entry is not None and not source.is_directory:
        wanted[source.layer][source.entry.number].append(name)
    else:
        yield from _directories(tree, found, name, wanted)
    for number in sorted(wanted):
        with tree.fetched[number].members() as (archive, members):
            for position, member in enumerate(members):
                names = wanted[number].get(position)
                if names:
                    yield from _member(archive, member, names)
    yield END


def _directories(tree: Tree, root: Found, name: str, wanted: _Wanted) -> Iterator[bytes]:
    """Yield the directory and its subdirectories; record the other files in `wanted`."""
    start = len(f"{root.path}/") if root.path else 0
    directories = {name or "/": root}
    for found in tree.below(root.path):
        inner = f"{name}/{found.path[start:]}"
        if found.is_directory:
            directories[inner] = found
        elif (source := tree.source_of(found)) is not None and source.entry is not None:
            wanted[source.layer][source.entry.number].append(inner)
    for inner in sorted(directories):
        entry = directories[inner].entry
        member = entry.member if entry is not None else None
        if member is None:
            member = tarfile.TarInfo()
            member.type, member.mode = tarfile.DIRTYPE, _DIRECTORY_MODE
        yield renamed(member, name=inner)


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo, names: list[str]) -> Iterator[bytes]:
    """Yield a member under its first name, and hard links to it for the other names."""
    file = archive.extractfile(member) if member.isreg() else None
    content = iter(partial(file.read, CHUNK), b"") if file is not None else ()
    yield from repacked(member, content, name=names[0])
    for name in names[1:]:
        member.type, member.size, member.linkname = tarfile.LNKTYPE, 0, names[0]
        yield renamed(member, name=name)
