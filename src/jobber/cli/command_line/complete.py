"""The hidden command `jobber __complete SHELL …`: answers completion requests and prints nothing on errors."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import redirect_stderr, suppress
from typing import TYPE_CHECKING

from jobber.cli.command_line.completion import Offer, Wanted, offer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.domain.configuration.in_force import Settings

SECONDS = 2.0
"""The time limit of a completion in seconds.

The variable `JOBBER_COMPLETION_SECONDS` overrides it, because some engines list images slowly.
"""
LONGEST = 3600.0


def end_soon(environment: Mapping[str, str]) -> None:
    """End this process silently after the time limit."""
    seconds = SECONDS
    with suppress(ValueError):
        seconds = float(environment.get("JOBBER_COMPLETION_SECONDS") or SECONDS)
    if not 0 < seconds <= LONGEST:
        seconds = SECONDS
    signal.signal(signal.SIGALRM, lambda _number, _frame: os._exit(0))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def complete(arguments: Sequence[str], *, environment: Mapping[str, str]) -> int:
    """Print the completions for a shell: `words`, `files` or `directories`, then one candidate per line.

    bash passes the line up to the cursor and its word-break characters; zsh and fish pass the words.
    """
    with suppress(Exception), open(os.devnull, "w", encoding="utf-8") as silence, redirect_stderr(silence):  # noqa: PTH123
        lines = _answer(arguments, environment)
        sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _answer(arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    shell, *rest = arguments
    if shell == "bash":
        line, breaks = rest
        words, current = split_line(line)
    else:
        *words, current = rest
        breaks = ""
    offered = offer(words, current)
    if offered.wanted in (Wanted.FILES, Wanted.DIRECTORIES):
        return [offered.wanted.value]
    candidates = [offered.prefix + word for word in _words(offered, words, environment)]
    fitting = sorted({word for word in candidates if word.startswith(current)})
    if shell == "bash":
        import shlex

        hidden = _broken_off(current, breaks)
        fitting = [shlex.quote(word.removeprefix(hidden)) for word in fitting]
    return [Wanted.WORDS.value, *(word for word in fitting if word.isprintable())]


def split_line(line: str) -> tuple[list[str], str]:
    """Return the words after the first one of an unfinished line, and the word at the cursor."""
    import shlex

    for quote in ("", "'", '"'):
        with suppress(ValueError):
            words = shlex.split(line + quote)
            if not quote and (not line or line[-1].isspace()):
                words.append("")
            return words[1:-1], words[-1]
    return [], ""


def _broken_off(current: str, breaks: str) -> str:
    """Return the part of the current word that bash treats as a separate word."""
    ends = [current.rfind(character) for character in ":=" if character in breaks]
    return current[: max(ends, default=-1) + 1]


def _words(offered: Offer, words: Sequence[str], environment: Mapping[str, str]) -> Sequence[str]:
    match offered.wanted:
        case Wanted.CONFIGURATIONS:
            return _configurations(environment)
        case Wanted.IMAGES:
            return _images(words, environment)
        case Wanted.JOBS | Wanted.PARAMETERS:
            return _pipeline_words(words, wanted=offered.wanted)
        case _:
            return offered.words


def _configurations(environment: Mapping[str, str]) -> Sequence[str]:
    from jobber.adapters.configuration.files import check_file
    from jobber.session.environment import current_environment
    from jobber.session.settings import configuration_files

    files = configuration_files(environment, around=current_environment())
    return [name for file in files for name in check_file(file)[0].configurations]


def _images(words: Sequence[str], environment: Mapping[str, str]) -> Sequence[str]:
    from jobber.adapters.discovery.connect import connect
    from jobber.domain.configuration.settings import ENGINE, HOST
    from jobber.session.messages import ConsoleMessages

    settings = _settings(words, environment)
    engine = connect(
        host=_given(words, "-H", "--host") or settings.get(HOST),
        choice=_given(words, "--engine") or settings.get(ENGINE),
        environment=environment,
        progress=ConsoleMessages(verbose=False),
        starts_service=False,
    )
    names = engine.images.references()
    # `mnist` means the same as `mnist:latest` and is shorter to type
    return [*names, *(name.removesuffix(":latest") for name in names if name.endswith(":latest"))]


def _pipeline_words(words: Sequence[str], *, wanted: Wanted) -> Sequence[str]:
    """Return the jobs and cells of the pipeline, or its parameters; the settings of the jobs are not needed."""
    from jobber.adapters.configuration.pipeline_file import find_pipeline_file, read_pipeline_file
    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.pipelines.expand import expand
    from jobber.session.environment import current_environment

    top = current_environment().top
    path = _given(words, "-f", "--file") or find_pipeline_file(os.getcwd(), top=top)  # noqa: PTH109
    definition = read_pipeline_file(path, [])
    if wanted is Wanted.PARAMETERS:
        return [f"{name}=" for name in definition.parameters]
    found = expand(definition, overrides={}, settings_of=lambda _: Settings())
    return [*dict.fromkeys(job.name for job in found.jobs.values()), *(job.id for job in found.jobs.values())]


def _settings(words: Sequence[str], environment: Mapping[str, str]) -> Settings:
    from jobber.adapters.configuration.files import check_file
    from jobber.domain.configuration.in_force import settings_in_force
    from jobber.domain.configuration.origin import Origin, Value
    from jobber.session.environment import current_environment
    from jobber.session.settings import configuration_files

    files = configuration_files(environment, around=current_environment())
    name = _given(words, "-c", "--config")
    names = (Value(name, Origin("-c")),) if name else ()
    return settings_in_force([check_file(file)[0] for file in files], names=names, variables=environment)


def _given(words: Sequence[str], *spellings: str) -> str | None:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name in spellings:
            return value if equals else following
    return None
