"""The objects that one call of the command line or of the Python API works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.ports import Interruptions, Keyring
    from jobber.domain.ports.progress import Progress
    from jobber.session.environment import Environment


@frozen
class Session:
    """The environment, messages, credentials and signals of one call. The factories in `bootstrap` take it."""

    environment: Environment
    progress: Progress
    keyring: Keyring
    interruptions: Interruptions
