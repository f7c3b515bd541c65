"""The setup of a Docker engine, from the engine's own description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.calls import failed
from jobber.domain.containers.engine_facts import EngineFacts, ImageStore

if TYPE_CHECKING:
    from jobber.adapters.docker.builder import DockerBuilder
    from jobber.adapters.engine_api.connection import EngineConnection

_SECONDS = 5.0
"""The time limit, in seconds, for each `docker` client to report whether it has BuildKit."""
_SNAPSHOTTER = "io.containerd.snapshotter.v1"
_BUILDX = "for `RUN --mount` and --secret, install buildx for the local docker client"
_SWITCHED_OFF = "DOCKER_BUILDKIT=0 disables BuildKit; unset it to use `RUN --mount` and --secret"


def docker_facts(client: EngineConnection, *, builder: DockerBuilder, api_version: tuple[int, int]) -> EngineFacts:
    """Return the facts about the engine's setup. Raises `EngineLost`, `EngineFailed`."""
    with client.call("GET", "/info") as response:
        if not response.ok:
            raise failed("describe its configuration", response)
        told: dict[str, Any] = response.json() or {}
    buildkit = builder.client(seconds=_SECONDS)
    remedy = _SWITCHED_OFF if builder.is_switched_off() else _BUILDX
    registries = told.get("RegistryConfig") or {}
    return EngineFacts(
        api_version=".".join(map(str, api_version)),
        machine=told.get("Name") or "",
        platform=_platform(told),
        builder=f"BuildKit, by `{' '.join(buildkit.words)}`" if buildkit else "Docker's own builder, without BuildKit",
        builder_remedy="" if buildkit else remedy,
        storage_driver=told.get("Driver") or "",
        image_store=image_store(told),
        storage_path=told.get("DockerRootDir") or "",
        cgroups=f"v{told['CgroupVersion']}" if told.get("CgroupVersion") else "",
        is_rootless=any("name=rootless" in option for option in told.get("SecurityOptions") or ()),
        runtimes=tuple(sorted(told.get("Runtimes") or ())),
        default_runtime=told.get("DefaultRuntime") or "",
        cdi_devices=tuple(str(it.get("ID")) for it in told.get("DiscoveredDevices") or () if it.get("Source") == "cdi"),
        cdi_folders=tuple(told.get("CDISpecDirs") or ()),
        insecure_registries=tuple(
            name for name, entry in (registries.get("IndexConfigs") or {}).items() if not entry.get("Secure", True)
        ),
        mirrors=tuple(registries.get("Mirrors") or ()),
    )


def image_store(told: dict[str, Any]) -> ImageStore:
    """Return the image store of an engine, from the body of `GET /info`."""
    kinds = {value for name, value in told.get("DriverStatus") or () if name == "driver-type"}
    return ImageStore.CONTAINERD if _SNAPSHOTTER in kinds else ImageStore.GRAPH_DRIVER


def _platform(told: dict[str, Any]) -> str:
    return "/".join(filter(None, [told.get("OSType"), told.get("Architecture")]))
