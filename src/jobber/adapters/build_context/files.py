"""The Dockerfile of a build and its ignore rules, read from the local file system."""

from __future__ import annotations

import os
from pathlib import Path

from jobber.adapters.build_context.archive import leads_out
from jobber.adapters.build_context.ignore import Ignore, parse_ignore
from jobber.domain.errors import UsageError
from jobber.domain.values import frozen

IGNORE_FILE = ".dockerignore"
DOCKER_IGNORE_FILES = (IGNORE_FILE,)
PODMAN_IGNORE_FILES = (".containerignore", IGNORE_FILE)
_PREPROCESSED = ".in"
"""Podman runs the C preprocessor on Dockerfiles with this suffix."""


@frozen
class BuildFiles:
    """The files of a build that the builder itself reads; links are followed."""

    inside: str | None
    """Path of the Dockerfile in the context; None if the file is outside it."""
    text: bytes
    """Contents of the Dockerfile."""
    ignore_path: Path | None
    ignore_text: bytes
    ignore: Ignore


def read_build_files(root: Path, dockerfile: Path, ignore_names: tuple[str, ...] = DOCKER_IGNORE_FILES) -> BuildFiles:
    """Read the Dockerfile and the first existing ignore file. Raises `UsageError`."""
    path = find_ignore_file(root, dockerfile, ignore_names)
    text = read_file(path) if path else b""
    return BuildFiles(
        inside=_inside(root, dockerfile),
        text=read_file(dockerfile),
        ignore_path=path,
        ignore_text=text,
        ignore=parse_ignore(text.decode("utf-8", "surrogateescape"), name=path.name if path else IGNORE_FILE),
    )


def linked_files(root: Path, dockerfile: Path, files: BuildFiles) -> dict[str, bytes]:
    """Return the contents of the Dockerfile and the ignore file, by name, if they are links out of the context."""
    top = root.resolve()
    found: dict[str, bytes] = {}
    for path in filter(None, (dockerfile, files.ignore_path)):
        place = path.parent.resolve() / path.name
        if not (path.is_symlink() and place.is_relative_to(top)):
            continue
        name = place.relative_to(top).as_posix()
        if leads_out(name, os.readlink(path)) and not files.ignore.ignores(name):  # noqa: PTH115 - the link's text counts
            found[name] = read_file(path)
    return found


def find_ignore_file(root: Path, dockerfile: Path, ignore_names: tuple[str, ...] = DOCKER_IGNORE_FILES) -> Path | None:
    """Return the effective ignore file: the Dockerfile's own, else the context's; None without any."""
    candidates = (dockerfile.with_name(f"{dockerfile.name}.dockerignore"), *(root / name for name in ignore_names))
    return next(filter(Path.is_file, candidates), None)


def read_file(path: Path) -> bytes:
    """Return the contents of a file. Raises `UsageError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {(error.strerror or str(error)).lower()}") from None


def unused_name(root: Path, dockerfile: Path) -> str:
    """Return a name for the Dockerfile that no file of the context has; always the same one, so that caches work."""
    ending = _PREPROCESSED if dockerfile.name.endswith(_PREPROCESSED) else ""
    name = ".dockerfile"
    while os.path.lexists(root / f"{name}{ending}"):
        name += "_"
    return f"{name}{ending}"


def _inside(root: Path, dockerfile: Path) -> str | None:
    """Return the path of the Dockerfile in the context; None if the file or its link target is outside the context."""
    file = Path(os.path.abspath(dockerfile))  # noqa: PTH100 - must not follow the last link
    top = root.resolve()
    try:
        relative = (file.parent.resolve() / file.name).relative_to(top)
    except ValueError:
        return None
    return relative.as_posix() if file.resolve().is_relative_to(top) else None
