"""The setup of a Podman engine, from the engine's own description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.calls import perform
from jobber.domain.containers.engine_facts import EngineFacts, ImageStore, Space

if TYPE_CHECKING:
    from jobber.adapters.engine_api.connection import EngineConnection


def podman_facts(client: EngineConnection) -> EngineFacts:
    """Return the facts about the engine's setup. Raises `EngineLost`, `EngineFailed`."""
    info: dict[str, Any] = perform(client, "GET", "/info", call="describe its configuration") or {}
    host, store = info.get("host") or {}, info.get("store") or {}
    registries = info.get("registries") or {}
    buildah = host.get("buildahVersion")
    runtime = (host.get("ociRuntime") or {}).get("name") or ""
    return EngineFacts(
        api_version=str((info.get("version") or {}).get("APIVersion") or ""),
        machine=host.get("hostname") or "",
        platform="/".join(filter(None, [host.get("os"), host.get("arch")])),
        builder=f"Podman's own (buildah {buildah})" if buildah else "Podman's own",
        storage_driver=store.get("graphDriverName") or "",
        image_store=ImageStore.CONTAINERS_STORAGE,
        storage_path=store.get("graphRoot") or "",
        space=_space(store),
        cgroups=host.get("cgroupVersion") or "",
        is_rootless=(host.get("security") or {}).get("rootless"),
        runtimes=(runtime,) if runtime else (),
        default_runtime=runtime,
        insecure_registries=tuple(
            name for name, entry in registries.items() if isinstance(entry, dict) and entry.get("Insecure")
        ),
        cpus=host.get("cpus") or 0,
        memory=host.get("memTotal") or 0,
    )


def _space(store: dict[str, Any]) -> Space | None:
    """Return the disk space that Podman reports, as every version from 4.2 on does."""
    total, used = store.get("graphRootAllocated"), store.get("graphRootUsed")
    return Space(total - used, total) if total and used is not None else None
