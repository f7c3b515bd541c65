"""The context key of a build: a digest of everything that the build depends on.

Not part of it, as in the cache of Docker's builders: secrets, the content behind a URL of `ADD`, and whatever a `RUN`
step reads from the network. Times and owners of files are not part of it either.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.domain.files.tree_digest import tree_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.files.file_tree import Tree
    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference

SCHEMA = 1
"""The version of the rules below; another version gives other keys."""


@dataclass(frozen=True, slots=True)
class BuildContext:
    """The files that a builder reads."""

    dockerfile: bytes
    """The content of the Dockerfile."""
    files: Tree
    """The files of the context without the ignored ones."""


def context_key(request: BuildRequest, context: BuildContext, *, platform: str, bases: Mapping[str, str]) -> str:
    """Return the context key of a build, 64 hexadecimal digits.

    Args:
        request: The arguments, the target and the labels of the build; `bases` of the request are not used.
        context: The files that the builder reads.
        platform: The platform of the image, `OS/ARCHITECTURE[/VARIANT]`.
        bases: The identities of the images that the Dockerfile names, by reference.

    """
    facts = [
        SCHEMA,
        sha256(context.dockerfile).hexdigest(),
        tree_digest(context.files),
        sorted((name, value) for name, value in request.arguments.items() if value is not None),
        request.target,
        platform,
        sorted(bases.items()),
        sorted(request.labels.items()),
    ]
    return sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()


def base_identity(image: Image, reference: ImageReference) -> str:
    """Return the identity of a base image that an engine has: its digest in its repository, else its ID.

    Podman reports two digests for an image of an index. The one of the index is the one that a registry reports.
    """
    known = [text for text in image.digests if text.partition("@")[0] == reference.repository]
    sure = [text for text in known if text not in image.unsure_digests]
    digests = sorted(text.partition("@")[2] for text in sure or known)
    return digests[0] if digests and reference.is_remote else f"image {image.id}"
