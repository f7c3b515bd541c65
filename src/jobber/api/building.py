"""Build an image, as `jobber build` does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.api.connection import Connection, interruptible, progress_for
from jobber.api.images import Image
from jobber.domain.build import BuildRequest
from jobber.domain.reference import parse_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from jobber.domain.ports import Engine
    from jobber.domain.progress import Progress


def build(
    context: str | PathLike[str] = ".",
    *,
    tag: str | Sequence[str] = (),
    file: str | PathLike[str] | None = None,
    build_args: Mapping[str, str | None] | None = None,
    target: str | None = None,
    platform: str | None = None,
    no_cache: bool = False,
    pull: bool = False,
    secrets: Sequence[str] = (),
    push: bool = True,
    registry: str | None = None,
    engine: str | Engine | None = None,
    host: str | None = None,
    quiet: bool = False,
    progress: Progress | None = None,
) -> Image:
    """Build an image from a Dockerfile, tag it, and push it where its name has a registry or a namespace.

    `context` is the directory that is sent to the engine, `tag` one name or several; without a tag of their own they
    get `latest` and a timestamp, and without a name the image is called after the directory. In `build_args`, None
    takes the value from the environment. The others are as for `jobber build` and `run`.

    Raises `BuildFailed`, whose `log` is the output of the failing step, `UsageError`, `PushRefused`,
    `EngineUnavailable` and other `JobberError`s.
    """
    from jobber.cli.build_context import check_context, find_dockerfile, parse_names
    from jobber.cli.composition import image_build

    told = progress_for(quiet=quiet, progress=progress)
    folder = Path(context)
    check_context(folder)
    names = parse_names(
        folder,
        (tag,) if isinstance(tag, str) else tuple(tag),
        registry=parse_registry(registry) if registry else None,
        progress=told,
    )
    request = BuildRequest(
        context=folder,
        dockerfile=find_dockerfile(folder, None if file is None else Path(file)),
        arguments={
            name: os.environ.get(name) if value is None else value for name, value in (build_args or {}).items()
        },
        target=target,
        platform=platform,
        no_cache=no_cache,
        pull=pull,
        secrets=tuple(secrets),
    )
    connection = Connection(engine, host)
    with interruptible() as interruptions, connection.opened(told) as opened:
        built = image_build(opened, interruptions, told, str(folder)).build(request, names=names, push=push)
        return Image(connection, opened.images.inspect(built.image))
