"""Image builds from Python: the API counterpart of `jobber build`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.api import arguments
from jobber.api.connection import progress_for, settings_and_connection, settings_credentials
from jobber.api.images import Image
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.dockerfile import base_references

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from jobber.domain.ports import Engine
    from jobber.domain.ports.progress import Progress


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
    push: bool | None = None,
    registry: str | None = None,
    config: str | Sequence[str] = (),
    engine: str | Engine | None = None,
    host: str | None = None,
    quiet: bool = False,
    progress: Progress | None = None,
) -> Image:
    """Build an image from a Dockerfile, tag it, and push it if its name has a registry or a namespace.

    `None` for an optional argument means: use the value from the configuration files and environment variables.

    Args:
        context: The directory that is sent to the engine. Default: the current directory.
        tag: One name or several. A name without a tag gets `latest` and a timestamp. Default: the name of the
            directory.
        file: The path of the Dockerfile, relative to the current directory if it exists there, else to the context.
            Default: `Dockerfile` in the context.
        build_args: Values of `ARG` instructions, by name. None takes the value from the environment of this process.
        target: The stage to build. Default: the last one.
        platform: The platform of the image, for example `linux/arm64`. Default: the platform of the engine.
        no_cache: Ignore the engine's build cache. Default: False.
        pull: Pull base images even if the engine has them. Default: False.
        secrets: Build secrets in the notation of `docker build`: `["id=ID,src=FILE"]`. Default: none.
        push: Push the image if its name has a registry or a namespace. Default: the setting `push`, else True.
        registry: The registry of names that have neither a registry nor a namespace; `""` for none.
        config: Names of configurations to activate, one or several. Default: none.
        engine: The name of an engine (`docker`, `podman`, `auto`) or an engine object. Default: the setting `engine`.
        host: The address of the engine. Default: the setting `host`.
        quiet: Show no progress. Default: False.
        progress: A listener that receives progress events. Default: a notebook display, or lines on stderr.

    Returns:
        The built image.

    Raises:
        BuildFailed: The build failed; `log` is the output of the failing step.
        UsageError: An argument is invalid, or the context or Dockerfile does not exist.
        PushRefused: The registry or the engine refused the push.
        EngineUnavailable: No engine can be reached.
        JobberError: Any other failure; the base class of all errors above.
        KeyboardInterrupt: The build was interrupted.

    """
    from jobber.domain.configuration.settings import DEFAULT_REGISTRY, PUSH
    from jobber.session.bootstrap import image_build
    from jobber.session.build_arguments import (
        check_context,
        check_dockerfile,
        dockerfile_text,
        find_dockerfile,
        parse_names,
    )

    receiver = progress_for(quiet=quiet, progress=progress)
    arguments.truths(no_cache=no_cache, pull=pull, push=push)
    folder = Path(arguments.path("context", context))
    settings, connection = settings_and_connection(engine, host, registry=registry, config=config)
    check_context(folder)
    names = parse_names(
        folder,
        arguments.texts("tag", tag),
        registry=settings.get(DEFAULT_REGISTRY),
        progress=receiver,
    )
    named = None if file is None else Path(arguments.path("file", file))
    dockerfile = find_dockerfile(folder, named)
    given = arguments.variables("build_args", build_args)
    values = {name: os.environ.get(name) if value is None else value for name, value in given.items()}
    wanted = arguments.text_or_none("platform", platform)
    request = BuildRequest(
        context=folder,
        dockerfile=dockerfile,
        arguments=values,
        target=arguments.text_or_none("target", target),
        platform=wanted,
        no_cache=no_cache,
        pull=pull,
        secrets=arguments.texts("secrets", secrets, or_one=False),
        bases=base_references(dockerfile_text(dockerfile), arguments=values, platform=wanted),
    )
    pushes = settings.get(PUSH) if push is None else push
    with connection.session(receiver, settings_credentials(settings)) as session, connection.opened(receiver) as opened:
        check_dockerfile(dockerfile, named, engine=opened.describe())
        use_case = image_build(session, opened, str(folder))
        built = use_case.build(request, names=names, push=pushes)
        return Image(connection, opened.images.inspect(built.image))
