"""Put use cases together with this machine: its clock, streams, signals."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jobber import __version__
from jobber.adapters.host.clock import SystemClock
from jobber.adapters.ownership import current_owner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.adapters.host.signals import SignalInterruptions
    from jobber.cli.messages import Messages
    from jobber.domain.credentials import CredentialEntry
    from jobber.domain.ports import Engine, Keyring
    from jobber.domain.use_cases.build import ImageBuild
    from jobber.domain.use_cases.recover import Recovery
    from jobber.domain.use_cases.run import Runner


def keyring(entries: Sequence[CredentialEntry]) -> Keyring:
    """Who we are to which registry: by the setting `credentials`, else by the logins of Docker and Podman."""
    from jobber.adapters.logins import MachineKeyring

    return MachineKeyring(tuple(entries), environment=os.environ)


def runner(engine: Engine, interruptions: SignalInterruptions, progress: Messages, keys: Keyring) -> Runner:
    """The use case of `jobber run`."""
    from jobber.adapters.host.console import StandardStreams
    from jobber.domain.use_cases.run import Runner

    return Runner(
        engine=engine,
        clock=SystemClock(),
        console=StandardStreams(before_output=progress.clear),
        interruptions=interruptions,
        keyring=keys,
        progress=progress,
        version=__version__,
        new_id=_new_id(),
        owner=current_owner(),
    )


def image_build(
    engine: Engine, interruptions: SignalInterruptions, progress: Messages, keys: Keyring, folder: str
) -> ImageBuild:
    """The use case of `jobber build`, for a context folder."""
    from jobber.adapters.git import GitTree
    from jobber.domain.use_cases.build import ImageBuild

    return ImageBuild(
        engine=engine,
        clock=SystemClock(),
        interruptions=interruptions,
        keyring=keys,
        tree=GitTree(folder),
        progress=progress,
        version=__version__,
    )


def recovery(engine: Engine, interruptions: SignalInterruptions, progress: Messages, keys: Keyring) -> Recovery:
    """The use case of `jobber recover`."""
    from jobber.adapters.host.console import Spool
    from jobber.adapters.ownership import is_alive
    from jobber.domain.use_cases.recover import Recovery

    return Recovery(
        engine=engine,
        clock=SystemClock(),
        interruptions=interruptions,
        keyring=keys,
        progress=progress,
        version=__version__,
        spool=Spool,
        is_alive=is_alive,
    )


def _new_id() -> str:
    """A random UUID (RFC 9562, version 4); importing `uuid` takes as long as an engine call."""
    octets = bytearray(os.urandom(16))
    octets[6] = octets[6] & 0x0F | 0x40
    octets[8] = octets[8] & 0x3F | 0x80
    text = octets.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
