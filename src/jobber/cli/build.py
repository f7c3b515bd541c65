"""`jobber build`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobber.cli.directory import image_name_of_directory
from jobber.cli.iidfile import check_writable, write_image_id
from jobber.cli.options import GlobalOptions
from jobber.domain.build import BuildRequest
from jobber.domain.dockerfile import base_references
from jobber.domain.errors import UsageError
from jobber.domain.reference import parse_reference

if TYPE_CHECKING:
    from jobber.domain.progress import Progress
    from jobber.domain.reference import ImageReference

_STANDARD_INPUT = "-"


def build(
    context: Path = Path(),
    /,
    *,
    tag: Annotated[tuple[str, ...], Parameter(name=("--tag", "-t"))] = (),
    file: Annotated[Path | None, Parameter(name=("--file", "-f"))] = None,
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
        Dockerfile (default: Dockerfile in the context).
    build_arg
        Variable for the build: NAME=VALUE, or NAME from the environment; may be repeated.
    target
        Stage to build.
    platform
        Platform of the image, such as linux/arm64.
    no_cache
        Do not use the cache.
    pull
        Ask the registry for newer base images.
    secret
        Secret for the build (BuildKit): id=ID,src=FILE; may be repeated.
    no_push
        Do not push.
    iidfile
        Write the image's id to this file.

    """
    from jobber.adapters.host.signals import SignalInterruptions
    from jobber.cli.composition import image_build, keyring
    from jobber.domain.configuration.settings import PUSH

    options = options or GlobalOptions()
    progress = options.messages()
    _check_context(context)
    names = _names(context, tag, options, progress)
    dockerfile = _find_dockerfile(context, file)
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
        bases=base_references(_text_of(dockerfile), arguments=arguments),
    )
    check_writable(iidfile)
    keys = keyring(options.credentials())
    interruptions = SignalInterruptions()
    with options.connected(progress, interruptions, environment=os.environ) as engine:
        use_case = image_build(engine, interruptions, progress, keys, str(context))
        result = use_case.build(request, names=names, push=options.settings.get(PUSH) and not no_push)
    progress.clear()
    write_image_id(iidfile, result.image)
    return 0


def _check_context(context: Path) -> None:
    if str(context) == _STANDARD_INPUT:
        raise UsageError("the build context must be a directory, not standard input")
    if not context.is_dir():
        why = "is no directory" if context.exists() else "does not exist"
        raise UsageError(f"build context {context} {why}", hint="`jobber build DIR` builds what is in DIR")


def _names(
    context: Path, tags: tuple[str, ...], options: GlobalOptions, progress: Progress
) -> tuple[ImageReference, ...]:
    texts = tags or (image_name_of_directory(context, progress=progress),)
    names = tuple(parse_reference(text, default_registry=options.registry()) for text in texts)
    for text, name in zip(texts, names, strict=True):
        if name.digest:
            raise UsageError(f"an image can't be tagged with a digest: {text}", hint="use NAME or NAME:TAG")
    return names


def _find_dockerfile(context: Path, file: Path | None) -> Path:
    """The Dockerfile: relative to the context unless it exists relative to the current directory (SPEC section 1)."""
    candidates = [context / "Dockerfile"] if file is None else [file, context / file]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise UsageError(f"{candidates[-1]} does not exist", hint="name another file with -f, or another directory")


def _text_of(dockerfile: Path) -> str:
    try:
        return dockerfile.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{dockerfile} can't be read: {error.strerror}") from None


def _parse_argument(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    if not name:
        raise UsageError(f"--build-arg {text!r} has no name", hint="--build-arg NAME=VALUE")
    return name, value if equals else os.environ.get(name)
