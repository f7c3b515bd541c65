"""From words to the description of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.docker_options.health import settle_health
from jobber.domain.docker_options.networks import join_networks
from jobber.domain.docker_options.option_reader import CallerContext, OptionReader, PartialOptions, no_files
from jobber.domain.docker_options.paths import with_absolute_paths
from jobber.domain.docker_options.redaction import recorded, with_secrets
from jobber.domain.docker_options.settings import check_logging, settle_capabilities
from jobber.domain.docker_options.table import OPTIONS, SPELLINGS
from jobber.domain.docker_options.tokens import read_words
from jobber.domain.errors import InvalidOption
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobber.domain.containers.options import Mount

_MOUNTS = "mounts"


def parse_options(
    words: Sequence[str],
    *,
    environment: Mapping[str, str],
    directory: str,
    read_file: Callable[[str], bytes] = no_files,
) -> ContainerOptions:
    """Read options; `read_file` gives the content of a file or raises `OSError`. Raises `InvalidOption`."""
    draft = PartialOptions(CallerContext(environment, directory, read_file))
    for word in read_words(words, SPELLINGS):
        OPTIONS[word.option].read(OptionReader(word.option, word.value, draft))
    _settle(draft)
    options = ContainerOptions(**draft.fields)
    _check_mounts_apart(options)
    return options


def recorded_words(words: Sequence[str]) -> tuple[str, ...]:
    """The words as a run record keeps them: values of variables that read as secrets are hidden."""
    return recorded(words, SPELLINGS)


def revealed_words(words: Sequence[str], *, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The words of a record with the values that it hides, as far as the environment has them."""
    return with_secrets(words, SPELLINGS, environment=environment)


def located_words(words: Sequence[str], *, directory: str) -> tuple[str, ...]:
    """The words, one for one, with paths that are relative to a directory made absolute."""
    return with_absolute_paths(words, SPELLINGS, directory=directory)


def mount_points(words: Sequence[str]) -> tuple[str, ...]:
    """Return the places in the container that the words of a record mount something at; none where they can't be read.

    Variables and files are not needed for that.
    """
    draft = PartialOptions(CallerContext({}, "/"))
    try:
        for word in read_words(words, SPELLINGS):
            if OPTIONS[word.option].field == _MOUNTS:
                OPTIONS[word.option].read(OptionReader(word.option, word.value, draft))
    except InvalidOption:  # of a newer jobber
        return ()
    return tuple(mount.destination for mount in draft.fields.get(_MOUNTS, ()))


def _settle(draft: PartialOptions) -> None:
    """What is known when all options have been read."""
    fields = draft.fields
    fields["environment"] = (*draft.env_files, *fields.get("environment", ()))
    fields["labels"] = tuple({**dict(draft.label_files), **dict(fields.get("labels", ()))}.items())
    join_networks(draft)
    settle_capabilities(draft)
    settle_health(draft)
    check_logging(draft)


def _check_mounts_apart(options: ContainerOptions) -> None:
    """No two at one place; an anonymous volume gives way to anything else, `--tmpfs` to a tmpfs of `--mount`."""
    seen: dict[str, Mount] = {}
    for mount in options.mounts:
        place = normal_path(mount.destination)
        if mount.kind == "volume" and not mount.source and mount.detail is None:
            continue
        other = seen.setdefault(place, mount)
        if other is not mount and not _are_both_memory(mount, other):
            raise InvalidOption("-v", why=f"two mounts are at {place}")


def _are_both_memory(mount: Mount, other: Mount) -> bool:
    """Whether docker would tell one by `--tmpfs` and one by `--mount` apart, though they are at one place."""
    return mount.kind == other.kind == "tmpfs" and (mount.detail is None) != (other.detail is None)
