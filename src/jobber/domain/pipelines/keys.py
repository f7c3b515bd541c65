"""The keys of a run: digests of everything that it depends on, and of nothing that only decides where it runs."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.domain.docker_options.proxies import PROXIES
from jobber.domain.docker_options.table import OPTIONS, SPELLINGS
from jobber.domain.docker_options.tokens import read_words
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobber.domain.images.image import Image, ImageConfiguration

SCHEMA = 1
"""The version of the rules below; another version gives other keys."""
_ENGINES_OWN = frozenset(("container", "TERM", "HOSTNAME", *PROXIES))
"""Variables that engines add to images and containers silently."""

Identity = tuple[object, ...]
"""The identity of an image or a directory, made of plain values."""


def code_identity(image: Image) -> Identity:
    """Return the identity of a code image: its layers, and the configuration that its containers inherit."""
    return ("image", image.chain, _configuration(image.configuration))


def directory_identity(*, digest: str, out: str, chain: str, source: str) -> Identity:
    """Return the identity of a directory of an image.

    Args:
        digest: The digest of the image's out directory; empty if it is not known.
        out: The image's out directory; empty if it has none.
        chain: The ChainID of the image.
        source: The directory that is mounted.

    """
    if digest and normal_path(out) == normal_path(source):
        return ("directory", digest)
    return ("layers", chain, normal_path(source))


def upstream_identity(recipe: str, source: str | None = None) -> Identity:
    """Return the identity of the result of a job that need not exist yet."""
    return ("job", recipe, source)


def run_key(
    code: Identity,
    inputs: Iterable[tuple[Identity, str]],
    *,
    command: Sequence[str] | None,
    words: tuple[str, ...],
    runtime: str | None,
    out: str | None,
) -> str:
    """Return the key of a run: 64 hexadecimal digits.

    Args:
        code: The identity of the code image.
        inputs: The identity and the destination of each input.
        command: The command; None for that of the code image.
        words: The words of Xdocker as they are recorded.
        runtime: The runtime of the engine.
        out: The out directory.

    """
    return digest_of(
        [
            SCHEMA,
            code,
            sorted(([identity, destination] for identity, destination in inputs), key=lambda item: str(item[1])),
            command,
            identity_words(words),
            runtime,
            out and normal_path(out),
        ]
    )


def digest_of(facts: object) -> str:
    """Return the SHA-256 digest of plain values, 64 hexadecimal digits."""
    return sha256(json.dumps(facts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


@lru_cache(maxsize=1024)
def identity_words(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the options in the words of Xdocker that decide what a run computes, by their canonical names."""
    read = read_words(words, SPELLINGS)
    return tuple((word.option, word.value) for word in read if not OPTIONS[word.option].is_placement)


def _configuration(configuration: ImageConfiguration) -> Identity:
    variables = [text for text in configuration.environment if text.partition("=")[0] not in _ENGINES_OWN]
    return (
        configuration.command or (),
        configuration.entrypoint or (),
        configuration.workdir or "/",
        configuration.user or "",
        sorted(variables),
        sorted(configuration.volumes),
    )
