"""Parse words into the container options of a run."""

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
    """Parse the words of options into container options.

    Args:
        words: The words of the options.
        environment: The caller's environment variables.
        directory: The caller's working directory, for relative paths.
        read_file: A function that returns the content of a file or raises `OSError`. By default no file exists.

    Returns:
        The container options.

    Raises:
        InvalidOption: An option is unknown, has an invalid value or conflicts with another one.

    """
    draft = PartialOptions(CallerContext(environment, directory, read_file))
    for word in read_words(words, SPELLINGS):
        OPTIONS[word.option].read(OptionReader(word.option, word.value, draft))
    _settle(draft)
    options = ContainerOptions(**draft.fields)
    _check_mounts_apart(options)
    return options


def recorded_words(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words for a run record: values of variables whose names suggest secrets are redacted."""
    return recorded(words, SPELLINGS)


def revealed_words(words: Sequence[str], *, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words of a record with redacted values filled in from the environment, if it has them."""
    return with_secrets(words, SPELLINGS, environment=environment)


def located_words(words: Sequence[str], *, directory: str) -> tuple[str, ...]:
    """Return the same words, with paths relative to a directory made absolute."""
    return with_absolute_paths(words, SPELLINGS, directory=directory)


def mount_points(words: Sequence[str]) -> tuple[str, ...]:
    """Return the destinations of the mounts in the words of a record; empty if the words cannot be parsed.

    Variables and files are not needed for this.
    """
    draft = PartialOptions(CallerContext({}, "/"))
    try:
        for word in read_words(words, SPELLINGS):
            if OPTIONS[word.option].field == _MOUNTS:
                OPTIONS[word.option].read(OptionReader(word.option, word.value, draft))
    except InvalidOption:  # recorded by a newer version of jobber
        return ()
    return tuple(mount.destination for mount in draft.fields.get(_MOUNTS, ()))


def _settle(draft: PartialOptions) -> None:
    """Settle what depends on several options, after all options have been read."""
    fields = draft.fields
    fields["environment"] = (*draft.env_files, *fields.get("environment", ()))
    fields["labels"] = tuple({**dict(draft.label_files), **dict(fields.get("labels", ()))}.items())
    join_networks(draft)
    settle_capabilities(draft)
    settle_health(draft)
    check_logging(draft)


def _check_mounts_apart(options: ContainerOptions) -> None:
    """Check that no two mounts have the same destination.

    An anonymous volume yields to any other mount, and `--tmpfs` to a tmpfs of `--mount`.
    """
    seen: dict[str, Mount] = {}
    for mount in options.mounts:
        place = normal_path(mount.destination)
        if mount.kind == "volume" and not mount.source and mount.detail is None:
            continue
        other = seen.setdefault(place, mount)
        if other is not mount and not _are_both_memory(mount, other):
            raise InvalidOption("-v", why=f"two mounts are at {place}")


def _are_both_memory(mount: Mount, other: Mount) -> bool:
    """Return whether one mount is from `--tmpfs` and the other a tmpfs of `--mount`, which docker keeps apart."""
    return mount.kind == other.kind == "tmpfs" and (mount.detail is None) != (other.detail is None)
