"""What the use cases need from outside, in the field's words: small roles, each for one purpose.

An engine adapter gives an `Engine`, which bundles the roles of one engine. Adapters raise the errors of
`jobber.domain.errors`, never those of an SDK, and translate the engine's objects at one place each.

References given to an adapter are as the user knows them (`mnist:latest`); what the engine wants to hear
(`localhost/mnist:latest` on Podman) is the adapter's business, both ways.
"""

from jobber.domain.ports.containers import Attachment, Containers
from jobber.domain.ports.engine import Builder, Engine, EngineConnector, InputStore
from jobber.domain.ports.images import ImageStore, Registry, RemoteImages
from jobber.domain.ports.machine import (
    Clock,
    Console,
    Destination,
    Interruptions,
    JobInput,
    KeptLogs,
    Keyring,
    SourceTree,
)
from jobber.domain.ports.runs import Claim, RunStore

__all__ = [
    "Attachment",
    "Builder",
    "Claim",
    "Clock",
    "Console",
    "Containers",
    "Destination",
    "Engine",
    "EngineConnector",
    "ImageStore",
    "InputStore",
    "Interruptions",
    "JobInput",
    "KeptLogs",
    "Keyring",
    "Registry",
    "RemoteImages",
    "RunStore",
    "SourceTree",
]
