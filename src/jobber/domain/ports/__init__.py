"""The interfaces that use cases require: small roles, each for one purpose.

An engine adapter provides an `Engine`, which bundles the roles of one engine. Adapters raise the errors of
`jobber.domain.errors`, never those of an SDK, and translate the engine's objects in one place each.

References passed to an adapter have the form that users write (`mnist:latest`). The adapter translates them to and from
the engine's form (`localhost/mnist:latest` on Podman).
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
