"""The setup of a Docker engine, from the engine's own description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.committing import keeps_configuration
from jobber.adapters.docker.translate_errors import docker_call
from jobber.domain.containers.engine_facts import EngineFacts, ImageStore

if TYPE_CHECKING:
    from jobber.adapters.docker.builder import DockerBuilder
    from jobber.adapters.docker.client import DockerClient

_SECONDS = 5.0
"""The time limit, in seconds, for each `docker` client to report whether it has BuildKit."""
_BUILDX = "for `RUN --mount` and --secret, install buildx for the local docker client"
_SWITCHED_OFF = "DOCKER_BUILDKIT=0 disables BuildKit; unset it to use `RUN --mount` and --secret"


def docker_facts(client: DockerClient, *, builder: DockerBuilder, api_version: tuple[int, int]) -> EngineFacts:
    """Return the facts about the engine's setup. Raises `EngineLost`, `EngineFailed`."""
    with docker_call("describe its configuration"):
        info = client.info() or {}
    buildkit = builder.client(seconds=_SECONDS)
    remedy = _SWITCHED_OFF if builder.is_switched_off() else _BUILDX
    registries = info.get("RegistryConfig") or {}
    return EngineFacts(
        api_version=".".join(map(str, api_version)),
        machine=info.get("Name") or "",
        platform=_platform(info),
        builder=f"BuildKit, by `{' '.join(buildkit.words)}`" if buildkit else "Docker's own builder, without BuildKit",
        builder_remedy="" if buildkit else remedy,
        storage_driver=info.get("Driver") or "",
        image_store=image_store(info),
        storage_path=info.get("DockerRootDir") or "",
        cgroups=f"v{info['CgroupVersion']}" if info.get("CgroupVersion") else "",
        is_rootless=any("name=rootless" in option for option in info.get("SecurityOptions") or ()),
        runtimes=tuple(sorted(info.get("Runtimes") or ())),
        default_runtime=info.get("DefaultRuntime") or "",
        cdi_devices=tuple(str(it.get("ID")) for it in info.get("DiscoveredDevices") or () if it.get("Source") == "cdi"),
        cdi_folders=tuple(info.get("CDISpecDirs") or ()),
        insecure_registries=tuple(
            name for name, entry in (registries.get("IndexConfigs") or {}).items() if not entry.get("Secure", True)
        ),
        mirrors=tuple(registries.get("Mirrors") or ()),
        cpus=info.get("NCPU") or 0,
        memory=info.get("MemTotal") or 0,
    )


def image_store(info: dict[str, Any]) -> ImageStore:
    """Return the image store of an engine, from the body of `GET /info`."""
    return ImageStore.GRAPH_DRIVER if keeps_configuration(info) else ImageStore.CONTAINERD


def _platform(info: dict[str, Any]) -> str:
    return "/".join(filter(None, [info.get("OSType"), info.get("Architecture")]))
