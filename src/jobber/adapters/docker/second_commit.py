"""Results on a Docker engine that does not accept a configuration without layers.

jobber makes a second commit, from a container of the first image. That container's own configuration is empty.
Variables that the run added can only be set to empty values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.docker.committing import commit_as, put_log
from jobber.adapters.docker.parts import create_helper, remove_helper

if TYPE_CHECKING:
    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.images.reference import ImageId
    from jobber.domain.runs.snapshot import Snapshot

_ROOT = "0"
_DROPPED = ("OnBuild", "Shell")
_NOTHING: dict[str, Any] = {"Healthcheck": {"Test": ["NONE"]}, "StopSignal": "SIGTERM"}


def commit_again(
    client: EngineConnection,
    unfinished: ImageId,
    *,
    snapshot: Snapshot,
    container: dict[str, Any],
    code: dict[str, Any],
    log: BinaryIO | None,
) -> ImageId:
    """Commit from a container of an unfinished image, and write the log into it if one is given.

    `container` and `code` are Docker's inspect responses for the run's container and the code image.
    """
    blank = snapshot.leaving_blank(snapshot.new_variables)
    configuration = configuration_of(blank, container=container["Config"], code=code["Config"])
    kept = container["Config"].get("Labels") or {} if snapshot.is_flat else {}
    base = code["Config"] if snapshot.is_flat else None
    part = create_helper(client, unfinished, config=base)
    try:
        if log is not None:
            put_log(client, part, log)
        return commit_as(client, part, {**configuration, "Labels": {**kept, **blank.labels}})
    finally:
        remove_helper(client, part)


def configuration_of(snapshot: Snapshot, *, container: dict[str, Any], code: dict[str, Any]) -> dict[str, Any]:
    """Return the result's configuration without its labels; Docker fills empty fields from the container's."""
    image = snapshot.configuration
    changed = [key for key in _NOTHING if container.get(key) and container.get(key) != code.get(key)]
    return {
        "Cmd": list(image.command or ()),
        "Entrypoint": list(image.entrypoint or ()),
        "WorkingDir": image.workdir or ("/" if container.get("WorkingDir") else ""),
        "User": image.user or (_ROOT if container.get("User") else ""),
        "Env": [*image.environment, *(f"{name}=" for name in snapshot.new_variables)],
        **{key: code[key] for key in _DROPPED if code.get(key)},  # a commit drops these
        **{key: code.get(key) or _NOTHING[key] for key in changed},  # these values have the same effect as none
    }
