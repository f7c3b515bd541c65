"""The command `jobber build`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.option import Option
from jobber.domain.errors import UsageError
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.dockerfile import base_references
from jobber.session.build_arguments import (
    check_context,
    check_dockerfile,
    dockerfile_text,
    find_dockerfile,
    parse_names,
)
from jobber.session.result_id import check_writable, write_result_id


def build(
    context: Path = Path(),
    /,
    *,
    tag: Annotated[tuple[str, ...], Option("--tag", "-t")] = (),
    file: Annotated[Path | None, Option("--file", "-f")] = None,
    build_arg: tuple[str, ...] = (),
    target: str | None = None,
    platform: str | None = None,
    no_cache: bool = False,
    pull: bool = False,
    secret: tuple[str, ...] = (),
    no_push: bool = False,
    iidfile: Path | None = None,
    options: GlobalOptions | None = None,
) -> int:
    """Build an image from a Dockerfile, and tag it.

    Parameters
    ----------
    context
        Directory that is sent to the engine (default: the current one); .dockerignore is honoured.
    tag
        Name and tag of the image; without a tag, latest and a timestamp; may be repeated.
    file
        Dockerfile (default: Dockerfile in the context; on Podman also Containerfile).
    build_arg
        Variable for the build: NAME=VALUE, or NAME from the environment; may be repeated.
    target
        Stage to build.
    platform
        Platform of the image, such as linux/arm64.
    no_cache
        Do not use the cache.
    pull
        Pull newer base images from the registry.
    secret
        Secret for the build (BuildKit): id=ID,src=FILE; may be repeated.
    no_push
        Do not push.
    iidfile
        Write the image's ID to this file.

    """
    from jobber.domain.configuration.settings import PUSH
    from jobber.session.bootstrap import image_build

    options = options or GlobalOptions()
    progress = options.messages()
    check_context(context)
    names = parse_names(context, tag, registry=options.registry(), progress=progress)
    dockerfile = find_dockerfile(context, file)
    arguments = dict(_parse_argument(text) for text in build_arg)
    request = BuildRequest(
        context=context,
        dockerfile=dockerfile,
        arguments=arguments,
        target=target,
        platform=platform,
        no_cache=no_cache,
        pull=pull,
        secrets=secret,
        bases=base_references(dockerfile_text(dockerfile), arguments=arguments, platform=platform),
    )
    check_writable(iidfile)
    session = options.session(progress)
    with options.connected(session) as engine:
        check_dockerfile(dockerfile, file, engine=engine.describe())
        use_case = image_build(session, engine, str(context))
        result = use_case.build(request, names=names, push=options.settings.get(PUSH) and not no_push)
    progress.clear()
    write_result_id(result.image, iidfile=iidfile, environment=options.environment)
    return 0


def _parse_argument(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    if not name:
        raise UsageError(f"--build-arg {text!r} has no name", hint="--build-arg NAME=VALUE")
    return name, value if equals else os.environ.get(name)
