"""The command `jobber push`."""

from __future__ import annotations

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.domain.use_cases.images.push import push_all
from jobber.session.push_references import parse_references


def push(*references: str, options: GlobalOptions | None = None) -> int:
    """Push images to their registries.

    Parameters
    ----------
    references
        Images to push, each with its registry or namespace, or in the default registry.

    """
    options = options or GlobalOptions()
    progress = options.messages()
    found = parse_references(references, registry=options.registry())
    session = options.session(progress)
    with options.connected(session) as engine:
        push_all(
            found,
            registry=engine.registry,
            keyring=session.keyring,
            interruptions=session.interruptions,
            progress=progress,
            images=engine.images,
        )
    progress.clear()
    return 0
