"""The request of `jobber run`, built from the effective settings."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jobber.domain.configuration.in_force import read_option
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.configuration.settings import (
    CMD,
    DEFAULT_REGISTRY,
    INPUTS,
    OUT,
    PULL,
    PUSH,
    RESULT_IMAGE,
    REUSE,
    RUNTIME,
    TIMEOUT,
    XDOCKER,
)
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import InvalidInput
from jobber.domain.images.naming import parse_repository
from jobber.domain.runs.input import parse_input
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.session.settings import given, naming_origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.configuration.settings import Setting
    from jobber.domain.runs.policy import PullPolicy, ResultImagePolicy

Pieces = tuple[Value[tuple[str, ...]], ...]


def run_request(image: str, settings: Settings, *, tag: str | None = None) -> RunRequest:
    """Return the request of a run, with `tag` as the repository of its result.

    Raises `InvalidOption`, `InvalidReference`.
    """
    pieces = settings.get(XDOCKER)
    words, options = container_options(pieces)
    return RunRequest(
        image=image,
        options=options,
        command=settings.get(CMD),
        inputs=tuple(item.content for item in settings.get(INPUTS)),
        docker_args=words,
        runtime=settings.get(RUNTIME),
        out=settings.get(OUT),
        keep=settings.get(RESULT_IMAGE),
        timeout=settings.get(TIMEOUT),
        registry=settings.get(DEFAULT_REGISTRY),
        pull=settings.get(PULL),
        push=settings.get(PUSH),
        configs=settings.active,
        reuse=settings.get(REUSE),
        memory_from="" if options.memory is None else _memory_origin(pieces),
        result=None if tag is None else parse_repository(tag, default_registry=settings.get(DEFAULT_REGISTRY)),
    )


def container_options(pieces: Pieces) -> tuple[tuple[str, ...], ContainerOptions]:
    """Return the words of Xdocker for the record, and the options they specify.

    An error names the file that contains the option.
    """
    if not pieces:
        return (), ContainerOptions()
    from jobber.domain.configuration.lists import located_options
    from jobber.domain.docker_options import recorded_words
    from jobber.domain.errors import UsageError

    pieces = located_options(pieces, directory=os.getcwd())  # noqa: PTH109 (as in `current_directory`)
    words = tuple(word for piece in pieces for word in piece.content)
    try:
        options = read_options(words)
    except UsageError:
        for piece in pieces:
            with naming_origin(piece):
                read_options(piece.content)
        raise
    return recorded_words(words), options


def _memory_origin(pieces: Pieces) -> str:
    """Return the file and line of the effective memory limit; empty if it comes from the command line."""
    from jobber.domain.runs.memory import recorded_limit

    setting = next((piece for piece in reversed(pieces) if recorded_limit(piece.content)), None)
    return "" if setting is None or setting.origin.is_option else setting.origin.point


def read_options(words: tuple[str, ...]) -> ContainerOptions:
    """Parse the words of Xdocker, with the variables and files of this process. Raises `InvalidOption`."""
    from jobber.domain.docker_options import parse_options

    directory = os.getcwd()  # noqa: PTH109 (as in `current_directory`)
    return parse_options(words, environment=os.environ, directory=directory, read_file=_content)


def _content(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib costs milliseconds
        return file.read()


def replaced_by_options(
    settings: Settings,
    *,
    runtime: str | None,
    inputs: Sequence[str],
    out: str | None,
    result_image: ResultImagePolicy | None,
    docker_options: Sequence[str],
    timeout: str | None,
    pull: PullPolicy | None,
    no_push: bool,
    command: tuple[str, ...],
    reuse: bool = False,
) -> Settings:
    """Return the settings, overridden by the options of `jobber run`. Raises `UsageError`."""
    texts: dict[Setting[Any], str | None] = {RUNTIME: runtime, OUT: out, TIMEOUT: timeout}
    return settings.replaced(
        {
            **{setting.name: read_option(setting, text) for setting, text in texts.items() if text is not None},
            **given(INPUTS, tuple(Value(parse_input(text), Origin("-i")) for text in inputs) or None),
            **given(RESULT_IMAGE, result_image),
            **given(XDOCKER, split_options(docker_options)),
            **given(PULL, pull),
            **given(PUSH, False if no_push else None),
            **given(CMD, command or None),
            **given(REUSE, reuse or None),
        }
    )


@contextmanager
def naming_inputs(settings: Settings) -> Iterator[None]:
    """Add the file and line of an input to errors raised inside the context."""
    try:
        yield
    except InvalidInput as error:
        mentioned = (item for item in settings.get(INPUTS) if item.content.text == error.specification)
        if item := next(mentioned, None):
            with naming_origin(item):
                raise
        raise


def split_options(texts: Sequence[str]) -> Pieces | None:
    """Return the words of each `-Xd`; None if there is none. Raises `UsageError`."""
    if not texts:
        return None
    from jobber.domain.docker_options import split_words

    return tuple(Value(split_words(text), Origin("-Xd")) for text in texts)
