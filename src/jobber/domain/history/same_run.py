"""Decide whether two runs are equivalent, and which of their dependencies are not recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.containers.options import SeccompProfile
from jobber.domain.docker_options.proxies import PROXIES
from jobber.domain.docker_options.secrets import is_masked
from jobber.domain.docker_options.table import SPELLINGS
from jobber.domain.docker_options.tokens import read_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jobber.domain.containers.options import ContainerOptions, Mount
    from jobber.domain.images.image import Image
    from jobber.domain.runs.record import RecordedImage, RunPlan
    from jobber.domain.runs.result import RunRecord

_ENGINES_OWN = ("container", "TERM", "HOSTNAME", *PROXIES)
"""Variables that engines add silently: Podman to every image it commits, clients to every container."""
_FILES = ("--env-file", "--label-file")
_SHARED = "container:"


def is_same_image(first: RecordedImage, second: RecordedImage) -> bool:
    """Return whether two images have the same files: by ID, by a registry's digest, or by layers."""
    return is_same_object(first, second) or bool(first.chain and first.chain == second.chain)


def is_same_object(first: RecordedImage, second: RecordedImage) -> bool:
    """Return whether two images are identical, including their configuration."""
    shared = {digest.partition("@")[2] for digest in first.digests}
    return first.id == second.id or any(digest.partition("@")[2] in shared for digest in second.digests)


def is_same_run(plan: RunPlan, record: RunRecord) -> bool:
    """Return whether a planned run equals a recorded one: code, inputs, command, options, runtime, `out`."""
    ours = sorted(plan.inputs, key=lambda item: item.destination)
    theirs = sorted(record.inputs, key=lambda item: item.destination)
    return (
        is_same_image(plan.image, record.image)
        and [(item.source, item.destination) for item in ours] == [(item.source, item.destination) for item in theirs]
        and all(is_same_image(one.image, other.image) for one, other in zip(ours, theirs, strict=True))
        and (plan.command, plan.docker_args, plan.runtime, plan.out)
        == (record.command, record.docker_args, record.runtime, record.out)
    )


def keeps_configuration(result: Image, *, code: Image, added: Iterable[str]) -> bool:
    """Return whether a result has the configuration of a code image; `added` are the variables that its run added.

    Images with the same layers may have different configurations. A result has the configuration of the image that was
    run.
    """
    ours, theirs = code.configuration, result.configuration
    more = {variable.partition("=")[0] for variable in {*theirs.environment} - {*ours.environment}}
    return (
        (ours.command, ours.entrypoint, ours.workdir or "/", ours.user)
        == (theirs.command, theirs.entrypoint, theirs.workdir or "/", theirs.user)
        and {*ours.environment} <= {*theirs.environment}
        and more <= {*_ENGINES_OWN, *added}
    )


def unrecorded(words: Sequence[str], options: ContainerOptions) -> tuple[str, ...]:
    """Return the dependencies that options add to a run and that its record does not contain.

    With such a dependency, nobody can prove that two runs are the same.
    """
    return (*_from_words(words), *_from_options(options))


def missing_variables(words: Sequence[str], *, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a message for each variable whose value neither a record's words nor the environment contain."""
    for word in read_words(words, SPELLINGS):
        name, equals, value = word.value.partition("=")
        if word.option == "--env" and name not in environment:
            if not equals:
                yield f"{name}, which was taken from the environment, is not set"
            elif is_masked(name, value):
                yield f"the value of {name} is not recorded, and {name} is not set"


def added_variables(words: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the variables that a record's words add."""
    return tuple(word.value.partition("=")[0] for word in read_words(words, SPELLINGS) if word.option == "--env")


def _from_words(words: Sequence[str]) -> Iterator[str]:
    for word in read_words(words, SPELLINGS):
        name, equals, value = word.value.partition("=")
        if word.option in _FILES:
            yield f"{word.option} {word.value} is a file that may have changed"
        elif word.option == "--env" and not equals:
            yield f"{name} comes from the caller's environment"
        elif word.option == "--env" and is_masked(name, value):
            yield f"the value of {name} is not recorded"


def _from_options(options: ContainerOptions) -> Iterator[str]:
    yield from (f"the content mounted at {mount.destination} may have changed" for mount in lasting_mounts(options))
    yield from (f"the mounts of container {name} may have changed" for name in options.lending_containers)
    for profile in options.security:
        if isinstance(profile, SeccompProfile):
            yield f"the seccomp profile {profile.path} may have changed"
    names = (*(network.name for network in options.networks), options.ipc or "", options.pid or "")
    yield from (f"it shares resources of {name}" for name in names if name.startswith(_SHARED))
    yield from (f"it is linked to container {link.partition(':')[0]}" for link in options.links)


def lasting_mounts(options: ContainerOptions) -> Iterator[Mount]:
    """Return the mounts that may have content before the job starts: no tmpfs and no volume of the run itself."""
    return (mount for mount in options.mounts if mount.kind != "tmpfs" and mount.source)
