"""`jobber push`."""

from __future__ import annotations

import os

from jobber.cli.options import GlobalOptions
from jobber.cli.surroundings import surroundings
from jobber.domain.errors import UsageError
from jobber.domain.reference import parse_reference
from jobber.domain.use_cases.push import push_all


def push(*references: str, options: GlobalOptions | None = None) -> int:
    """Push images to their registries.

    Parameters
    ----------
    references
        Images to push, each with its registry or namespace, or in the default registry.

    """
    from jobber.cli.composition import NoCredentials

    options = options or GlobalOptions()
    progress = options.messages()
    registry = options.registry()
    found = [parse_reference(text, default_registry=registry).with_default_tag() for text in references]
    if not found:
        raise UsageError("no image to push is named", hint="jobber push REGISTRY/NAME:TAG")
    for reference in found:
        if not reference.is_remote:
            raise UsageError(
                f"{reference} names no registry to push to",
                hint=f"give one with -r, or as REGISTRY/{reference}",
            )
    interruptions = surroundings().interruptions()
    with options.connected(progress, interruptions, environment=os.environ) as engine:
        push_all(
            found,
            registry=engine.registry,
            keyring=NoCredentials(),
            interruptions=interruptions,
            progress=progress,
        )
    progress.clear()
    return 0
