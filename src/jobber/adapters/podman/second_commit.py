"""Results on a Podman engine that refuses a configuration without layers.

jobber makes a second commit, from a container of the first image. Podman 4 takes `changes`, one per line and without
quotes. Podman 5 parses them as a Dockerfile, which can't express every label. It accepts a configuration instead, which
can't remove a setting. Variables that the run added can only be set to empty values.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.podman.committing import commit_as, put_log
from jobber.adapters.podman.parts import create_helper, remove_helper
from jobber.domain.docker_options.proxies import PROXIES

if TYPE_CHECKING:
    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.images.reference import ImageId
    from jobber.domain.runs.snapshot import Snapshot

_ROOT = "0"
_HOST = "HOSTNAME"


def commit_again(
    client: EngineConnection,
    unfinished: ImageId,
    *,
    snapshot: Snapshot,
    container: dict[str, Any],
    log: BinaryIO | None,
    takes_configuration: bool,
) -> ImageId:
    """Commit from a container of an unfinished image, and write the log into it if one is given.

    `container` is the configuration of the run's container.
    """
    names = _new_variables(snapshot, container)
    blank = snapshot.leaving_blank(names)
    part = create_helper(client, unfinished, with_command=not takes_configuration)
    try:
        if log is not None:
            put_log(client, part, log)
        if takes_configuration:
            return commit_as(client, part, configuration=_configuration(blank, container, names))
        return commit_as(client, part, changes=_changes(blank, container, names))
    finally:
        remove_helper(client, part)


def _configuration(snapshot: Snapshot, container: dict[str, Any], blank: list[str]) -> dict[str, Any]:
    """Return the configuration for Podman 5; an empty field keeps the container's setting."""
    code = snapshot.configuration
    configuration = {
        "Cmd": list(code.command or ()),
        "Entrypoint": list(code.entrypoint or ()),
        "WorkingDir": code.workdir or "/",
        "Env": [*code.environment, *(f"{name}=" for name in blank)],
        "Labels": _labels(snapshot, container),
        "User": (code.user or _ROOT) if code.user or container.get("User") else "",
        "StopSignal": code.stop_signal or "",  # a commit by itself leaves this out
    }
    if snapshot.is_flat:
        configuration |= {
            "ExposedPorts": {port: {} for port in code.exposed_ports},
            "Volumes": {path: {} for path in code.volumes},
        }
    return configuration


def _changes(snapshot: Snapshot, container: dict[str, Any], blank: list[str]) -> list[str]:
    """Return the complete configuration as `changes` for Podman 4."""
    code = snapshot.configuration
    changes = [
        f"CMD {json.dumps(list(code.command or ()))}",
        f"ENTRYPOINT {json.dumps(list(code.entrypoint or ()))}",
        f"WORKDIR {code.workdir or '/'}",
        *(f"ENV {variable}" for variable in code.environment),
        *(f"ENV {name}=" for name in blank),
        *(f"LABEL {name}={_quoted(value)}" for name, value in _labels(snapshot, container).items()),
    ]
    if code.user or container.get("User"):
        changes.append(f"USER {code.user or _ROOT}")
    if snapshot.is_flat:
        changes += [f"EXPOSE {port}" for port in code.exposed_ports]
        changes += [f"VOLUME {path}" for path in code.volumes]
        changes += [f"STOPSIGNAL {code.stop_signal}"] if code.stop_signal else []
    return changes


def _quoted(value: str) -> str:
    """Return a label's value in the form for a change: Podman 4.3 removes one pair of surrounding quotes."""
    return f'"{value}"' if value.startswith('"') and value.endswith('"') else value


def _new_variables(snapshot: Snapshot, container: dict[str, Any]) -> list[str]:
    """Return the variables that the code image lacks, including those of `--hostname` and of the service's proxies."""
    known = {variable.partition("=")[0] for variable in snapshot.configuration.environment}
    there = [variable.partition("=")[0] for variable in container.get("Env") or ()]
    by_podman = [name for name in there if (name == _HOST or name in PROXIES) and name not in known]
    return [*dict.fromkeys((*snapshot.new_variables, *by_podman))]


def _labels(snapshot: Snapshot, container: dict[str, Any]) -> dict[str, str]:
    """Return the labels to set; for a flat image also those that a commit of the container itself would have kept."""
    return {**(container.get("Labels") or {}), **snapshot.labels} if snapshot.is_flat else dict(snapshot.labels)
