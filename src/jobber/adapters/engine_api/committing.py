"""The parts of a commit that are the same in Docker and Podman."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.calls import TAR, failed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.engine_api.connection import EngineConnection


def import_exported(
    connection: EngineConnection, container: str, path: str, *, query: Mapping[str, object], labels: Mapping[str, str]
) -> list[Any]:
    """Create an image whose only layer is the container's whole file system; return the engine's messages.

    `path` and `query` are the engine's call to import. The image has no configuration but these labels.
    """
    changes = label_changes(labels)
    with connection.call("GET", f"/containers/{container}/export") as exported:
        if not exported.ok:
            raise failed("export the container", exported)
        with connection.call(
            "POST", path, query={**query, "changes": changes}, stream=exported.chunks(), headers=TAR
        ) as response:
            if not response.ok:
                raise failed("import the container", response)
            return list(response.json_lines())


def label_changes(labels: Mapping[str, str]) -> list[str]:
    """Return labels as changes of a commit or an import."""
    return [f"LABEL {name}={value}" for name, value in labels.items()]
